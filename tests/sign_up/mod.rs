//! A new account: nobody learns who has one, and no code can be guessed or used twice.

use std::time::Duration;

use crate::on_each_database;
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, View, peer, person};

const NEW_PASSWORD: &str = "lantern orbit walnut quiet";

/// Goes as far as the page that asks for the code.
async fn as_far_as_the_code(browser: &Browser, address: &str) -> View {
    let view = browser.get("/sign-in").await.follow("Create an account").await;
    let view = view.form_to("/sign-up").fill("email", address).submit().await;
    assert_eq!(view.url.path(), "/sign-up/password");
    view.form_to("/sign-up/password").fill("new-password", NEW_PASSWORD).submit().await
}

async fn people(app: &TestApp) -> u64 {
    housekey::user::count(app.app.db.read()).await.unwrap()
}

on_each_database!(a_stranger_becomes_a_person, |app: TestApp| async move {
    let browser = app.browser();
    let view = as_far_as_the_code(&browser, "Maya@Okafor.Example").await;
    assert_eq!((view.status, view.url.path()), (200, "/sign-in/check"));
    assert!(view.text().contains("Maya@okafor.example"), "{}", view.text());
    assert_eq!(people(&app).await, 0, "no account before the code");
    let letter = app.letter_to("maya@okafor.example");
    let tag = letter.subject.split(':').next().unwrap().to_owned();
    assert!(view.text().contains(&tag), "the page shows {tag}");
    assert_eq!(letter.to.to_string(), "Maya@okafor.example");
    let code = letter.code.clone().unwrap();
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    assert!(letter.text.contains(&spaced) && letter.html.contains(&spaced), "{}", letter.text);
    let typed = format!("{} {}", &code[..3], &code[3..]);
    let view = view.form_to("/sign-in/check").fill("code", &typed).submit().await;
    assert_eq!((view.status, view.url.path()), (200, "/account"));
    assert!(view.text().contains("Maya@okafor.example"));
    // And from another browser, with the password.
    let view = app.browser().sign_in("maya@okafor.example", NEW_PASSWORD).await;
    assert_eq!(view.url.path(), "/account");
});

#[test]
fn a_sign_up_ends_at_the_app_that_began_it() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        let view = browser.get(&spa.authorize_path("")).await.follow("Create an account").await;
        let view = view.form_to("/sign-up").fill("email", "maya@okafor.example").submit().await;
        let view = view.form_to("/sign-up/password").fill("new-password", NEW_PASSWORD).submit().await;
        let code = app.letter_to("maya@okafor.example").code.unwrap();
        let view = view.form_to("/sign-in/check").fill("code", &code).submit().await;
        let tokens = spa.redeem(&crate::support::relying_party::code_in(&view)).await;
        assert_eq!(crate::support::relying_party::claims(tokens.text("id_token"))["email_verified"], true);
    });
}

#[test]
fn whether_an_address_is_taken_shows_only_in_its_mailbox() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let masked = |view: &View, address: &str| {
            let text = view.text().replace(address, "ADDRESS");
            let is_tag = |word: &&str| word.len() >= 5 && word.as_bytes()[2] == b'-';
            text.split(' ').map(|word| if is_tag(&word) { "TAG" } else { word }).collect::<Vec<_>>().join(" ")
        };
        let known = as_far_as_the_code(&app.browser(), "maya@okafor.example").await;
        let unknown = as_far_as_the_code(&app.browser(), "somebody@okafor.example").await;
        assert_eq!(known.status, unknown.status);
        assert_eq!(masked(&known, "maya@okafor.example"), masked(&unknown, "somebody@okafor.example"));
        let letter = app.letter_to("maya@okafor.example");
        assert!(letter.text.contains("already"), "{}", letter.text);
        // A wrong code is answered alike.
        let known = known.form_to("/sign-in/check").fill("code", "000000").submit().await;
        let unknown = unknown.form_to("/sign-in/check").fill("code", "000000").submit().await;
        assert_eq!((known.status, unknown.status), (422, 422));
        assert_eq!(masked(&known, "maya@okafor.example"), masked(&unknown, "somebody@okafor.example"));
        // The right one signs the owner in, and the password that a stranger typed stays worth nothing.
        let view = known.form_to("/sign-in/check").fill("code", &letter.code.unwrap()).submit().await;
        assert_eq!(view.url.path(), "/account");
        assert_eq!(app.browser().sign_in("maya@okafor.example", PASSWORD).await.url.path(), "/account");
        assert_eq!(app.browser().sign_in("maya@okafor.example", NEW_PASSWORD).await.status, 422);
    });
}

on_each_database!(five_wrong_codes_are_all_there_are, |app: TestApp| async move {
    let browser = app.browser();
    let mut view = as_far_as_the_code(&browser, "maya@okafor.example").await;
    let code = app.letter_to("maya@okafor.example").code.unwrap();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for left in (1..5).rev() {
        view = view.form_to("/sign-in/check").fill("code", wrong).submit().await;
        assert_eq!(view.status, 422);
        assert!(view.text().contains(&format!("{left} tr")), "{left}: {}", view.text());
    }
    let spare = view.form_to("/sign-in/check");
    let view = view.form_to("/sign-in/check").fill("code", wrong).submit().await;
    assert_eq!(view.status, 410);
    assert_eq!(spare.fill("code", &code).submit().await.status, 410, "the right one is too late");
    assert_eq!(people(&app).await, 0);
});

