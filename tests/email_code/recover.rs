//! A forgotten password: a letter, a new one, and nothing that was before.

use std::time::Duration;

use super::{MAYA, ask, code, events, is_signed_in, link};
use crate::on_each_database;
use crate::support::{Browser, Form, On, PASSWORD, TestApp, View, peer, person};

const NEW: &str = "walnut quiet lantern orbit";

/// Asks for a new password, as far as the page that waits for the letter.
pub async fn forget(browser: &Browser, address: &str) -> View {
    let view = browser.get("/sign-in").await.form().fill("email", address).submit().await;
    let view = view.follow("Forgot password?").await;
    assert_eq!(view.form().value("email"), address);
    view.form().press("reset link").await
}

on_each_database!(a_forgotten_password_is_replaced_by_link, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let elsewhere = app.browser();
    elsewhere.sign_in(MAYA, PASSWORD).await;
    let browser = app.browser();
    let view = forget(&browser, MAYA).await;
    assert_eq!(view.url.path(), "/sign-in/check");
    let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
    assert_eq!((view.url.path(), view.h1()), ("/recover/new", "Choose a new password".into()));
    assert!(is_signed_in(&elsewhere).await, "nothing has changed yet");
    let weak = view.form().fill("new-password", "short").submit().await;
    assert_eq!(weak.status, 422);
    let view = weak.form().fill("new-password", NEW).submit().await;
    assert_eq!(view.url.path(), "/account");
    assert!(!is_signed_in(&elsewhere).await, "signed out everywhere else");
    // Told to the mailbox, without a button.
    let notice = app.letter_to(MAYA);
    assert!(
        notice.subject.contains("password was changed") && notice.link.is_none() && !notice.html.contains("href"),
        "{}",
        notice.subject
    );
    assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.status, 422);
    assert_eq!(app.browser().sign_in(MAYA, NEW).await.url.path(), "/account");
    assert!(events(&app, user).await.iter().any(|(name, _)| name == "password.changed"));
});

#[test]
fn by_code_and_on_another_device_it_works_as_well() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (desk, phone) = (app.browser(), app.browser());
        let waiting = forget(&desk, MAYA).await;
        let path = link(&app, MAYA);
        let on_phone = phone.get(&path).await.form_to(&path).submit().await;
        assert_eq!(on_phone.url.path(), "/recover/new");
        let at_desk = waiting.form_to("/sign-in/check").fill("code", &code(&app, MAYA)).submit().await;
        assert_eq!(at_desk.url.path(), "/recover/new");
        // Whoever saves first has saved.
        at_desk.form().fill("new-password", NEW).submit().await;
        assert!(is_signed_in(&desk).await);
        on_phone.form().fill("new-password", "another four plain words").submit().await;
        assert!(!is_signed_in(&phone).await);
        assert_eq!(app.browser().sign_in(MAYA, NEW).await.url.path(), "/account");
    });
}

on_each_database!(fifty_resets_at_once_at_two_processes_are_one, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    forget(&browser, MAYA).await;
    let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
    let second = app.process().await;
    let forms = (0..50).map(|n| {
        let form = view.form().fill("new-password", &format!("{NEW} number {n}"));
        if n % 2 == 0 { form } else { form.to(&second.address) }
    });
    let views = futures_util::future::join_all(forms.map(Form::submit)).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    let changed = events(&app, user).await.iter().filter(|(name, _)| name == "password.changed").count();
    assert_eq!(changed, 1);
    assert_eq!(app.letters() + app.letters_of_process(), 2, "the letter and one notice");
});

#[test]
fn every_older_letter_dies_with_the_old_password() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let mut old = Vec::new();
        let browser = app.browser();
        for _ in 0..2 {
            forget(&app.browser(), MAYA).await;
            old.push(link(&app, MAYA));
        }
        ask(&app.browser(), MAYA).await;
        old.push(link(&app, MAYA));
        forget(&browser, MAYA).await;
        let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
        view.form().fill("new-password", NEW).submit().await;
        assert!(is_signed_in(&browser).await);
        for path in old {
            assert_eq!(app.browser().get(&path).await.status, 410, "{path}");
        }
        // And the form that was used.
        assert_eq!(view.form().fill("new-password", PASSWORD).submit().await.status, 410);
    });
}

#[test]
fn a_reset_link_lasts_half_an_hour_and_is_no_sign_in() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        forget(&browser, MAYA).await;
        app.travel(Duration::from_mins(29));
        let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
        assert_eq!(view.url.path(), "/recover/new");
        assert!(!is_signed_in(&browser).await, "the link alone signs nobody in");
        app.travel(Duration::from_mins(2));
        assert_eq!(view.form().fill("new-password", NEW).submit().await.status, 410);
        assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.url.path(), "/account", "the old one still works");
    });
}

#[test]
fn nobody_and_people_without_a_password_see_the_same_page_and_get_another_letter() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        ask(&browser, "noor@okafor.example").await;
        browser.get(&link(&app, "noor@okafor.example")).await.form().submit().await;
        let mut pages = Vec::new();
        for (address, says) in [(MAYA, "choose a new"), ("noor@okafor.example", "sign in to"), ("nobody@okafor.example", "create your")] {
            let view = forget(&app.browser(), address).await;
            let letter = app.letter_to(address);
            assert!(letter.subject.contains(says), "{address}: {}", letter.subject);
            let tag = letter.subject.split(':').next().unwrap().to_owned();
            // A reset lasts longer, and the page says until when.
            let text = view.text().replace(address, "ADDRESS").replace(&tag, "TAG");
            let at = text.find("works until").unwrap();
            pages.push(format!("{}{}", &text[..at], &text[at + 21..]));
        }
        assert_eq!((&pages[0], &pages[0]), (&pages[1], &pages[2]));
    });
}

#[test]
fn a_reset_does_not_skip_a_second_step_nor_a_lock() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in.two_step]\npolicy = \"required\"").await;
        person(&app, MAYA).await;
        let browser = app.browser();
        forget(&browser, MAYA).await;
        let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
        view.form().fill("new-password", NEW).submit().await;
        assert!(!is_signed_in(&browser).await);
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let browser = app.browser();
        forget(&browser, MAYA).await;
        let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
        crate::support::person::set_state(&app, user, housekey::user::State::Locked).await;
        view.form().fill("new-password", NEW).submit().await;
        assert!(!is_signed_in(&browser).await);
    });
}

#[test]
fn too_many_wrong_passwords_are_forgiven_with_a_new_one() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\npassword_failures = 3\npassword_per_account = \"100/1m\"").await;
        person(&app, MAYA).await;
        for _ in 0..4 {
            app.browser().sign_in(MAYA, "wrong wrong wrong wrong").await;
        }
        assert_eq!(app.browser().sign_in(MAYA, PASSWORD).await.status, 429);
        let browser = app.browser();
        // From the page that says so.
        let view = browser.get("/sign-in").await.form().fill("email", MAYA).submit().await;
        let limited = view.form_to("/sign-in/password").fill("password", PASSWORD).submit().await;
        assert!(limited.text().contains("Email me a sign-in link"));
        forget(&browser, MAYA).await;
        let view = browser.get(&link(&app, MAYA)).await.form().submit().await;
        view.form().fill("new-password", NEW).submit().await;
        assert_eq!(app.browser().sign_in(MAYA, NEW).await.url.path(), "/account");
    });
}
