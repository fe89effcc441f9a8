//! Passkeys: adding one, signing in with it, and every answer that must not be believed (`security.md` A-41, V-37, V-117).

mod second_step;
mod timing;

use std::time::Duration;

use futures_util::future::join_all;
use housekey::credential::{self, Kind};
use serde_json::Value;

use crate::email_code::{events, is_signed_in, sessions_are};
use crate::on_each_database;
use crate::support::authenticator::{Authenticator, Said};
use crate::support::relying_party::claims;
use crate::support::{Browser, Form, On, RelyingParty, TestApp, View, maya_at_a_browser, peer, person};

/// What makes an answer wrong.
type Spoil<'a> = Box<dyn FnOnce(&mut Said) + 'a>;

/// What the page's script is told to ask for.
async fn asked(browser: &Browser, form: &Form, path: &str) -> (String, Value) {
    let fields: Vec<_> = ["csrf", "flow"].into_iter().map(|name| (name, form.value(name))).filter(|(_, value)| !value.is_empty()).collect();
    let view = browser.post(path, &fields).await;
    assert_eq!(view.status, 200, "{}", view.html);
    assert_eq!(view.header("cache-control"), "no-store");
    let told: Value = serde_json::from_str(&view.html).unwrap();
    (told["state"].as_str().unwrap().to_owned(), told["options"].clone())
}

async fn asked_for_new(browser: &Browser, page: &View) -> (String, Value) {
    asked(browser, &page.form_to("/security/passkeys"), "/account/security/passkeys/options").await
}

pub async fn asked_to_sign_in(browser: &Browser, page: &View) -> (String, Value) {
    asked(browser, &page.form_to("/sign-in/passkey"), "/sign-in/passkey/options").await
}

pub fn answered(page: &View, state: &str, response: &str) -> Form {
    page.form_to("/sign-in/passkey").fill("state", state).fill("response", response)
}

/// Makes one at a page that asks for it, whatever page that is, and sends the page's form.
async fn make_at(app: &TestApp, browser: &Browser, page: &View, action: &str) -> View {
    let form = page.form_to(action);
    let (state, options) = asked(browser, &form, "/account/security/passkeys/options").await;
    let (response, data) = Authenticator::new().make(&app.issuer, &options);
    form.fill("state", &state).fill("response", &response).fill("authenticator", &data).submit().await
}

/// Adds a passkey at the account's pages.
pub async fn add(app: &TestApp, browser: &Browser) -> Authenticator {
    let page = browser.get("/account/security").await;
    let (state, options) = asked_for_new(browser, &page).await;
    let mut authenticator = Authenticator::new();
    let (response, data) = authenticator.make(&app.issuer, &options);
    let form = page.form_to("/security/passkeys").fill("state", &state).fill("response", &response).fill("authenticator", &data);
    let view = form.submit().await;
    assert!(view.text().contains("iCloud Keychain"), "{}", view.text());
    authenticator
}

/// Signs in with it in another browser.
async fn sign_in(app: &TestApp, browser: &Browser, passkey: &mut Authenticator) -> View {
    let page = browser.get("/sign-in").await;
    let (state, options) = asked_to_sign_in(browser, &page).await;
    answered(&page, &state, &passkey.answer(&app.issuer, &options)).submit().await
}