on_each_database!(fifty_right_codes_at_once_make_one_account, |app: TestApp| async move {
    let browser = app.browser();
    let view = as_far_as_the_code(&browser, "maya@okafor.example").await;
    let code = app.letter_to("maya@okafor.example").code.unwrap();
    let tries = (0..50).map(|_| view.form_to("/sign-in/check").fill("code", &code).submit());
    let views = futures_util::future::join_all(tries).await;
    assert!(views.iter().any(|view| view.url.path() == "/account"));
    assert_eq!(people(&app).await, 1);
    let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
    let log = housekey::audit::list_of_user(app.app.db.read(), user, 100).await.unwrap();
    assert_eq!(log.iter().filter(|line| line.name == "user.created").count(), 1);
    assert_eq!(log.iter().filter(|line| line.name == "session.started").count(), 1);
});

on_each_database!(journeys_in_five_spellings_of_one_address_make_one_account, |app: TestApp| async move {
    let mut ready = Vec::new();
    for spelling in ["maya@okafor.example", "MAYA@okafor.example", "Maya@OKAFOR.example", "maya@Okafor.Example", "mAyA@okafor.example"] {
        let view = as_far_as_the_code(&app.browser(), spelling).await;
        ready.push((view, app.letter_to("maya@okafor.example").code.unwrap()));
    }
    let tries = ready.iter().map(|(view, code)| view.form_to("/sign-in/check").fill("code", code).submit());
    let views = futures_util::future::join_all(tries).await;
    assert_eq!(views.iter().filter(|view| view.url.path() == "/account").count(), 1);
    assert_eq!(people(&app).await, 1);
});

#[test]
fn a_second_letter_has_the_same_code_and_does_not_come_too_soon() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let view = as_far_as_the_code(&app.browser(), "maya@okafor.example").await;
        let code = app.letter_to("maya@okafor.example").code.unwrap();
        let early = view.form_to("/sign-in/resend").submit().await;
        assert_eq!((early.status, app.letters()), (429, 1));
        app.travel(Duration::from_secs(31));
        let view = early.form_to("/sign-in/resend").submit().await;
        assert_eq!((view.status, app.letters()), (200, 2));
        assert_eq!(app.letter_to("maya@okafor.example").code.unwrap(), code);
        app.travel(Duration::from_mins(15));
        assert_eq!(view.form_to("/sign-in/check").fill("code", &code).submit().await.status, 410);
    });
}

#[test]
fn a_mailbox_cannot_be_flooded() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let mut pages = Vec::new();
        for _ in 0..8 {
            pages.push(as_far_as_the_code(&app.browser(), "maya@okafor.example").await);
        }
        assert_eq!(app.letters(), 5);
        assert!(pages.iter().all(|page| page.status == 200 && page.h1() == pages[0].h1()), "nobody but the mailbox's owner may notice");
        // Twenty a day, however they are spread.
        for _ in 0..8 {
            app.travel(Duration::from_hours(1));
            for _ in 0..4 {
                as_far_as_the_code(&app.browser(), "maya@okafor.example").await;
            }
        }
        assert!((20..=28).contains(&app.letters()), "{}", app.letters());
    });
}

#[test]
fn what_is_wrong_with_a_password_is_said_beside_it() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let view = app.browser().get("/sign-up").await.form().fill("email", "maya@okafor.example").submit().await;
        for (password, says) in [
            ("short", "10 more characters"),
            ("", "15 more characters"),
            ("housekeyhousekey1", "housekey"),
            ("123456789012345", ""),
            (&"a b ".repeat(80), ""),
            ("basketball12345", ""),
        ] {
            let again = view.form_to("/sign-up/password").fill("new-password", password).submit().await;
            assert_eq!(again.status, 422, "{password}");
            assert!(again.title().starts_with("Error: "), "{}", again.title());
            assert!(again.text().contains(says), "{password}: {}", again.text());
            assert!(password.is_empty() || !again.html.contains(&format!("value=\"{password}\"")), "a password is never given back");
        }
        assert_eq!(app.letters(), 0);
    });
}

#[test]
fn addresses_that_a_mailer_could_misread_get_no_letter() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for address in [
            "",
            "maya",
            "maya@",
            "maya@localhost",
            "maya@[127.0.0.1]",
            "\"a@evil.test\"@example.test",
            "a@evil.test@example.test",
            "a@example.test,b@evil.test",
            "a@example.test;b@evil.test",
            "a@example.test b@evil.test",
            "a@example.test\r\nBcc: b@evil.test",
            "a@example.test>",
            "<a@example.test>",
            "a＠evil.test",
            "mıke@example.test",
            "a(x)@example.test",
            ".a@example.test",
            "a@example.test.",
            "a\u{202e}@example.test",
            "a\0@example.test",
            &format!("{}@example.test", "a".repeat(300)),
        ] {
            let view = app.browser().get("/sign-up").await.form().fill("email", address).submit().await;
            assert_eq!(view.status, 422, "{address:?}");
            assert!(!view.problem().is_empty());
        }
        assert_eq!(app.letters(), 0);
    });
}

#[test]
fn closed_means_closed_on_every_path() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in]\nsign_up = \"closed\"").await;
        let browser = app.browser();
        let view = browser.get("/sign-in").await;
        assert!(!view.text().contains("Create an account"));
        assert_eq!(browser.get("/sign-up").await.status, 403);
        // The forms of an open server, sent by hand.
        let form = view.form();
        let (csrf, flow) = (form.value("csrf").to_owned(), form.value("flow").to_owned());
        for (path, field, value) in [
            ("/sign-up", "email", "maya@okafor.example"),
            ("/sign-up/password", "new-password", NEW_PASSWORD),
            ("/sign-in/check", "code", "000000"),
            ("/sign-in/resend", "x", ""),
        ] {
            let view = browser.post(path, &[("csrf", &csrf), ("flow", &flow), (field, value)]).await;
            assert!(matches!(view.status, 403 | 410), "{path}: {}", view.status);
        }
        assert_eq!((app.letters(), people(&app).await), (0, 0));
    });
}
