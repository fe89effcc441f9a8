//! Another primary address for whoever cannot read mail to theirs any more: its mailbox has a week to object.

use std::time::Duration;

use super::addresses::{NEW, addresses, has, manage};
use super::recover::forget;
use super::{MAYA, ask, code, events, is_signed_in, link};
use crate::support::peer::Peer;
use crate::support::smtp::Relay;
use crate::support::{Browser, On, PASSWORD, TestApp, View, peer, person};
use crate::{on_each_database, on_each_database_with};

const DAY: Duration = Duration::from_hours(24);

/// Somebody with two addresses, at a browser of theirs.
async fn with_two(app: &TestApp) -> (housekey::types::UserId, Browser) {
    let user = person(app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    has(app, &browser, NEW).await;
    (user, browser)
}

async fn give_up(browser: &Browser) -> View {
    let page = manage(browser).await.follow("I can’t read email at").await;
    assert_eq!((page.status, page.h1()), (200, "Lost your primary mailbox?".into()));
    page.form().press("Make primary in a week").await
}

async fn pass(app: &TestApp, days: u32) {
    for _ in 0..days {
        app.travel(DAY);
        housekey::schedule::clean_up(&app.app).await.unwrap();
    }
}

async fn count(app: &TestApp, user: housekey::types::UserId, event: &str) -> usize {
    events(app, user).await.iter().filter(|(name, _)| name == event).count()
}

on_each_database!(a_week_after_nobody_objected_the_primary_address_is_another, |app: TestApp| async move {
    let (user, browser) = with_two(&app).await;
    let view = give_up(&browser).await;
    assert_eq!(view.url.path(), "/account");
    assert!(view.text().contains("Not primary yet") && view.text().contains("objects"), "{}", view.text());
    assert!(!view.html.contains("/account/email/check") && !view.form_to("/waiting").button("Send again"), "there is no code to type");
    let (letter, notice) = (app.letter_to(MAYA), app.letter_to(NEW));
    assert!(letter.code.is_none() && letter.text.contains(NEW) && letter.text.contains(MAYA), "{}", letter.text);
    assert!(notice.link.is_none() && notice.text.contains("becomes the primary address"), "{}", notice.text);
    assert_eq!(count(&app, user, "email.replacement_begun").await, 1);
    pass(&app, 6).await;
    assert_eq!(addresses(&app, user).await, [MAYA, NEW], "not a moment too soon");
    let path = link(&app, MAYA);
    assert_eq!(app.browser().get(&path).await.status, 200);
    pass(&app, 1).await;
    assert_eq!(addresses(&app, user).await, [NEW, MAYA]);
    for address in [MAYA, NEW] {
        assert!(app.letter_to(address).subject.contains("address was changed"), "{address}");
    }
    assert_eq!(app.browser().get(&path).await.h1(), "This link has expired");
    assert_eq!(count(&app, user, "email.changed").await, 1);
});

on_each_database!(the_mailbox_objects_and_whoever_said_it_was_lost_is_out, |app: TestApp| async move {
    let (user, mallory) = with_two(&app).await;
    give_up(&mallory).await;
    let (maya, path) = (app.browser(), link(&app, MAYA));
    // A scanner opens it, and a preview; it takes a person to press the button.
    for _ in 0..3 {
        let view = maya.get(&path).await;
        assert_eq!((view.status, view.h1()), (200, "Keep your address?".into()));
        assert!(view.text().contains(NEW) && !view.html.contains("data-submit"), "{}", view.text());
    }
    assert!(is_signed_in(&mallory).await);
    let view = maya.get(&path).await.form().press("Keep").await;
    assert_eq!(view.h1(), "Your address stays");
    assert!(!is_signed_in(&mallory).await && !is_signed_in(&maya).await, "objecting signs nobody in");
    assert_eq!(view.follow("Choose a new password").await.status, 200);
    assert_eq!((count(&app, user, "email.replacement_refused").await, maya.get(&path).await.status), (1, 410));
    pass(&app, 9).await;
    assert_eq!(addresses(&app, user).await, [MAYA, NEW]);
    // Who had it was seen out, and comes back with what the owner knows.
    maya.sign_in(MAYA, PASSWORD).await;
    let told = maya.get("/account/devices").await.text();
    assert!(told.contains("New primary email address asked for") && told.contains("Primary email address kept"), "{told}");
});

on_each_database!(fifty_at_once_replace_it_once, |app: TestApp| async move {
    let (user, browser) = with_two(&app).await;
    give_up(&browser).await;
    let behind = app.browser().get(&link(&app, MAYA)).await;
    app.travel(DAY * 7);
    let (_house, running, _) = app.replica().await;
    let due = futures_util::future::join_all((0..50).map(|_| housekey::account::replace::make_due(&app.app)));
    let objections = futures_util::future::join_all((0..10).map(|_| behind.form().submit()));
    let (made, objected) = futures_util::join!(due, objections);
    assert_eq!(made.into_iter().map(Result::unwrap).sum::<u64>(), 1);
    assert!(objected.iter().all(|view| view.status == 410), "their week is over");
    assert_eq!((count(&app, user, "email.changed").await, addresses(&app, user).await), (1, vec![NEW.into(), MAYA.into()]));
    running.stop().await.unwrap();
});

on_each_database!(fifty_objections_at_once_are_one, |app: TestApp| async move {
    let (user, browser) = with_two(&app).await;
    give_up(&browser).await;
    let behind = app.browser().get(&link(&app, MAYA)).await;
    let views = futures_util::future::join_all((0..50).map(|_| behind.form().submit())).await;
    assert!(views.iter().all(|view| matches!(view.status, 200 | 410 | 503)));
    assert_eq!((count(&app, user, "email.replacement_refused").await, is_signed_in(&browser).await), (1, false));
});

#[test]
fn asking_again_changes_nothing_and_another_address_takes_the_place_of_the_first() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (user, browser) = with_two(&app).await;
        has(&app, &browser, "maya@third.example").await;
        for _ in 0..3 {
            give_up(&browser).await;
        }
        assert_eq!(count(&app, user, "email.replacement_begun").await, 1);
        let first = link(&app, MAYA);
        let page = browser.get("/account/email/replace").await;
        let view = page.form().press("Make primary in a week maya@third.example").await;
        assert_eq!(view.text().matches("Not primary yet").count(), 1, "{}", view.text());
        assert_ne!(link(&app, MAYA), first);
        assert_eq!(app.browser().get(&first).await.status, 410);
        pass(&app, 7).await;
        assert_eq!(addresses(&app, user).await[0], "maya@third.example");
    });
}