on_each_database!(a_person_adds_a_passkey_and_signs_in_with_it_alone, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    let page = browser.get("/account/security").await;
    let (_, options) = asked_for_new(&browser, &page).await;
    let wanted = &options["authenticatorSelection"];
    assert_eq!((wanted["residentKey"].as_str(), wanted["userVerification"].as_str()), (Some("required"), Some("required")));
    assert_eq!((options["rp"]["id"].as_str(), options["attestation"].as_str()), (Some("localhost"), Some("none")));
    let mut passkey = add(&app, &browser).await;
    let page = browser.get("/account/security").await;
    assert!(page.text().contains("Synced") && page.text().contains("Added "), "{}", page.text());
    app.settle();
    assert!(app.inbox.list().iter().any(|(_, letter)| letter.subject == "A passkey was added to Housekey"));
    // The next one is to be another.
    let (_, options) = asked_for_new(&browser, &page).await;
    assert_eq!(options["excludeCredentials"].as_array().map(Vec::len), Some(1));
    // In, at a browser that knows nothing of her.
    let phone = app.browser();
    assert_eq!(sign_in(&app, &phone, &mut passkey).await.url.path(), "/account");
    assert!(is_signed_in(&phone).await);
    assert!(phone.get("/account/security").await.text().contains("last used"));
    let spa = RelyingParty::new(&app, "spa");
    let amr = async |browser: &Browser| claims(spa.redeem(&spa.code(browser).await).await.text("id_token"))["amr"].clone();
    assert_eq!(amr(&phone).await, serde_json::json!(["pop", "mfa"]));
    // It is two steps already.
    let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
    crate::two_step::equip(&app, user).await;
    let tablet = app.browser();
    assert_eq!(sign_in(&app, &tablet, &mut passkey).await.url.path(), "/account");
    // And into an app.
    let stranger = app.browser();
    let page = stranger.get(&spa.authorize_path("")).await;
    let (state, options) = asked_to_sign_in(&stranger, &page).await;
    let back = answered(&page, &state, &passkey.answer(&app.issuer, &options)).submit().await;
    assert!(back.refresh().or(back.left_for.clone()).unwrap().contains("state=s1"));
    // Gone is gone.
    let gone = phone.get("/account/security").await.form_to("/passkeys/remove").press("Remove").await;
    assert!(!gone.text().contains("iCloud Keychain"), "{}", gone.text());
    let late = app.browser();
    let view = sign_in(&app, &late, &mut passkey).await;
    assert!(view.problem().contains("isn’t known here") && !is_signed_in(&late).await, "{}", view.text());
});

// whatever is wrong with an answer, it opens nothing and costs nothing.
#[test]
fn an_answer_that_is_wrong_in_any_way_opens_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let mut passkey = add(&app, &browser).await;
        let noor = person(&app, "noor@okafor.example").await;
        let port = app.issuer.rsplit(':').next().unwrap().to_owned();
        let origin = |origin: String| Box::new(move |said: &mut Said| said.client_data["origin"] = origin.into()) as Spoil<'_>;
        let wrong: Vec<(&str, Spoil<'_>)> = vec![
            ("another site", origin(format!("http://localhost.evil.test:{port}"))),
            ("a suffix", origin(format!("http://evil-localhost:{port}"))),
            ("a subdomain", origin(format!("http://a.localhost:{port}"))),
            ("another port", origin("http://localhost:1".into())),
            ("another scheme", origin(format!("https://localhost:{port}"))),
            ("no origin", origin("null".into())),
            ("another relying party", Box::new(|said| said.rp_id = "evil.test".into())),
            ("nobody present", Box::new(Said::without_presence)),
            ("not unlocked", Box::new(Said::without_verification)),
            ("another challenge", Box::new(|said| said.client_data["challenge"] = "AAAAAAAAAAAAAAAAAAAAAA".into())),
            ("the other ceremony", Box::new(|said| said.client_data["type"] = "webauthn.create".into())),
            ("framed by another site", Box::new(|said| said.client_data["crossOrigin"] = true.into())),
            ("somebody else", Box::new(move |said| said.user_handle = Some(noor.0.as_bytes().to_vec()))),
            ("nobody", Box::new(|said| said.user_handle = None)),
            ("an unknown key", Box::new(|said| said.id = vec![7; 32])),
            ("a spoilt signature", Box::new(|said| said.spoil_signature = true)),
            ("more than there is", Box::new(|said| said.more = vec![0; 40])),
        ];
        for (why, wrong) in wrong {
            let stranger = app.browser();
            let page = stranger.get("/sign-in").await;
            let (state, options) = asked_to_sign_in(&stranger, &page).await;
            let view = answered(&page, &state, &passkey.answer_wrongly(&app.issuer, &options, wrong)).submit().await;
            assert_eq!((view.status, is_signed_in(&stranger).await), (422, false), "{why}: {}", view.text());
            assert!(view.problem().contains("passkey"), "{why}: {}", view.text());
            // And the right one of the same page goes in.
            let view = answered(&page, &state, &passkey.answer(&app.issuer, &options)).submit().await;
            assert_eq!(view.url.path(), "/account", "{why}");
        }
        for garbage in ["", "{}", "null", "[1]", "{\"id\":1}", &"x".repeat(10_000)] {
            let stranger = app.browser();
            let page = stranger.get("/sign-in").await;
            let (state, _) = asked_to_sign_in(&stranger, &page).await;
            let view = answered(&page, &state, garbage).submit().await;
            assert!((400..500).contains(&view.status), "{}", view.status);
        }
    });
}

