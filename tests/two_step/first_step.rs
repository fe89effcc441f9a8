//! A first step leads to one session, however many second steps follow.

use futures_util::future::join_all;

use super::{Phone, equip};
use crate::email_code::{MAYA, is_signed_in, sessions_are};
use crate::on_each_database;
use crate::support::{PASSWORD, TestApp, View, person};

fn with_code(view: &View, code: &str) -> crate::support::Form {
    view.form_to("/sign-in/two-step").fill("code", code)
}

// V-95: the page of the second step, kept by whoever sits at the machine next.
on_each_database!(going_back_after_signing_out_begins_nothing, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let phone = equip(&app, user).await;
    let browser = app.browser();
    let view = browser.sign_in(MAYA, PASSWORD).await;
    assert_eq!(with_code(&view, &phone.shows(app.clock.now())).submit().await.url.path(), "/account");
    browser.get("/sign-out").await.form_to("/sign-out").submit().await;
    // A fresh code, and the page of before.
    app.travel(std::time::Duration::from_mins(1));
    let back = with_code(&view, &phone.shows(app.clock.now())).submit().await;
    assert!(back.url.path() == "/sign-in" && !is_signed_in(&browser).await, "{}", back.url);
    // That code was not used up by it.
    let view = browser.sign_in(MAYA, PASSWORD).await;
    assert_eq!(with_code(&view, &phone.shows(app.clock.now())).submit().await.url.path(), "/account");
});

on_each_database!(ten_second_steps_at_once_complete_one_first, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
    let started = housekey::two_step::begin(&app.app, user);
    let phone = Phone::typed(&started.app.typed_key());
    let code = phone.shows(app.clock.now());
    let by = housekey::two_step::By::Newcomer;
    let codes = housekey::two_step::turn_on(&app.app, &mut work, (&started, &code), by, &[]).await.unwrap().unwrap();
    work.commit().await.unwrap();
    let browser = app.browser();
    let view = browser.sign_in(MAYA, PASSWORD).await;
    let page = browser.get(&format!("/sign-in/two-step?{}&with=recovery", view.url.query().unwrap())).await;
    let all = codes.iter().map(|code| page.form_to("/sign-in/two-step").fill("recovery", code).submit());
    let views = join_all(all).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    assert!(is_signed_in(&browser).await);
    sessions_are(&app, 1).await;
    let left = housekey::two_step::standing(&app.app, user).await.unwrap().codes;
    assert_eq!(left, 9, "the others were not used up");
});
