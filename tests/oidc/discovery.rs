//! What everybody may read about us.

use serde_json::Value;

use crate::support::{On, TestApp, peer};

#[test]
fn the_document_and_the_keys_are_what_relying_parties_expect() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let http = reqwest::Client::new();
        let mut documents = Vec::new();
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
            let response = http.get(format!("{}{path}", app.issuer)).send().await.unwrap();
            let headers = response.headers().clone();
            assert_eq!((response.status().as_u16(), headers["content-type"].to_str().unwrap()), (200, "application/json"));
            assert_eq!(headers["cache-control"], "public, max-age=60");
            assert_eq!((headers["access-control-allow-origin"].to_str().unwrap(), headers.get("set-cookie")), ("*", None));
            let etag = headers["etag"].clone();
            let again = http.get(format!("{}{path}", app.issuer)).header("if-none-match", etag).send().await.unwrap();
            assert_eq!(again.status(), 304);
            documents.push(response.json::<Value>().await.unwrap());
        }
        assert_eq!(documents[0], documents[1]);
        let document = &documents[0];
        assert_eq!(document["issuer"], app.issuer);
        for endpoint in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "revocation_endpoint",
            "introspection_endpoint",
            "jwks_uri",
            "end_session_endpoint",
        ] {
            assert!(document[endpoint].as_str().unwrap().starts_with(&format!("{}/", app.issuer)), "{endpoint}");
        }
        assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert!(document["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&"RS256".into()));
        let set: Value = http.get(document["jwks_uri"].as_str().unwrap()).send().await.unwrap().json().await.unwrap();
        let keys = set["keys"].as_array().unwrap();
        let kids: std::collections::BTreeSet<_> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!((keys.len(), kids.len()), (3, 3));
        for key in keys {
            assert_eq!(key["use"], "sig");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
            // Convex's customJwt refuses a whole set for one key with this `alg`.
            assert_ne!(key["alg"], "EdDSA");
        }
        for (alg, kty) in [("RS256", "RSA"), ("ES256", "EC"), ("EdDSA", "OKP")] {
            let one: Value =
                http.get(format!("{}/.well-known/jwks.json?alg={alg}", app.issuer)).send().await.unwrap().json().await.unwrap();
            assert_eq!((one["keys"].as_array().unwrap().len(), one["keys"][0]["kty"].as_str()), (1, Some(kty)));
        }
        assert_eq!(http.get(format!("{}/.well-known/jwks.json?alg=none", app.issuer)).send().await.unwrap().status(), 400);
    });
}

#[test]
fn every_grant_of_the_document_is_granted() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for grant in housekey::oidc::token::GRANT_TYPES {
            let fields = [("grant_type", *grant), ("client_id", "spa")];
            let response = reqwest::Client::new().post(format!("{}/token", app.issuer)).form(&fields).send().await.unwrap();
            let body: Value = response.json().await.unwrap();
            assert_ne!(body["error"], "unsupported_grant_type", "{grant}");
        }
    });
}
