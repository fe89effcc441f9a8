//! A passkey as the second step, as an offer on the way in, and by another name.

use std::time::Duration;

use futures_util::future::join_all;

use super::{add, answered, asked_to_sign_in, make_at};
use crate::email_code::{MAYA, is_signed_in};
use crate::on_each_database;
use crate::support::authenticator::Authenticator;
use crate::support::relying_party::claims;
use crate::support::{On, PASSWORD, RelyingParty, TestApp, maya_at_a_browser, peer, person};
use crate::two_step::equip;

const REQUIRED: &str = "[sign_in.two_step]\npolicy = \"required\"\n";

on_each_database!(a_passkey_is_the_second_step_of_a_password, |app: TestApp| async move {
    let home = maya_at_a_browser(&app).await;
    let mut passkey = add(&app, &home).await;
    let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
    equip(&app, user).await;
    let browser = app.browser();
    let view = browser.sign_in(MAYA, PASSWORD).await;
    assert_eq!(view.url.path(), "/sign-in/two-step");
    let view = view.follow("Use your passkey").await;
    assert_eq!(view.h1(), "Use your passkey");
    let (state, options) = asked_to_sign_in(&browser, &view).await;
    let answer = passkey.answer(&app.issuer, &options);
    // Fifty at once: one of them is believed.
    let form = || answered(&view, &state, &answer);
    let views = join_all((0..50).map(|_| form().submit())).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    assert!(is_signed_in(&browser).await);
    let spa = RelyingParty::new(&app, "spa");
    let said = claims(spa.redeem(&spa.code(&browser).await).await.text("id_token"));
    assert_eq!(said["amr"], serde_json::json!(["pwd", "pop", "mfa"]));
    assert_eq!(said["acr"], "urn:housekey:two-steps");
});

/// V-103, A-41 "credential id of bob for alice": the second step is the same person's as the first, or none.
#[test]
fn somebody_elses_passkey_is_nobodys_second_step() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let home = maya_at_a_browser(&app).await;
        add(&app, &home).await;
        let maya = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
        equip(&app, maya).await;
        person(&app, "mallory@okafor.example").await;
        let hers = app.browser();
        hers.sign_in("mallory@okafor.example", PASSWORD).await;
        let mut passkey = add(&app, &hers).await;
        // Mallory knows maya's password and holds a passkey of her own.
        let browser = app.browser();
        let view = browser.sign_in(MAYA, PASSWORD).await.follow("Use your passkey").await;
        let (state, options) = asked_to_sign_in(&browser, &view).await;
        let refused = answered(&view, &state, &passkey.answer(&app.issuer, &options)).submit().await;
        assert!(refused.url.path() == "/sign-in/two-step" && refused.text().contains("didn’t work here"), "{}", refused.text());
        assert!(!is_signed_in(&browser).await);
        // Not even with maya's name on it.
        let (state, options) = asked_to_sign_in(&browser, &view).await;
        let named = passkey.answer_wrongly(&app.issuer, &options, |said| said.user_handle = Some(maya.0.as_bytes().to_vec()));
        answered(&view, &state, &named).submit().await;
        assert!(!is_signed_in(&browser).await);
        // A key that nobody knows ends at the same page.
        let (state, options) = asked_to_sign_in(&browser, &view).await;
        let unknown = answered(&view, &state, &Authenticator::new().answer(&app.issuer, &options)).submit().await;
        assert_eq!(unknown.url.path(), "/sign-in/two-step");
    });
}

#[test]
fn a_first_step_of_long_ago_is_completed_by_no_passkey() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, REQUIRED).await;
        let (browser, mut passkey) = maya_with_a_passkey(&app).await;
        let view = browser.sign_in(MAYA, PASSWORD).await;
        app.travel(Duration::from_mins(11));
        let (state, options) = asked_to_sign_in(&browser, &view).await;
        answered(&view, &state, &passkey.answer(&app.issuer, &options)).submit().await;
        assert!(!is_signed_in(&browser).await);
    });
}

