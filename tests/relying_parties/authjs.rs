//! `@auth/core`: an app with Auth.js, in which we are a provider of `type: "oidc"`.

use serde_json::{Value, json};

use super::{MAYA, story, through_our_pages};
use crate::support::relying_party::parameter;
use crate::support::{On, Script, TestApp, person};

const CALLBACK: &str = "https://app.test/auth/callback/housekey";
const SECRET: &str = "100%+c-r:the-secret-of-the-auth-js-app";

/// `checks`: Auth.js's own choice, which is PKCE alone, or these.
async fn signed_in(checks: Value) {
    let client =
        format!("[clients.fieldnotes]\nkind = \"web\"\nsecret = \"{SECRET}\"\nfirst_party = true\nredirect_uris = [\"{CALLBACK}\"]\n");
    let app = TestApp::with(On::Sqlite, &client).await;
    person(&app, MAYA).await;
    let mut party = Script::start_at("authjs", &app, "fieldnotes", Some(SECRET), CALLBACK);
    party.does("configure", std::slice::from_ref(&checks));
    assert!(party.does("session", &[]).is_null());
    let url = party.says("begin", &[]);
    let asks = |name: &str| checks.as_array().is_some_and(|checks| checks.contains(&json!(name)));
    assert_eq!((parameter(&url, "state").is_some(), parameter(&url, "nonce").is_some()), (asks("state"), asks("nonce")));
    let browser = app.browser();
    let callback = through_our_pages(&browser, &url).await;
    assert!(callback.starts_with(CALLBACK), "{callback}");
    assert_eq!(party.says("finish", &[json!(callback)]), "https://app.test/notes/7");
    let session = party.does("session", &[]);
    assert_eq!((&session["user"]["name"], &session["user"]["email"]), (&json!("Maya"), &json!(MAYA)));
    // Its cookies of the journey are gone; and what came back once does not come back again.
    assert!(party.tries("finish", &[json!(callback)]).is_err());

    // An answer that says another issuer is refused before it is used.
    let callback = through_our_pages(&browser, &party.says("begin", &[])).await;
    let mixed = callback.replace("iss=http%3A%2F%2Flocalhost", "iss=http%3A%2F%2Fevil");
    assert_ne!(mixed, callback);
    let error = party.tries("finish", &[json!(mixed)]).unwrap_err();
    assert!(error.to_string().contains("iss"), "{error}");
}

#[test]
fn auth_js_signs_people_in_with_its_own_choice_of_checks() {
    story("@auth/core", "auth_js_signs_people_in_with_its_own_choice_of_checks", signed_in(Value::Null));
}

#[test]
fn auth_js_signs_people_in_with_every_check() {
    story("@auth/core", "auth_js_signs_people_in_with_every_check", signed_in(json!(["pkce", "state", "nonce"])));
}

#[test]
fn auth_js_learns_that_a_sign_in_was_not_to_be() {
    story("@auth/core", "auth_js_learns_that_a_sign_in_was_not_to_be", async {
        let client = format!("[clients.fieldnotes]\nkind = \"web\"\nsecret = \"{SECRET}\"\nredirect_uris = [\"{CALLBACK}\"]\n");
        let app = TestApp::with(On::Sqlite, &client).await;
        let mut party = Script::start_at("authjs", &app, "fieldnotes", Some(SECRET), CALLBACK);
        party.does("configure", &[]);
        let url = party.says("begin", &[]);
        let callback = through_our_pages(&app.browser(), &format!("{url}&prompt=none")).await;
        assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
        let error = party.tries("finish", &[json!(callback)]).unwrap_err();
        assert_eq!(error["name"], "OAuthCallbackError", "{error}");
        assert!(party.does("session", &[]).is_null());
    });
}
