//! Several addresses: each confirmed in its own mailbox and in a session of its person, and the primary one never replaced
//! without the mailbox that it goes to.

use std::time::Duration;

use super::{MAYA, ask, code, events, is_signed_in, link};
use crate::email_code::recover::forget;
use crate::on_each_database;
use crate::support::relying_party::claims as claims_of;
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

pub(super) const NEW: &str = "maya@new.example";
const NOOR: &str = "noor@okafor.example";

pub(super) async fn manage(browser: &Browser) -> View {
    let view = browser.get("/account").await.follow("Manage email addresses").await;
    assert_eq!(view.h1(), "Email addresses");
    view
}

async fn add(browser: &Browser, address: &str) -> View {
    manage(browser).await.form_to("/account/email").fill("email", address).submit().await
}

async fn press(view: View, button: &str, address: &str) -> View {
    view.form_to("/account/email/change").press(&format!("{button} {address}")).await
}

pub(super) async fn has(app: &TestApp, browser: &Browser, address: &str) -> View {
    add(browser, address).await.form_to("/check").fill("code", &code(app, address)).submit().await
}

/// The addresses of a person, the primary one first.
pub(super) async fn addresses(app: &TestApp, user: housekey::types::UserId) -> Vec<String> {
    let emails = housekey::user::emails_of(app.app.db.read(), user).await.unwrap();
    assert_eq!(emails.iter().filter(|email| email.is_primary).count(), 1, "one of them is the primary one");
    emails.into_iter().map(|email| email.address.to_string()).collect()
}

on_each_database!(an_address_is_added_by_the_code_that_its_mailbox_got, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let view = add(&browser, NEW).await;
    assert_eq!(view.url.path(), "/account");
    let letter = app.letter_to(NEW);
    let tag = letter.subject.split(':').next().unwrap();
    assert!(view.text().contains(tag) && view.text().contains("Not confirmed"), "{}", view.text());
    assert_eq!(app.browser().sign_in(NEW, PASSWORD).await.status, 422, "not yet");
    let wrong = view.form_to("/check").fill("code", "000000").submit().await;
    assert_eq!((wrong.status, addresses(&app, user).await.len()), (422, 1));
    let view = wrong.form_to("/check").fill("code", &letter.code.unwrap()).submit().await;
    assert!(view.status == 200 && !view.text().contains("Not confirmed"), "{}", view.text());
    assert_eq!(addresses(&app, user).await, [MAYA, NEW]);
    let notice = app.letter_to(MAYA);
    assert!(notice.subject.contains("address was added") && notice.link.is_none() && notice.text.contains(NEW), "{}", notice.text);
    // By password and by letter, it is the same person.
    assert_eq!(app.browser().sign_in(NEW, PASSWORD).await.url.path(), "/account");
    let other = app.browser();
    ask(&other, NEW).await.form_to("/check").fill("code", &code(&app, NEW)).submit().await;
    assert!(other.get("/account").await.text().contains(MAYA));
    assert!(events(&app, user).await.iter().any(|(name, _)| name == "email.added"));
    assert!(browser.get("/account/devices").await.text().contains("Email address added"));
});

/// A-5, and the same the other way round: Mallory asks for the address of Noor, hoping that Noor presses the button in a letter
/// that looks like her own; Noor would then sign in to Mallory's account and fill it.
#[test]
fn a_letter_adds_nothing_where_its_person_is_not_signed_in() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        person(&app, NOOR).await;
        let (browser, noor, phone) = (app.browser(), app.browser(), app.browser());
        browser.sign_in(MAYA, PASSWORD).await;
        noor.sign_in(NOOR, PASSWORD).await;
        add(&browser, NEW).await;
        let path = link(&app, NEW);
        for stranger in [&phone, &noor] {
            let view = stranger.get(&path).await;
            assert!(view.text().contains(&spaced(&code(&app, NEW))), "{}", view.text());
            assert!(!view.html.contains(&format!("action=\"{path}\"")), "there is no button");
            let csrf = view.form_to("/cancel").value("csrf").to_owned();
            stranger.post(&path, &[("csrf", &csrf)]).await;
            assert_eq!(addresses(&app, user).await, [MAYA]);
        }
        assert!(!is_signed_in(&phone).await);
        // Another browser of hers is as good as the one that asked.
        phone.sign_in(MAYA, PASSWORD).await;
        let view = phone.get(&path).await.form_to(&path).submit().await;
        assert_eq!(view.h1(), "Address confirmed");
        assert_eq!(addresses(&app, user).await, [MAYA, NEW]);
        assert_eq!(browser.get(&path).await.status, 410);
    });
}

fn spaced(code: &str) -> String {
    format!("{} {}", &code[..3], &code[3..])
}