/// Where two steps are required, whoever has a passkey is asked for that: a stolen password sets up no app beside it.
#[test]
fn a_stolen_password_sets_up_no_second_step_beside_a_passkey() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, REQUIRED).await;
        let (browser, mut passkey) = maya_with_a_passkey(&app).await;
        let view = browser.sign_in(MAYA, PASSWORD).await;
        assert_eq!((view.url.path(), view.h1().as_str()), ("/sign-in/two-step", "Use your passkey"));
        assert!(!view.html.contains("<details class=\"more\""), "there is no other way");
        let flow = view.form_to("/sign-in/passkey").value("flow").to_owned();
        let csrf = view.form_to("/sign-in/passkey").value("csrf").to_owned();
        let fields = [("csrf", csrf.as_str()), ("flow", flow.as_str()), ("started", "x"), ("code", "123456")];
        let forced = browser.post("/sign-in/two-step/set-up", &fields).await;
        assert_eq!((forced.url.path(), forced.h1().as_str()), ("/sign-in/two-step", "Use your passkey"));
        let (state, options) = asked_to_sign_in(&browser, &view).await;
        let view = answered(&view, &state, &passkey.answer(&app.issuer, &options)).submit().await;
        assert_eq!(view.url.path(), "/account");
    });
}

/// Signed out again, with a passkey.
async fn maya_with_a_passkey(app: &TestApp) -> (crate::support::Browser, Authenticator) {
    let user = person(app, MAYA).await;
    let phone = equip(app, user).await;
    let home = app.browser();
    let view = home.sign_in(MAYA, PASSWORD).await;
    view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now())).submit().await;
    let passkey = add(app, &home).await;
    let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
    housekey::two_step::remove(&mut work, user).await.unwrap();
    work.commit().await.unwrap();
    (app.browser(), passkey)
}

/// D7: after a sign-up, where the browser says that it can; once in thirty days, and never against somebody's will.
#[test]
fn a_newcomer_is_offered_a_passkey_where_one_can_be_made() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[limits]\nenabled = false\n").await;
        let sign_up = async |browser: &crate::support::Browser, address: &str| {
            let out = browser.get("/sign-out").await;
            if out.url.path() == "/sign-out" {
                out.form_to("/sign-out").submit().await;
            }
            let view = browser.get("/sign-in").await.form_to("/sign-in").fill("email", address).submit().await;
            let view = view.form_to("/sign-in/email").submit().await;
            let code = app.letter_to(address).code.unwrap();
            view.form_to("/sign-in/check").fill("code", &code).submit().await
        };
        let browser = app.browser();
        assert_eq!(sign_up(&browser, "a@okafor.example").await.url.path(), "/account", "a browser that has not said that it can");
        let browser = app.browser();
        browser.set_cookie("hk-can", "p");
        let view = sign_up(&browser, "b@okafor.example").await;
        assert_eq!((view.url.path(), view.h1().as_str()), ("/passkey/offer", "Sign in faster next time"));
        let made = make_at(&app, &browser, &view, "/passkey/offer").await;
        assert_eq!(made.url.path(), "/account");
        assert!(browser.get("/account/security").await.text().contains("iCloud Keychain"));
        // Not twice within a month at one browser, and never for somebody who is no newcomer.
        assert_eq!(sign_up(&browser, "c@okafor.example").await.url.path(), "/account");
        app.travel(Duration::from_hours(24 * 31));
        assert_eq!(sign_up(&browser, "c@okafor.example").await.url.path(), "/account");
        let view = sign_up(&browser, "d@okafor.example").await;
        assert_eq!(view.url.path(), "/passkey/offer");
        assert_eq!(view.follow("Not now").await.url.path(), "/account");
        assert!(view.text().contains("Don’t ask again on this device"));
        let form = view.form_to("/passkey/offer");
        let fields = [("csrf", form.value("csrf")), ("flow", form.value("flow")), ("never", "1")];
        let never = browser.post("/passkey/offer", &fields).await;
        assert_eq!(never.url.path(), "/account");
        app.travel(Duration::from_hours(24 * 31));
        assert_eq!(sign_up(&browser, "e@okafor.example").await.url.path(), "/account");
    });
}

