//! What changes how an account is reached asks again (`security.md` A-40, V-105): by a factor as strong as the account's, at most
//! five minutes old, in this session and for this.

use std::time::Duration;

use crate::email_code::MAYA;
use crate::support::person::has_password;
use crate::support::relying_party::{claims as claims_of, code_in};
use crate::support::{Browser, On, PASSWORD, Provider, RelyingParty, TestApp, View, peer, person};
use crate::two_step::equip;

/// Something that changes how an account is reached.
type Operation = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// What can be done: its name, the page where it is proved for, and the request that does it.
const OPERATIONS: &[Operation] = &[
    ("add an address", "email", "/account/email", &[("email", "none")]),
    ("change the addresses", "email", "/account/email/change", &[("remove", "nobody@okafor.example")]),
    ("choose a password", "password", "/account/password", &[("new-password", "walnut quiet lantern orbit")]),
    ("remove the password", "security", "/account/password/remove", &[]),
    ("make a passkey", "security", "/account/security/passkeys/options", &[]),
    ("add a passkey", "security", "/account/security/passkeys", &[("state", "x")]),
    ("remove a passkey", "security", "/account/security/passkeys/remove", &[("passkey", "x")]),
    ("turn two steps on", "security", "/account/security/two-step", &[("started", "x"), ("code", "123456")]),
    ("turn two steps off", "security", "/account/security/two-step/off", &[("code", "123456")]),
    ("renew the recovery codes", "security", "/account/security/codes", &[]),
    ("connect another account", "connections", "/account/connections", &[("connect", "nobody")]),
    ("disconnect another account", "connections", "/account/connections", &[("disconnect", "x")]),
    ("take a copy", "data", "/account/data/copy", &[]),
    ("leave", "delete", "/account/delete", &[("confirm", "nobody@okafor.example")]),
];

/// Asks for it. What is sent is wrong in every case, so that a request that is let through changes nothing.
async fn ask(browser: &Browser, (_, _, path, fields): &Operation) -> View {
    let page = browser.get("/account").await;
    let csrf = page.form_to("/account").value("csrf").to_owned();
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    browser.post(path, &fields).await
}

async fn is_let_through(browser: &Browser, operation: &Operation) -> bool {
    !matches!(ask(browser, operation).await.url.path(), "/reauth" | "/sign-in")
}

/// What proves it for a page: the first request that is asked for there.
fn of_page(page: &str) -> &'static Operation {
    OPERATIONS.iter().find(|(_, proved_for, ..)| *proved_for == page).unwrap()
}

/// Signed in long ago, and proved again for that page.
async fn proved_for(app: &TestApp, page: &str) -> Browser {
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    app.travel(Duration::from_mins(6));
    let view = ask(&browser, of_page(page)).await;
    assert_eq!(view.url.path(), "/reauth", "{page}");
    let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
    assert!(view.url.path().starts_with("/account"), "{page}: {} {}", view.url, view.text());
    browser
}

const TWO: &str = "urn:housekey:two-steps";
const APP: &str = "[limits]\nenabled = false\n";

#[test]
fn a_session_of_six_minutes_ago_is_asked_again_for_everything_that_matters() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        app.travel(Duration::from_secs(301));
        for operation in OPERATIONS {
            assert!(!is_let_through(&browser, operation).await, "{}", operation.0);
        }
        // What asks for nothing is there all the same.
        for page in ["/account", "/account/security", "/account/devices", "/account/connections", "/account/data"] {
            let view = browser.get(page).await;
            assert_eq!((view.status, view.url.path()), (200, page));
        }
        let view = app.browser().sign_in(MAYA, PASSWORD).await;
        assert_eq!(view.url.path(), "/account", "the address and the password are what they were");
    });
}

#[test]
fn what_cannot_be_taken_back_is_asked_for_even_right_after_a_sign_in() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        let user = person(&app, MAYA).await;
        for operation in OPERATIONS {
            let browser = app.browser();
            browser.sign_in(MAYA, PASSWORD).await;
            let let_through = is_let_through(&browser, operation).await;
            assert_eq!(let_through, !matches!(operation.1, "data" | "delete"), "{}", operation.0);
            // The password goes when it is removed, and changes when one is chosen: back to what it was.
            has_password(&app, user, PASSWORD).await;
        }
    });
}

