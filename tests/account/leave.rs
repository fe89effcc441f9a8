//! Leaving: out everywhere at once, gone after a week, back by signing in.

use std::time::Duration;

use crate::email_code::{MAYA, is_signed_in};
use crate::on_each_database;
use crate::support::{Browser, PASSWORD, RelyingParty, TestApp, View, person};

/// To the page that asks for the address, with the proof that it wants.
pub async fn about_to_leave(browser: &Browser) -> View {
    let view = browser.get("/account/delete").await;
    browser.sign_in_from(view, MAYA, PASSWORD).await
}

async fn people(app: &TestApp) -> usize {
    housekey::user::list(app.app.db.read(), None, 10).await.unwrap().len()
}

on_each_database!(a_person_leaves_and_is_gone_after_a_week, |app: TestApp| async move {
    person(&app, MAYA).await;
    person(&app, "noor@okafor.example").await;
    let (browser, other) = (app.browser(), app.browser());
    browser.sign_in(MAYA, PASSWORD).await;
    other.sign_in(MAYA, PASSWORD).await;
    let (spa, tokens) = RelyingParty::with_tokens(&app, &other, "spa").await;
    let view = about_to_leave(&browser).await;
    let wrong = view.form_to("/account/delete").fill("confirm", "noor@okafor.example").submit().await;
    assert!(wrong.status == 422 && wrong.problem().ends_with("Type the email address of this account"), "{}", wrong.text());
    let left = wrong.form_to("/account/delete").fill("confirm", &MAYA.to_uppercase()).submit().await;
    assert_eq!(left.h1(), "You’re signed out");
    let letter = app.letter_to(MAYA);
    assert_eq!(letter.subject, "Your Housekey account will be deleted");
    // Out everywhere, and what apps hold is void.
    assert!(!is_signed_in(&browser).await && !is_signed_in(&other).await);
    assert_eq!(spa.refresh(tokens.text("refresh_token")).await.error(), "invalid_grant");
    app.travel(Duration::from_hours(24 * 7 - 1));
    housekey::schedule::clean_up(&app.app).await.unwrap();
    assert_eq!(people(&app).await, 2, "not a moment too soon");
    app.travel(Duration::from_hours(2));
    // Two replicas at once remove each once.
    let (_house, running, _) = app.replica().await;
    let both = futures_util::future::join_all((0..8).map(|_| housekey::account::leave::remove_due(&app.app))).await;
    assert_eq!(both.into_iter().map(Result::unwrap).sum::<u64>(), 1);
    assert_eq!(people(&app).await, 1);
    assert_eq!(app.letter_to(MAYA).subject, "Your Housekey account was deleted");
    running.stop().await.unwrap();
});

on_each_database!(who_signs_in_again_stays, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    about_to_leave(&browser).await.form_to("/account/delete").fill("confirm", MAYA).submit().await;
    let _ = app.letter_to(MAYA);
    app.travel(Duration::from_hours(24 * 6));
    // A wrong password keeps nobody.
    browser.sign_in(MAYA, "not the password at all").await;
    assert!(!is_signed_in(&browser).await);
    assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account");
    let told = browser.get("/account/devices").await;
    assert!(told.text().contains("Deletion cancelled") && told.text().contains("Deletion asked for"), "{}", told.text());
    app.travel(Duration::from_hours(24 * 3));
    housekey::schedule::clean_up(&app.app).await.unwrap();
    assert_eq!(people(&app).await, 1);
    // An operator who locks somebody that is about to leave keeps them: nothing is removed by itself.
    about_to_leave(&browser).await.form_to("/account/delete").fill("confirm", MAYA).submit().await;
    let _ = app.letter_to(MAYA);
    crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
    app.travel(Duration::from_hours(24 * 30));
    housekey::schedule::clean_up(&app.app).await.unwrap();
    assert_eq!(people(&app).await, 1);
});

on_each_database!(fifty_departures_at_once_are_one, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let view = about_to_leave(&browser).await;
    let all = (0..50).map(|_| view.form_to("/account/delete").fill("confirm", MAYA).submit());
    let views = futures_util::future::join_all(all).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    let begun = crate::email_code::events(&app, user).await.iter().filter(|(name, _)| name == "user.departure_begun").count();
    assert_eq!(begun, 1);
    assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account");
    let _ = app.letter_to(MAYA);
});