on_each_database!(another_address_becomes_primary_when_the_mailbox_of_the_old_one_agrees, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    has(&app, &browser, NEW).await;
    let view = press(manage(&browser).await, "Make primary", NEW).await;
    assert!(view.text().contains("Not primary yet"), "{}", view.text());
    let letter = app.letter_to(MAYA);
    assert!(letter.link.is_some() && letter.text.contains(NEW) && letter.text.contains(MAYA), "{}", letter.text);
    assert_eq!(addresses(&app, user).await, [MAYA, NEW], "the session alone changes nothing");
    // Wherever that mailbox is read.
    let phone = app.browser();
    let view = phone.get(&link(&app, MAYA)).await;
    assert!(view.text().contains(NEW), "the page says what it is about: {}", view.text());
    let view = view.form_to(&link(&app, MAYA)).press("Change the primary address").await;
    assert_eq!(view.h1(), "Your primary address is changed");
    assert!(!is_signed_in(&phone).await, "confirming signs nobody in");
    assert_eq!(addresses(&app, user).await, [NEW, MAYA]);
    for address in [MAYA, NEW] {
        let notice = app.letter_to(address);
        assert!(notice.subject.contains("address was changed") && notice.link.is_none(), "{address}: {}", notice.subject);
    }
    assert!(events(&app, user).await.iter().any(|(name, _)| name == "email.changed"));
});

#[test]
fn apps_learn_of_another_primary_address() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        let spa = RelyingParty::new(&app, "spa");
        let email = async || claims_of(spa.redeem(&spa.code(&browser).await).await.text("id_token"))["email"].clone();
        assert_eq!(email().await, MAYA);
        has(&app, &browser, NEW).await;
        assert_eq!(email().await, MAYA);
        press(manage(&browser).await, "Make primary", NEW).await.form_to("/check").fill("code", &code(&app, MAYA)).submit().await;
        assert_eq!(email().await, NEW);
    });
}

on_each_database!(an_address_is_removed_and_opens_nothing_any_more, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let noor = person(&app, NOOR).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    has(&app, &browser, NEW).await;
    ask(&app.browser(), NEW).await;
    let old = link(&app, NEW);
    let view = manage(&browser).await;
    assert!(!view.html.contains(&format!("name=\"remove\" value=\"{MAYA}\"")), "the primary one stays");
    let csrf = view.form_to("/account/email/change").value("csrf").to_owned();
    for (name, address) in [("remove", MAYA), ("remove", NOOR), ("primary", NOOR), ("primary", MAYA), ("remove", ""), ("neither", "x")] {
        browser.post("/account/email/change", &[("csrf", &csrf), (name, address)]).await;
    }
    assert_eq!((addresses(&app, user).await, addresses(&app, noor).await), (vec![MAYA.into(), NEW.into()], vec![NOOR.into()]));
    let view = press(view, "Remove", NEW).await;
    assert!(view.status == 200 && !view.text().contains(NEW), "{}", view.text());
    assert_eq!(addresses(&app, user).await, [MAYA]);
    for address in [MAYA, NEW] {
        let notice = app.letter_to(address);
        assert!(notice.subject.contains("address was removed") && notice.link.is_none(), "{address}: {}", notice.subject);
    }
    assert_eq!(app.browser().get(&old).await.status, 410);
    assert_eq!(app.browser().sign_in(NEW, PASSWORD).await.status, 422);
    assert!(events(&app, user).await.iter().any(|(name, _)| name == "email.removed"));
});

#[test]
fn an_address_that_somebody_has_is_not_taken_and_only_its_mailbox_learns() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        person(&app, NOOR).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        let (free, taken) = (add(&browser, NEW).await, add(&browser, NOOR).await);
        assert_eq!((taken.status, taken.url.path()), (free.status, free.url.path()));
        assert!(taken.text().contains(NOOR) && taken.text().contains(NEW), "{}", taken.text());
        let letter = app.letter_to(NOOR);
        assert!(letter.link.is_none() && letter.text.contains("has an account"), "{}", letter.text);
        // Whoever took it between the letter and its answer has it.
        person(&app, NEW).await;
        let late = taken.form_to("/check").fill("code", &code(&app, NEW)).submit().await;
        assert_eq!((late.status, addresses(&app, user).await), (422, vec![MAYA.to_owned()]));
        // One's own is none to add, and what is no address is said to be none; what was typed stays.
        for typed in ["MAYA@okafor.example", "nothing", ""] {
            let view = add(&browser, typed).await;
            assert_eq!((view.status, view.form_to("/account/email").value("email")), (422, typed), "{typed}");
        }
    });
}