#[test]
fn a_proof_for_one_thing_is_none_for_another_and_none_in_another_session() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        let user = person(&app, MAYA).await;
        for page in ["email", "password", "security", "connections", "data", "delete"] {
            let browser = proved_for(&app, page).await;
            let other = app.browser();
            other.sign_in(MAYA, PASSWORD).await;
            app.travel(Duration::from_secs(270));
            for operation in OPERATIONS.iter().filter(|operation| operation.1 != page) {
                assert!(!is_let_through(&browser, operation).await, "proved for {page}: {}", operation.0);
            }
            assert!(is_let_through(&browser, of_page(page)).await, "{page}");
            app.travel(Duration::from_secs(31));
            assert!(!is_let_through(&browser, of_page(page)).await, "{page}: too long ago");
            assert!(!is_let_through(&other, of_page(page)).await, "{page}: in another session");
            has_password(&app, user, PASSWORD).await;
        }
    });
}

#[test]
fn signing_out_in_another_tab_takes_the_proof_along() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        person(&app, MAYA).await;
        let browser = proved_for(&app, "delete").await;
        let form = browser.get("/account/delete").await;
        browser.get("/sign-out").await.form_to("/sign-out").submit().await;
        let view = form.form_to("/account/delete").fill("confirm", MAYA).submit().await;
        assert_eq!(view.url.path(), "/sign-in");
        // Neither does a plain sign-in bring it back.
        browser.sign_in(MAYA, PASSWORD).await;
        assert_eq!(browser.get("/account/delete").await.url.path(), "/reauth");
    });
}

#[test]
fn a_trusted_browser_is_asked_for_the_second_step_where_it_matters() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        let user = person(&app, MAYA).await;
        let phone = equip(&app, user).await;
        let browser = app.browser();
        let view = browser.sign_in(MAYA, PASSWORD).await;
        let view = view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now())).tick("trust").submit().await;
        assert_eq!(view.url.path(), "/account");
        app.travel(Duration::from_mins(10));
        // Trusted: one step is enough to come in, and not enough for this.
        browser.get("/sign-out").await.form_to("/sign-out").submit().await;
        assert_eq!(browser.sign_in(MAYA, PASSWORD).await.url.path(), "/account");
        for operation in OPERATIONS {
            assert!(!is_let_through(&browser, operation).await, "{}", operation.0);
        }
        let view = ask(&browser, of_page("security")).await;
        let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
        assert_eq!(view.url.path(), "/sign-in/two-step", "however much this browser is trusted");
        // Halfway is nowhere.
        assert!(!is_let_through(&browser, of_page("security")).await);
        let view = view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now())).submit().await;
        assert_eq!(view.url.path(), "/account/security");
        assert!(view.text().contains("Thanks, it’s you"), "{}", view.text());
        assert!(is_let_through(&browser, of_page("security")).await);
    });
}

/// Whoever asks an account again must not let somebody else's proof through.
#[test]
fn somebody_else_who_proves_themselves_gets_their_own_account() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        person(&app, MAYA).await;
        person(&app, "noor@okafor.example").await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        app.travel(Duration::from_mins(6));
        let view = browser.get("/account/email").await;
        let flow = view.url.query().unwrap().to_owned();
        let view = browser.get(&format!("/sign-in?{flow}")).await;
        let view = browser.sign_in_from(view, "noor@okafor.example", PASSWORD).await;
        assert!(view.text().contains("noor@okafor.example") && !view.text().contains(MAYA), "{}", view.text());
    });
}

#[test]
fn a_page_asks_only_by_ways_that_the_person_has() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        let user = person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        app.travel(Duration::from_hours(3));
        let view = browser.get("/account/delete").await;
        assert!(view.text().contains("You’re about to delete your account. You last signed in 3 hours ago."), "{}", view.text());
        for (way, there) in [("Use your password", true), ("Email me a code", true), ("Use your passkey", false)] {
            assert_eq!(view.text().contains(way), there, "{way}");
        }
        assert_eq!(view.follow("Cancel and go back").await.url.path(), "/account/data");
        let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
        housekey::credential::remove_kind(&mut work, user, housekey::credential::Kind::Password).await.unwrap();
        work.commit().await.unwrap();
        let view = browser.get("/account/delete").await;
        assert!(!view.text().contains("Use your password"), "{}", view.text());
        // By mail: the code, typed here, proves it for this.
        let view = view.form_to("/sign-in/email").submit().await;
        let code = app.letter_to(MAYA).code.unwrap();
        let view = view.form_to("/sign-in/check").fill("code", &code).submit().await;
        assert_eq!((view.url.path(), view.h1().as_str()), ("/account/delete", "Delete your account?"));
    });
}

