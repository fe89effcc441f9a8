//! Another address: both mailboxes have to agree, and neither learns more than it should.

use std::time::Duration;

use super::{MAYA, ask, code, events, is_signed_in, link};
use crate::on_each_database;
use crate::support::{Browser, On, PASSWORD, TestApp, View, peer, person};

const NEW: &str = "maya@new.example";

async fn begin(browser: &Browser, new: &str) -> View {
    let view = browser.get("/account").await.follow("Change your email").await;
    assert_eq!(view.h1(), "Your email address");
    view.form_to("/account/email").fill("email", new).submit().await
}

on_each_database!(an_address_changes_when_both_sides_agree, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let old_letter = {
        ask(&app.browser(), MAYA).await;
        link(&app, MAYA)
    };
    let view = begin(&browser, NEW).await;
    assert!(view.text().contains("waiting"), "{}", view.text());
    let (from, to) = (app.letter_to(MAYA), app.letter_to(NEW));
    assert!(from.text.contains(NEW) && from.text.contains(MAYA), "{}", from.text);
    // One side alone changes nothing, whoever opens it: here a phone that nobody is signed in on.
    let phone = app.browser();
    let view = phone.get(&link(&app, MAYA)).await;
    let view = view.form_to(&link(&app, MAYA)).submit().await;
    assert_eq!(view.h1(), "Confirmed");
    assert!(!is_signed_in(&phone).await, "confirming signs nobody in");
    assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.url.path(), "/account");
    // The other by its code, on the page that asked.
    let view = browser.get("/account/email").await;
    assert!(view.text().contains("confirmed"));
    let wrong = view.form_to("/check").fill("code", "000000").submit().await;
    assert_eq!(wrong.status, 422);
    view.form_to("/check").fill("code", &to.code.unwrap()).submit().await;
    let view = browser.get("/account/email").await;
    assert!(view.text().contains(&format!("It’s {NEW} now")), "{}", view.text());
    // Both are told, without a button, and older letters are void.
    for address in [MAYA, NEW] {
        let notice = app.letter_to(address);
        assert!(notice.subject.contains("address was changed") && notice.link.is_none(), "{address}: {}", notice.subject);
    }
    assert_eq!(app.browser().get(&old_letter).await.status, 410);
    assert_eq!(app.browser().sign_in(NEW, PASSWORD).await.url.path(), "/account");
    assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.status, 422);
    assert!(events(&app, user).await.iter().any(|(name, _)| name == "email.changed"));
});

#[test]
fn an_address_that_somebody_has_is_not_taken_and_only_its_mailbox_learns() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        person(&app, "jonas@lind.example").await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        let free = begin(&browser, NEW).await;
        let taken = begin(&browser, "jonas@lind.example").await;
        assert_eq!(taken.status, free.status);
        assert!(taken.text().contains("waiting"));
        let letter = app.letter_to("jonas@lind.example");
        assert!(letter.link.is_none() && letter.text.contains("has an account"), "{}", letter.text);
        // The first change was replaced by the second.
        let view = app.browser().get(&link(&app, NEW)).await;
        let view = view.form_to(&link(&app, NEW)).submit().await;
        assert_ne!(view.h1(), "Confirmed");
        // One's own is no change.
        let same = begin(&browser, "MAYA@okafor.example").await;
        assert_eq!(same.status, 422);
    });
}

#[test]
fn a_session_of_yesterday_has_to_prove_itself_first() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        app.travel(Duration::from_mins(16));
        assert!(is_signed_in(&browser).await);
        let view = browser.get("/account/email").await;
        assert_eq!(view.url.path(), "/reauth");
        let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
        assert_eq!(view.url.path(), "/account/email", "and goes on where it was");
        assert_eq!(app.browser().get("/account/email").await.url.path(), "/sign-in");
    });
}

on_each_database!(fifty_confirmations_at_once_are_one, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    begin(&browser, NEW).await;
    let mut forms = Vec::new();
    for address in [MAYA, NEW] {
        let path = link(&app, address);
        forms.push((browser.get(&path).await, path));
    }
    let all = (0..50).map(|n| {
        let (view, path) = &forms[n % 2];
        view.form_to(path).submit()
    });
    let views = futures_util::future::join_all(all).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    let changed = events(&app, user).await.iter().filter(|(name, _)| name == "email.changed").count();
    assert_eq!(changed, 1);
    let _ = code;
});