/// An app's journey goes on where the offer stood in its way.
#[test]
fn whoever_chose_a_new_password_is_offered_one_and_goes_on_to_the_app() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let (browser, spa) = (app.browser(), RelyingParty::new(&app, "spa"));
        browser.set_cookie("hk-can", "pc");
        let view = browser.get(&spa.authorize_path("")).await;
        let view = view.form_to("/sign-in").fill("email", MAYA).submit().await.follow("Forgot password?").await;
        let view = view.form_to("/recover").submit().await;
        let code = app.letter_to(MAYA).code.unwrap();
        let view = view.form_to("/sign-in/check").fill("code", &code).submit().await;
        let view = view.form_to("/recover/new").fill("new-password", "walnut quiet lantern orbit").submit().await;
        assert_eq!(view.url.path(), "/passkey/offer");
        let view = view.follow("Not now").await;
        assert!(view.refresh().unwrap().contains("state=s1"), "{}", view.html);
    });
}

/// D7: right after a password the page between us and the app lets the browser make one by itself.
#[test]
fn a_browser_that_can_makes_a_passkey_by_itself_after_a_password_only() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, MAYA).await;
        let spa = RelyingParty::new(&app, "spa");
        let hand_off = async |browser: &crate::support::Browser| {
            let view = browser.get(&spa.authorize_path("")).await;
            browser.sign_in_from(view, MAYA, PASSWORD).await
        };
        let simple = app.browser();
        assert!(!hand_off(&simple).await.html.contains("data-passkey"));
        let able = app.browser();
        able.set_cookie("hk-can", "pc");
        let view = hand_off(&able).await;
        assert!(view.html.contains("data-passkey=\"upgrade\"") && view.html.contains("content=\"3;url="), "{}", view.html);
        let made = make_at(&app, &able, &view, "/account/security/passkeys").await;
        assert!(made.text().contains("iCloud Keychain"), "{}", made.text());
        assert_eq!(app.letter_to(MAYA).subject, "A passkey was added to Housekey");
        // Whoever has one is not given another.
        let again = app.browser();
        again.set_cookie("hk-can", "pc");
        assert!(!hand_off(&again).await.html.contains("data-passkey"));
    });
}

on_each_database!(a_passkey_is_called_what_its_person_says, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    add(&app, &browser).await;
    let page = browser.get("/account/security").await;
    let form = page.form_to("/passkeys/rename");
    assert_eq!(form.value("name"), "iCloud Keychain");
    let page = form.fill("name", "  Blue <b>key</b> ").submit().await;
    assert_eq!(page.form_to("/passkeys/rename").value("name"), "Blue <b>key</b>");
    assert!(!page.html.contains("<b>key"), "{}", page.html);
    // Somebody else's is nobody's.
    let id = page.form_to("/passkeys/rename").value("passkey").to_owned();
    person(&app, "noor@okafor.example").await;
    let noor = app.browser();
    noor.sign_in("noor@okafor.example", PASSWORD).await;
    let csrf = noor.get("/account").await.form_to("/account").value("csrf").to_owned();
    noor.post("/account/security/passkeys/rename", &[("csrf", &csrf), ("passkey", &id), ("name", "Mine")]).await;
    let page = browser.get("/account/security").await;
    assert_eq!(page.form_to("/passkeys/rename").value("name"), "Blue <b>key</b>");
    let page = page.form_to("/passkeys/rename").fill("name", "").submit().await;
    assert_eq!(page.form_to("/passkeys/rename").value("name"), "iCloud Keychain", "what keeps it");
});