/// What stops it.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Person,
    AnyLetterOfTheOldMailbox,
    NewPassword,
    TheOtherAddressGoes,
    Operator,
    CancelledLink,
}

async fn stop(app: &TestApp, user: housekey::types::UserId, browser: &Browser, by: Stop) {
    match by {
        Stop::Person => {
            let view = browser.get("/account").await.form_to("/waiting").press("Cancel").await;
            assert!(!view.text().contains("Not primary yet"), "{}", view.text());
        }
        Stop::AnyLetterOfTheOldMailbox => {
            ask(&app.browser(), MAYA).await.form_to("/check").fill("code", &code(app, MAYA)).submit().await;
        }
        Stop::NewPassword => {
            let view = forget(&app.browser(), MAYA).await.form_to("/check").fill("code", &code(app, MAYA)).submit().await;
            view.form().fill("new-password", "walnut quiet lantern orbit").submit().await;
        }
        Stop::TheOtherAddressGoes => {
            manage(browser).await.form_to("/account/email/change").press("Remove").await;
        }
        Stop::Operator => {
            crate::support::person::set_state(app, user, housekey::user::State::Locked).await;
        }
        Stop::CancelledLink => {
            let (anybody, path) = (app.browser(), link(app, MAYA));
            let csrf = anybody.get(&path).await.form().value("csrf").to_owned();
            assert_eq!(anybody.post(&format!("{path}/cancel"), &[("csrf", &csrf)]).await.status, 410);
        }
    }
}

#[test]
fn it_is_stopped_in_many_ways() {
    peer::run(async {
        for by in [
            Stop::Person,
            Stop::AnyLetterOfTheOldMailbox,
            Stop::NewPassword,
            Stop::TheOtherAddressGoes,
            Stop::Operator,
            Stop::CancelledLink,
        ] {
            let app = TestApp::start(On::Sqlite).await;
            let (user, browser) = with_two(&app).await;
            give_up(&browser).await;
            app.settle();
            stop(&app, user, &browser, by).await;
            pass(&app, 8).await;
            assert_eq!(addresses(&app, user).await[0], MAYA, "{by:?}");
        }
    });
}

// What a relay may do with the letter, and whether its mailbox has been told then: one that does not exist needs not be.
on_each_database_with!(it_waits_for_a_letter_that_has_gone, Peer::Smtp, async |on: On| {
    for (fault, happens) in [("refuse-connection", false), ("reject", true)] {
        let relay = Relay::start("implicit", "localhost");
        let app = TestApp::with(on, &relay.toml()).await;
        let user = person(&app, MAYA).await;
        let new = housekey::types::EmailAddress::parse(NEW).unwrap();
        let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        assert!(housekey::user::add_email(&mut work, user, &new).await.unwrap());
        work.commit().await.unwrap();
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        relay.fault(fault);
        give_up(&browser).await;
        app.settle();
        pass(&app, 8).await;
        assert_eq!(addresses(&app, user).await[0], if happens { NEW } else { MAYA }, "{fault}");
    }
});

/// A mailbox that has had enough letters cannot be told: whoever fills it first gets nowhere.
#[test]
fn a_mailbox_that_is_full_of_letters_is_told_first() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (user, browser) = with_two(&app).await;
        let stranger = app.browser();
        for _ in 0..6 {
            ask(&stranger, MAYA).await;
        }
        let view = give_up(&browser).await;
        assert_eq!((view.status, view.h1()), (429, "Lost your primary mailbox?".into()));
        assert!(!browser.get("/account").await.text().contains("Not primary yet"));
        pass(&app, 8).await;
        assert_eq!(addresses(&app, user).await, [MAYA, NEW]);
    });
}

#[test]
fn there_has_to_be_another_address_and_a_proof() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let noor = person(&app, "noor@okafor.example").await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        assert!(!manage(&browser).await.text().contains("I can’t read email"));
        assert_eq!(browser.get("/account/email/replace").await.url.path(), "/account/email");
        has(&app, &browser, NEW).await;
        let page = browser.get("/account/email/replace").await;
        let csrf = page.form().value("csrf").to_owned();
        for address in ["noor@okafor.example", MAYA, "", "x"] {
            browser.post("/account/email/replace", &[("csrf", &csrf), ("primary", address)]).await;
        }
        assert!(!browser.get("/account").await.text().contains("Not primary yet"));
        app.travel(Duration::from_mins(6));
        assert_eq!(page.form().press("Make primary in a week").await.url.path(), "/reauth");
        pass(&app, 8).await;
        assert_eq!(addresses(&app, user).await, [MAYA, NEW]);
        assert_eq!(addresses(&app, noor).await, ["noor@okafor.example"]);
    });
}