/// OpenID Connect Core §3.1.2.1: `acr_values` is met, never by less, and tokens say so.
#[test]
fn an_app_that_asks_for_two_steps_gets_them_and_never_less() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        let user = person(&app, MAYA).await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        let claims = async |code: &str| claims_of(spa.redeem(code).await.text("id_token"));
        browser.sign_in(MAYA, PASSWORD).await;
        let one = claims(&spa.code(&browser).await).await;
        assert_eq!((one["acr"].as_str(), &one["amr"]), (Some("urn:housekey:one-step"), &serde_json::json!(["pwd"])));
        let silent = browser.get(&spa.authorize_path(&format!("&prompt=none&acr_values={TWO}"))).await.left_for.unwrap();
        assert!(silent.contains("error=login_required"), "{silent}");
        // Who has no second step sets one up; a flow that is begun does not let them go on without.
        let view = browser.get(&spa.authorize_path(&format!("&acr_values={TWO}"))).await;
        assert_eq!(view.url.path(), "/reauth");
        let around = view.url.to_string().replace("/reauth", "/continue");
        let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
        assert_eq!(view.h1(), "Set up an authenticator app");
        assert_eq!(browser.get(&around).await.url.path(), "/reauth", "around the page");
        let phone = equip(&app, user).await;
        let view = browser.get(&around).await;
        let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
        let view = view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now())).submit().await;
        let two = claims(&code_in(&view)).await;
        assert_eq!((two["acr"].as_str(), &two["amr"]), (Some(TWO), &serde_json::json!(["pwd", "otp", "mfa"])));
        // Once shown, it is there: also silently, and for an app that asks for less.
        let silent = browser.get(&spa.authorize_path(&format!("&prompt=none&acr_values={TWO}"))).await;
        assert_eq!(claims(&code_in(&silent)).await["acr"].as_str(), Some(TWO));
    });
}

/// A provider that is told to ask and lets people through without says so, if it says when it asked last (OpenID Connect Core §2).
#[test]
fn a_provider_that_has_asked_nobody_proves_nothing() {
    peer::run(async {
        let provider = Provider::start();
        let toml = format!("[sign_in]\nmethods = [\"u1\"]\n{}", provider.toml("u1", "trust_email = true"));
        let app = TestApp::with(On::Sqlite, &toml).await;
        let now = || app.clock.now().seconds();
        let ada = |auth_time: serde_json::Value| serde_json::json!({ "sub": "ada", "email": "ada@example.com", "email_verified": true, "auth_time": auth_time });
        let long_ago = ada((now() - 7200).into());
        // Somebody who comes in is not asked to be asked; then they are.
        let asked = async |browser: &Browser| {
            let away = browser.get("/sign-in").await.follow("Continue with u1").await.left_for.unwrap();
            assert!(!away.contains("prompt="), "{away}");
            assert_eq!(browser.get(&provider.approve(&away, &long_ago)).await.url.path(), "/account");
            let away = browser.get("/account/delete").await.follow("Continue with u1").await.left_for.unwrap();
            assert!(away.contains("prompt=login"), "{away}");
            away
        };
        let browser = app.browser();
        let view = browser.get(&provider.approve(&asked(&browser).await, &long_ago)).await;
        assert_eq!((view.status, view.h1()), (403, "u1 didn’t ask you".into()));
        assert_eq!(browser.get("/account/delete").await.url.path(), "/reauth");
        // One that has asked, or does not say.
        for proved in [(now() - 20).into(), (now() + 20).into(), serde_json::Value::Null, "yesterday".into()] {
            let browser = app.browser();
            let view = browser.get(&provider.approve(&asked(&browser).await, &ada(proved))).await;
            assert_eq!(view.url.path(), "/account/delete", "{}", view.text());
        }
    });
}

#[test]
fn a_letter_that_asks_whether_it_is_you_has_a_code_and_no_link() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, APP).await;
        person(&app, MAYA).await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        let view = browser.get("/account/delete").await;
        assert_eq!(view.url.path(), "/reauth");
        let view = view.form_to("/sign-in/email").submit().await;
        assert!(view.text().contains("We sent a code to") && !view.text().contains("link"), "{}", view.text());
        let letter = app.letter_to(MAYA);
        assert!(letter.subject.ends_with("confirm it’s you") && letter.link.is_none(), "{}", letter.subject);
        assert!(!letter.text.contains("/l/") && !letter.html.contains("href"), "{}", letter.text);
        let other = view.follow("Use another way").await;
        assert_eq!(other.url.path(), "/reauth", "and back");
        let view = view.form_to("/sign-in/check").fill("code", &letter.code.unwrap()).submit().await;
        assert_eq!(view.url.path(), "/account/delete");
        // Whoever is not in here gets the letter that signs in.
        let stranger = app.browser();
        let view = stranger.get("/sign-in").await.form_to("/sign-in").fill("email", MAYA).submit().await;
        view.form_to("/sign-in/email").submit().await;
        assert!(app.letter_to(MAYA).link.is_some());
    });
}
