//! The account's own pages: a name, a password, what happened, a copy.

use serde_json::Value;

use crate::email_code::{MAYA, events, is_signed_in};
use crate::on_each_database;
use crate::support::{On, PASSWORD, RelyingParty, TestApp, maya_at_a_browser, peer, person};
use crate::two_step::equip;

const NEW: &str = "walnut quiet lantern orbit";

#[test]
fn a_person_is_called_what_they_say_and_apps_hear_of_it() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let page = browser.get("/account").await;
        assert_eq!(page.form_to("/account").value("name"), "Maya");
        let page = page.form_to("/account").fill("name", "  Maya\u{202E}  <b>Okafor</b> ").submit().await;
        assert_eq!((page.status, page.form_to("/account").value("name")), (200, "Maya <b>Okafor</b>"));
        assert!(!page.html.contains("<b>Okafor"), "{}", page.html);
        let spa = RelyingParty::new(&app, "spa");
        let claims = crate::support::relying_party::claims(spa.redeem(&spa.code(&browser).await).await.text("id_token"));
        assert_eq!(claims["name"], "Maya <b>Okafor</b>");
        let long = page.form_to("/account").fill("name", &"ä".repeat(101)).submit().await;
        assert!(long.status == 422 && long.problem().ends_with("Use a name of at most 100 characters"), "{}", long.text());
        assert_eq!(long.form_to("/account").value("name").chars().count(), 101, "nothing typed is lost");
        let none = long.form_to("/account").fill("name", " ").submit().await;
        assert_eq!(none.form_to("/account").value("name"), "");
    });
}

on_each_database!(a_new_password_ends_what_hung_on_the_old_one, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let phone = equip(&app, user).await;
    let second = async |browser: &crate::support::Browser, password: &str, trust: bool| {
        let view = browser.sign_in(MAYA, password).await;
        let form = view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now()));
        let form = if trust { form.tick("trust") } else { form };
        app.travel(std::time::Duration::from_secs(30));
        form.submit().await
    };
    let (browser, trusted) = (app.browser(), app.browser());
    assert_eq!(second(&trusted, PASSWORD, true).await.url.path(), "/account");
    assert_eq!(second(&browser, PASSWORD, false).await.url.path(), "/account");
    let page = browser.get("/account/security").await.follow("Change").await;
    assert_eq!(page.h1(), "Change your password");
    let weak = page.form_to("/account/password").fill("new-password", "maya").submit().await;
    assert_eq!(weak.status, 422);
    let page = weak.form_to("/account/password").fill("new-password", NEW).submit().await;
    assert_eq!(page.url.path(), "/account/security", "{}", page.text());
    assert_eq!(app.letter_to(MAYA).subject, "Your Housekey password was changed");
    assert!(is_signed_in(&browser).await && !is_signed_in(&trusted).await, "signed out everywhere else");
    // The old one opens nothing, and no browser is trusted any more.
    assert_eq!(trusted.sign_in(MAYA, PASSWORD).await.status, 422);
    assert_eq!(trusted.sign_in(MAYA, NEW).await.url.path(), "/sign-in/two-step");
});

on_each_database!(a_password_goes_unless_it_is_the_last_way_in, |app: TestApp| async move {
    let user = person(&app, MAYA).await;
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    // Where letters let people in, it can go; where they do not, it is the last.
    let (_house, running, other) = app.replica_with("[sign_in]\nmethods = [\"password\", \"passkey\"]\n").await;
    let at_other = browser.at(&other);
    let page = at_other.get(&format!("{other}/account/security")).await;
    assert!(page.text().contains("It’s your only way to sign in.") && !page.text().contains("Remove password"), "{}", page.text());
    let csrf = page.form_to("/account/security/passkeys").value("csrf").to_owned();
    let refused = at_other.post(&format!("{other}/account/password/remove"), &[("csrf", &csrf)]).await;
    assert_eq!((refused.status, refused.text().contains("Add another way to sign in first")), (422, true), "{}", refused.text());
    running.stop().await.unwrap();
    let page = browser.get("/account/security").await;
    let all = (0..50).map(|_| page.form_to("/account/password/remove").submit());
    futures_util::future::join_all(all).await;
    let removed = events(&app, user).await.iter().filter(|(name, _)| name == "password.removed").count();
    assert_eq!(removed, 1);
    assert_eq!(app.letter_to(MAYA).subject, "Your Housekey password was removed");
    let page = browser.get("/account/security").await;
    assert!(page.text().contains("You don’t use a password."), "{}", page.text());
    // And the first one is set at the same place.
    let page = page.follow("Set a password").await;
    page.form_to("/account/password").fill("new-password", NEW).submit().await;
    assert_eq!(app.browser().sign_in(MAYA, NEW).await.url.path(), "/account");
});

#[test]
fn a_copy_has_everything_of_the_person_and_nothing_that_opens_the_account() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let user = person(&app, MAYA).await;
        person(&app, "noor@okafor.example").await;
        let browser = app.browser();
        browser.sign_in(MAYA, PASSWORD).await;
        app.browser().sign_in("noor@okafor.example", PASSWORD).await;
        let phone = equip(&app, user).await;
        let view = browser.get("/account/data").await.form_to("/account/data/copy").submit().await;
        let view = browser.sign_in_from(view, MAYA, PASSWORD).await;
        let page = view.form_to("/sign-in/two-step").fill("code", &phone.shows(app.clock.now())).submit().await;
        assert!(page.url.path() == "/account/data" && page.text().contains("Thanks, it’s you"), "{}", page.text());
        let copy = page.form_to("/account/data/copy").submit().await;
        assert_eq!((copy.status, copy.header("content-type")), (200, "application/json"));
        assert!(copy.header("content-disposition").starts_with("attachment; filename=\"account-20"));
        assert_eq!(copy.header("cache-control"), "no-store");
        let said: Value = serde_json::from_str(&copy.html).unwrap();
        assert_eq!(said["emails"][0]["address"], MAYA);
        assert_eq!(said["profile"]["sub"], user.to_string());
        assert!(said["ways_to_sign_in"]["password"]["changed_at"].is_string() && said["devices"][0]["address"] == "127.0.0.1");
        assert!(said["activity"].as_array().unwrap().iter().any(|event| event["event"] == "session.started"));
        for secret in ["argon2", "noor"] {
            assert!(!copy.html.contains(secret), "{secret}");
        }
        assert!(browser.get("/account/devices").await.text().contains("Data downloaded"));
    });
}

#[test]
fn browsers_and_password_managers_find_their_way() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[passkeys]\norigins = [\"https://old.example\"]\n").await;
        let browser = app.browser();
        let said = async |path: &str| serde_json::from_str::<Value>(&browser.get(path).await.html).unwrap();
        let origins = said("/.well-known/webauthn").await;
        assert_eq!(origins["origins"], serde_json::json!([app.issuer, "https://old.example"]));
        let endpoints = said("/.well-known/passkey-endpoints").await;
        assert_eq!(endpoints["enroll"], format!("{}/account/security#passkeys", app.issuer));
        // Where there are none, there is nothing to find.
        let app = TestApp::with(On::Sqlite, "[sign_in]\nmethods = [\"password\"]\n").await;
        for path in ["/.well-known/webauthn", "/.well-known/passkey-endpoints"] {
            assert_eq!(app.browser().get(path).await.status, 404, "{path}");
        }
    });
}
