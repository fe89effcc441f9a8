//! `jose`: an API that verifies our tokens by our published keys.

use serde_json::{Value, json};

use super::{MAYA, story};
use crate::support::relying_party::part;
use crate::support::{On, PASSWORD, RelyingParty, Script, TestApp, person};

async fn verified(client: &'static str, alg: &str) {
    let app = TestApp::start(On::Sqlite).await;
    let user = person(&app, MAYA).await.to_string();
    let browser = app.browser();
    browser.sign_in(MAYA, PASSWORD).await;
    let party = RelyingParty::new(&app, client);
    let tokens = party.redeem(&party.code(&browser).await).await;
    let mut api = Script::start("jose", &app, client, None);
    let (access, id) = (tokens.text("access_token").to_owned(), tokens.text("id_token").to_owned());
    for (token, typ) in [(&access, "at+jwt"), (&id, "JWT")] {
        let verified = api.does("verify", &[json!(token), json!(typ), json!(client)]);
        assert_eq!((&verified["payload"]["sub"], &verified["header"]["alg"]), (&json!(user), &json!(alg)));
        assert_eq!(verified["header"]["typ"], typ);
    }
    let mut refused = |token: &str, typ: &str, audience: &str| {
        let error = api.tries("verify", &[json!(token), json!(typ), json!(audience)]).unwrap_err();
        error["code"].as_str().unwrap_or_else(|| panic!("{error}")).to_owned()
    };
    // One is not the other, and neither is for somebody else.
    assert_eq!(refused(&id, "at+jwt", client), "ERR_JWT_CLAIM_VALIDATION_FAILED");
    assert_eq!(refused(&access, "JWT", client), "ERR_JWT_CLAIM_VALIDATION_FAILED");
    assert_eq!(refused(&access, "at+jwt", "another"), "ERR_JWT_CLAIM_VALIDATION_FAILED");
    // Altered, they are nothing.
    for token in [&access, &id] {
        let (head, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = (part(token, 0), part(token, 1));
        let typ = header["typ"].as_str().unwrap().to_owned();
        let with = |object: &Value, name: &str, value: Value| {
            let mut object = object.clone();
            object[name] = value;
            housekey::key::b64(object.to_string())
        };
        let plain = |object: &Value| housekey::key::b64(object.to_string());
        let bent: String = signature.chars().rev().collect();
        for (what, altered, code) in [
            ("signature", format!("{head}.{bent}"), "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"),
            (
                "sub",
                format!("{}.{}.{signature}", plain(&header), with(&payload, "sub", json!("usr_0"))),
                "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
            ),
            ("kid", format!("{}.{}.{signature}", with(&header, "kid", json!("another")), plain(&payload)), "ERR_JWKS_NO_MATCHING_KEY"),
            ("alg", format!("{}.{}.", with(&header, "alg", json!("none")), plain(&payload)), "ERR_JOSE_ALG_NOT_ALLOWED"),
        ] {
            assert_eq!(refused(&altered, &typ, client), code, "{what}");
        }
    }
    // Signed by us, and still refused: too old, or another issuer's.
    let keys = housekey::key::Keys::load(&app.app).await.unwrap();
    let algorithm = housekey::config::SigningAlgorithm::parse(alg).unwrap();
    for (name, value, code) in
        [("exp", json!(1), "ERR_JWT_EXPIRED"), ("iss", json!(format!("{}/", app.issuer)), "ERR_JWT_CLAIM_VALIDATION_FAILED")]
    {
        let mut payload = part(&id, 1);
        payload[name] = value;
        assert_eq!(refused(&keys.sign(algorithm, "JWT", &payload).unwrap(), "JWT", client), code, "{name}");
    }
}

#[test]
fn jose_verifies_our_rs256_tokens_by_our_published_keys() {
    story("jose", "jose_verifies_our_rs256_tokens_by_our_published_keys", verified("web", "RS256"));
}

#[test]
fn jose_verifies_our_es256_tokens_by_our_published_keys() {
    story("jose", "jose_verifies_our_es256_tokens_by_our_published_keys", verified("spa-es256", "ES256"));
}

#[test]
fn jose_verifies_our_eddsa_tokens_by_our_published_keys() {
    story("jose", "jose_verifies_our_eddsa_tokens_by_our_published_keys", verified("spa-eddsa", "EdDSA"));
}