#[test]
fn what_was_asked_is_answered_here_now_and_once() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let mut passkey = add(&app, &browser).await;
        let late = "took too long";
        // In another browser.
        let (victim, thief) = (app.browser(), app.browser());
        let (page, theirs) = (victim.get("/sign-in").await, thief.get("/sign-in").await);
        let (state, options) = asked_to_sign_in(&victim, &page).await;
        let response = passkey.answer(&app.issuer, &options);
        let view = answered(&theirs, &state, &response).submit().await;
        assert!(view.problem().contains(late) && !is_signed_in(&thief).await, "{}", view.text());
        // For something else: what a new passkey was asked with.
        let (other, _) = asked_for_new(&browser, &browser.get("/account/security").await).await;
        let view = answered(&browser.another().get("/sign-in").await, &other, &response).submit().await;
        assert!(view.problem().contains(late), "{}", view.text());
        // Once.
        assert_eq!(answered(&page, &state, &response).submit().await.url.path(), "/account");
        victim.get("/sign-out").await.form().press("Sign out").await;
        let again = answered(&page, &state, &response).submit().await;
        assert_eq!((again.status, is_signed_in(&victim).await), (422, false));
        // Five minutes.
        let page = victim.get("/sign-in").await;
        let (state, options) = asked_to_sign_in(&victim, &page).await;
        app.travel(Duration::from_secs(301));
        let view = answered(&page, &state, &passkey.answer(&app.issuer, &options)).submit().await;
        assert!(view.problem().contains(late) && !is_signed_in(&victim).await);
        // Made up.
        for state in ["", "AAAA", &"A".repeat(4000)] {
            let view = answered(&page, state, &response).submit().await;
            assert!(view.problem().contains(late), "{}", view.text());
        }
        housekey::schedule::clean_up(&app.app).await.unwrap();
    });
}

#[test]
fn a_copy_of_a_key_is_noticed() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let mut passkey = add(&app, &browser).await;
        for counter in [1, 2, 9] {
            passkey.counter = counter;
            let phone = app.browser();
            assert_eq!(sign_in(&app, &phone, &mut passkey).await.url.path(), "/account", "{counter}");
        }
        for counter in [9, 3, 0] {
            passkey.counter = counter;
            let copy = app.browser();
            let view = sign_in(&app, &copy, &mut passkey).await;
            assert_eq!((view.status, is_signed_in(&copy).await), (422, false), "{counter}");
        }
        let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
        let refused =
            events(&app, user).await.into_iter().filter(|(name, data)| name == "passkey.refused" && data.contains("counter")).count();
        assert_eq!(refused, 3);
    });
}

on_each_database!(fifty_uses_of_one_answer_at_two_processes_are_one, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    let mut passkey = add(&app, &browser).await;
    let second = app.process().await;
    let phone = app.browser();
    let page = phone.get("/sign-in").await;
    let (state, options) = asked_to_sign_in(&phone, &page).await;
    let response = passkey.answer(&app.issuer, &options);
    let form = |n: usize| {
        let form = answered(&page, &state, &response);
        if n.is_multiple_of(2) { form } else { form.to(&second.address) }
    };
    let views = join_all((0..50).map(|n| form(n).submit())).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    // Hers, and one more.
    sessions_are(&app, 2).await;
});

on_each_database!(fifty_answers_for_one_new_passkey_at_two_processes_make_one, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    let second = app.process().await;
    let page = browser.get("/account/security").await;
    let (state, options) = asked_for_new(&browser, &page).await;
    let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
    let form = |n: usize| {
        let (response, data) = Authenticator::new().make(&app.issuer, &options);
        let form = page.form_to("/security/passkeys").fill("state", &state).fill("response", &response).fill("authenticator", &data);
        if n.is_multiple_of(2) { form } else { form.to(&second.address) }
    };
    let views = join_all((0..50).map(|n| form(n).submit())).await;
    assert!(views.iter().all(|view| view.status < 500 || view.status == 503));
    assert_eq!(credential::count(app.app.db.read(), user, Kind::Passkey).await.unwrap(), 1);
});