#[test]
fn the_letter_goes_again_or_not_at_all() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        let view = add(&browser, NEW).await;
        let first = code(&app, NEW);
        let soon = view.form_to("/waiting").press("Send again").await;
        assert_eq!(soon.status, 429);
        app.travel(Duration::from_mins(1));
        soon.form_to("/waiting").press("Send again").await;
        assert_eq!(code(&app, NEW), first, "it is the same letter");
        // Another one in its place: the first is void.
        add(&browser, NEW).await;
        let second = code(&app, NEW);
        assert_ne!(first, second);
        let view = browser.get("/account").await;
        assert_eq!(view.text().matches(NEW).count(), 3, "in one row: {}", view.text());
        let view = view.form_to("/check").fill("code", &first).submit().await;
        assert_eq!(view.status, 422);
        let view = view.form_to("/waiting").press("Cancel").await;
        assert!(!view.text().contains(NEW), "{}", view.text());
        assert_eq!(app.browser().get(&link(&app, NEW)).await.status, 410);
        assert_eq!(addresses(&app, user).await, [MAYA]);
    });
}

/// somebody who has the account begins to add an address of theirs; its owner comes back by a new password; the letter of
/// the other is answered then.
#[test]
fn what_began_before_a_new_password_is_over() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        let mallory = app.browser();
        mallory.sign_in(MAYA, PASSWORD).await;
        add(&mallory, "mallory@evil.example").await;
        let owner = app.browser();
        let view = forget(&owner, MAYA).await.form_to("/check").fill("code", &code(&app, MAYA)).submit().await;
        view.form().fill("new-password", "walnut quiet lantern orbit").submit().await;
        assert!(is_signed_in(&owner).await && !is_signed_in(&mallory).await);
        let path = link(&app, "mallory@evil.example");
        assert_eq!(owner.get(&path).await.status, 410);
        assert_eq!(addresses(&app, user).await, [MAYA]);
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

#[test]
fn there_are_ten_and_no_more() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false").await;
        let user = person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        for n in 0..5 {
            has(&app, &browser, &format!("maya{n}@new.example")).await;
        }
        for n in 5..9 {
            assert_eq!(add(&browser, &format!("maya{n}@new.example")).await.status, 200);
        }
        let view = add(&browser, "one@too.many").await;
        assert_eq!((view.status, addresses(&app, user).await.len()), (422, 6));
        assert!(view.text().contains("10 addresses"), "{}", view.text());
        // The letter to one that waits may go once more.
        assert_eq!(add(&browser, "maya8@new.example").await.status, 200);
    });
}

on_each_database!(fifty_confirmations_at_once_are_one, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let page = add(&browser, NEW).await;
    let (path, digits) = (link(&app, NEW), code(&app, NEW));
    let behind = browser.get(&path).await;
    let all = (0..50).map(|n| {
        let form = if n % 10 == 0 { page.form_to("/check").fill("code", &digits) } else { behind.form_to(&path) };
        form.submit()
    });
    let views = futures_util::future::join_all(all).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    let added = events(&app, user).await.iter().filter(|(name, _)| name == "email.added").count();
    assert_eq!((added, addresses(&app, user).await), (1, vec![MAYA.to_owned(), NEW.to_owned()]));
});

on_each_database!(of_two_primary_addresses_at_once_and_their_removal_one_is_left, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    has(&app, &browser, NEW).await;
    let page = manage(&browser).await;
    for round in 0..4 {
        let primary = addresses(&app, user).await[0].clone();
        let other = if primary == MAYA { NEW } else { MAYA };
        press(manage(&browser).await, "Make primary", other).await;
        let path = link(&app, &primary);
        let behind = browser.get(&path).await;
        // Somebody removes what is about to become the primary one.
        let csrf = page.form_to("/account/email/change").value("csrf").to_owned();
        let fields = [("csrf", csrf.as_str()), ("remove", other)];
        let remove = futures_util::future::join_all((0..4).map(|_| browser.post("/account/email/change", &fields)));
        let confirm = futures_util::future::join_all((0..8).map(|_| behind.form_to(&path).submit()));
        let (removed, confirmed) = futures_util::join!(remove, confirm);
        let views: Vec<_> = removed.into_iter().chain(confirmed).collect();
        assert!(views.iter().all(|view| view.status < 500 || view.status == 503), "{round}");
        if addresses(&app, user).await.len() == 1 {
            app.travel(Duration::from_hours(1));
            let view = browser.get("/account/email").await;
            let now = addresses(&app, user).await[0].clone();
            let again = if now == MAYA { NEW } else { MAYA };
            browser.sign_in_from(view, &now, PASSWORD).await;
            has(&app, &browser, again).await;
        }
    }
});
