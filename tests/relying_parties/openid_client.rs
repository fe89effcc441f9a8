//! `openid-client`: web apps with a server, by both ways of proving themselves, and an app without a secret.

use serde_json::json;

use super::{MAYA, story, through_our_pages};
use crate::support::relying_party::parameter;
use crate::support::{On, SECRET, Script, TestApp, person};

/// It says something else when it is not encoded (RFC 6749 §2.3.1).
const ODD_SECRET: &str = "100%25+/=&:a-secret-of-the-odd-client!*'()";

async fn signed_in(client: &str, by: &str, secret: Option<&str>) {
    let auth = if by == "none" { "basic" } else { by };
    let odd = format!(
        "[clients.\"odd.client_{auth}\"]\nkind = \"web\"\nauth = \"{auth}\"\nsecret = \"{ODD_SECRET}\"\nfirst_party = true\nredirect_uris = [\"https://app.test/callback\"]\npost_logout_redirect_uris = [\"https://app.test/goodbye\"]\n"
    );
    let app = TestApp::with(On::Sqlite, &odd).await;
    let user = person(&app, MAYA).await.to_string();
    let mut party = Script::start("openid_client", &app, client, secret);
    let metadata = party.does("discover", &[json!(by)]);
    assert_eq!(metadata["issuer"], app.issuer);
    let browser = app.browser();

    let callback = through_our_pages(&browser, &party.says("begin", &[])).await;
    assert_eq!(parameter(&callback, "iss").as_deref(), Some(app.issuer.as_str()));
    let tokens = party.does("finish", &[json!(callback)]);
    let claims = &tokens["claims"];
    assert_eq!((&claims["sub"], &claims["email"], &claims["name"]), (&json!(user), &json!(MAYA), &json!("Maya")));
    let info = party.does("userinfo", &[]);
    assert_eq!((&info["sub"], &info["email_verified"]), (&json!(user), &json!(true)));
    // It holds what we say against whom it knows.
    let error = party.tries("userinfo", &[json!("usr_0")]).unwrap_err();
    assert_eq!(error["message"], "unexpected JSON attribute value encountered", "{error}");

    let refreshed = party.does("refresh", &[]);
    assert_eq!(refreshed["claims"]["sub"], claims["sub"]);
    assert_ne!(refreshed["access_token"], tokens["access_token"]);
    // An app without a secret gets another refresh token each time, and uses it.
    assert_eq!(refreshed["refresh_token"] != tokens["refresh_token"], by == "none");
    party.does("refresh", &[]);

    // Signed in here, a person comes back at once. Whatever does not belong together, the client refuses.
    for (what, other, code) in [
        ("state", json!({ "expectedState": "another" }), "OAUTH_INVALID_RESPONSE"),
        ("nonce", json!({ "expectedNonce": "another" }), "OAUTH_JWT_CLAIM_COMPARISON_FAILED"),
        ("verifier", json!({ "pkceCodeVerifier": "a".repeat(43) }), "invalid_grant"),
    ] {
        let callback = through_our_pages(&browser, &party.says("begin", &[])).await;
        let error = party.tries("finish", &[json!(callback), other]).unwrap_err();
        assert!([&error["code"], &error["error"]].contains(&&json!(code)), "{what}: {error}");
        // And a mixed-up answer of somebody else.
        let mixed = callback.replace(&url_encoded(&app.issuer), "https%3A%2F%2Fevil.test");
        assert_ne!(mixed, callback);
        assert_eq!(party.tries("finish", &[json!(mixed)]).unwrap_err()["code"], "OAUTH_INVALID_RESPONSE");
    }

    // Signed out by the app.
    let goodbye = party.says("leave", &[json!("https://app.test/goodbye")]);
    let view = browser.get(&goodbye).await;
    assert_eq!(view.left_for.as_deref(), Some("https://app.test/goodbye?state=s2"));
    let again = browser.get(&party.says("begin", &[])).await;
    assert!(again.left_for.is_none() && again.refresh().is_none(), "signed out");
    assert_eq!(party.tries("refresh", &[]).unwrap_err()["error"], "invalid_grant");
}

fn url_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn openid_client_signs_people_in_to_an_app_that_proves_itself_in_the_header() {
    let name = "openid_client_signs_people_in_to_an_app_that_proves_itself_in_the_header";
    story("openid-client", name, signed_in("web", "basic", Some(SECRET)));
}

#[test]
fn openid_client_signs_people_in_to_an_app_that_proves_itself_in_the_body() {
    let name = "openid_client_signs_people_in_to_an_app_that_proves_itself_in_the_body";
    story("openid-client", name, signed_in("web2", "post", Some(SECRET)));
}

#[test]
fn openid_client_signs_people_in_to_an_app_without_a_secret() {
    story("openid-client", "openid_client_signs_people_in_to_an_app_without_a_secret", signed_in("spa", "none", None));
}

#[test]
fn openid_client_has_to_encode_an_odd_secret_in_the_header() {
    let name = "openid_client_has_to_encode_an_odd_secret_in_the_header";
    story("openid-client", name, signed_in("odd.client_basic", "basic", Some(ODD_SECRET)));
}

#[test]
fn openid_client_has_to_encode_an_odd_secret_in_the_body() {
    let name = "openid_client_has_to_encode_an_odd_secret_in_the_body";
    story("openid-client", name, signed_in("odd.client_post", "post", Some(ODD_SECRET)));
}