#[test]
fn a_new_passkey_that_is_wrong_in_any_way_is_not_added() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let passkey = add(&app, &browser).await;
        let page = browser.get("/account/security").await;
        let wrong: Vec<(&str, Spoil<'_>)> = vec![
            ("another site", Box::new(|said| said.client_data["origin"] = "https://evil.test".into())),
            ("another relying party", Box::new(|said| said.rp_id = "evil.test".into())),
            ("nobody present", Box::new(Said::without_presence)),
            ("not unlocked", Box::new(Said::without_verification)),
            ("another challenge", Box::new(|said| said.client_data["challenge"] = "AAAA".into())),
            ("the other ceremony", Box::new(|said| said.client_data["type"] = "webauthn.get".into())),
            ("framed by another site", Box::new(|said| said.client_data["crossOrigin"] = true.into())),
            ("one that there is", Box::new(|said| said.id.clone_from(&passkey.id))),
        ];
        for (why, wrong) in wrong {
            let (state, options) = asked_for_new(&browser, &page).await;
            let (response, data) = Authenticator::new().make_wrongly(&app.issuer, &options, wrong);
            let form = page.form_to("/security/passkeys").fill("state", &state).fill("response", &response).fill("authenticator", &data);
            let view = form.submit().await;
            assert_eq!(view.status, 422, "{why}: {}", view.text());
            assert!(view.problem().contains("wasn’t added"), "{why}: {}", view.text());
        }
        // Signed in long ago: proved again first.
        app.travel(Duration::from_mins(6));
        let form = page.form_to("/security/passkeys");
        let view = browser.post("/account/security/passkeys/options", &[("csrf", form.value("csrf"))]).await;
        assert_eq!(view.url.path(), "/reauth");
        let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
        assert_eq!(credential::count(app.app.db.read(), user, Kind::Passkey).await.unwrap(), 1);
    });
}

on_each_database!(the_last_way_in_stays_however_often_it_is_removed, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    for _ in 0..2 {
        add(&app, &browser).await;
    }
    let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
    // She has no password and no proved address any more.
    let mut work = app.app.begin(housekey::work::Actor::Operator).await.unwrap();
    credential::remove_kind(&mut work, user, Kind::Password).await.unwrap();
    work.commit().await.unwrap();
    let toml = "[sign_in]\nmethods = [\"password\", \"passkey\"]\n";
    let (_house, running, other) = app.replica_with(toml).await;
    let page = browser.at(&other).get(&format!("{other}/account/security")).await;
    let rows = credential::list(app.app.db.read(), &app.app.crypto, user, Kind::Passkey).await.unwrap();
    let csrf = page.form_to("/passkeys/remove").value("csrf").to_owned();
    let at_other = browser.at(&other);
    let remove = |n: usize| {
        let (at_other, csrf, id) = (&at_other, &csrf, rows[n % 2].id.to_string());
        async move { at_other.post("/account/security/passkeys/remove", &[("csrf", csrf), ("passkey", &id)]).await.status }
    };
    let statuses = join_all((0..50).map(remove)).await;
    assert!(statuses.iter().all(|status| *status < 500 || *status == 503), "{statuses:?}");
    assert_eq!(credential::count(app.app.db.read(), user, Kind::Passkey).await.unwrap(), 1);
    running.stop().await.unwrap();
});

// The form for passkeys takes passkeys away, and no other way in.
#[test]
fn removing_a_passkey_removes_nothing_else() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        add(&app, &browser).await;
        let user = housekey::user::list(app.app.db.read(), None, 1).await.unwrap()[0].person.id;
        crate::two_step::equip(&app, user).await;
        let csrf = browser.get("/account/security").await.form_to("/passkeys/remove").value("csrf").to_owned();
        for kind in [Kind::Password, Kind::Totp] {
            let id = credential::list(app.app.db.read(), &app.app.crypto, user, kind).await.unwrap()[0].id.to_string();
            browser.post("/account/security/passkeys/remove", &[("csrf", &csrf), ("passkey", &id)]).await;
            assert_eq!(credential::count(app.app.db.read(), user, kind).await.unwrap(), 1, "{kind:?}");
        }
    });
}

#[test]
fn where_passkeys_are_not_offered_there_are_none() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[sign_in]\nmethods = [\"password\"]\n").await;
        let browser = maya_at_a_browser(&app).await;
        let page = browser.get("/account/security").await;
        assert!(!page.text().contains("Passkeys") || page.text().contains("count as two steps"), "{}", page.text());
        assert!(!page.html.contains("data-passkey") && !app.browser().get("/sign-in").await.html.contains("data-passkey"));
        let csrf = browser.get("/sign-out").await.form().value("csrf").to_owned();
        for path in ["/sign-in/passkey", "/sign-in/passkey/options", "/account/security/passkeys", "/account/security/passkeys/options"] {
            assert_eq!(browser.post(path, &[("csrf", &csrf)]).await.status, 404, "{path}");
        }
        assert_eq!(browser.get("/.well-known/passkey-endpoints").await.status, 404);
        let moved = browser.get("/.well-known/change-password").await;
        assert_eq!(moved.status, 302);
    });
}
