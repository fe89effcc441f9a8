//! Tokens bound to a key (RFC 9449, security.md DP-1 to DP-3, A-28).

use std::time::Duration;

use housekey::config::SigningAlgorithm;
use serde_json::{Value, json};

use crate::on_each_database;
use crate::support::dpop::{Holder, proof_claims};
use crate::support::relying_party::{Answer, CALLBACK, VERIFIER, claims, code_in};
use crate::support::{Browser, On, RelyingParty, TestApp, maya_at_a_browser, peer};

/// A client whose tokens are always bound, and one whose proofs need a nonce.
fn clients() -> String {
    let client = |id: &str, dpop: &str| {
        format!("[clients.{id}]\nkind = 'spa'\nfirst_party = true\ndpop = '{dpop}'\nredirect_uris = ['{CALLBACK}']\n")
    };
    [client("bound", "required"), client("fresh", "nonce")].concat()
}

async fn code(app: &TestApp, browser: &Browser, client: &'static str, more: &str) -> String {
    code_in(&browser.get(&RelyingParty::new(app, client).authorize_path(more)).await)
}

fn exchange<'a>(client: &'a str, code: &'a str) -> [(&'a str, &'a str); 5] {
    [("grant_type", "authorization_code"), ("client_id", client), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]
}

fn refresh<'a>(client: &'a str, token: &'a str) -> [(&'a str, &'a str); 3] {
    [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)]
}

impl Holder {
    async fn token(&self, app: &TestApp, fields: &[(&str, &str)]) -> Answer {
        self.post(app, "/token", fields, &[&self.proof(app, "POST", "/token")]).await.0
    }
}

on_each_database!(a_bound_token_is_worth_nothing_without_its_key, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256] {
        let (maya, thief) = (Holder::new(algorithm), Holder::new(algorithm));
        let first = maya.token(&app, &exchange("spa", &code(&app, &browser, "spa", "").await)).await;
        assert_eq!((first.status, first.text("token_type")), (200, "DPoP"), "{first:?}");
        let token = first.text("access_token");
        assert_eq!(claims(token)["cnf"], json!({ "jkt": maya.jkt() }));
        assert!(claims(first.text("id_token")).get("cnf").is_none());
        let proof = maya.proof_for(&app, ("GET", "/userinfo"), token);
        let held = format!("DPoP {token}");
        assert_eq!(maya.userinfo(&app, &held, &[&proof]).await.0.status, 200);
        for (authorization, proofs, why) in [
            (&held, vec![proof.clone()], "its proof again"),
            (&format!("Bearer {token}"), vec![], "as a bearer token"),
            (&format!("Bearer {token}"), vec![maya.proof_for(&app, ("GET", "/userinfo"), token)], "as a bearer token with a proof"),
            (&held, vec![], "without a proof"),
            (&held, vec![thief.proof_for(&app, ("GET", "/userinfo"), token)], "with another key"),
            (&held, vec![maya.proof_for(&app, ("POST", "/userinfo"), token)], "for another method"),
            (&held, vec![maya.proof_for(&app, ("GET", "/token"), token)], "for another address"),
            (&held, vec![maya.proof_for(&app, ("GET", "/userinfo"), "another")], "for another token"),
            (&held, vec![maya.proof(&app, "GET", "/userinfo")], "for no token"),
        ] {
            let proofs: Vec<_> = proofs.iter().map(String::as_str).collect();
            let (answer, challenge) = maya.userinfo(&app, authorization, &proofs).await;
            assert_eq!(answer.status, 401, "{why}: {answer:?}");
            assert!(challenge.is_some(), "{why}");
        }
        // The refresh token of a public client is bound as well, and whoever stole it ends nothing.
        let refresh_token = first.text("refresh_token");
        assert_eq!(thief.token(&app, &refresh("spa", refresh_token)).await.error(), "invalid_grant");
        assert_eq!(maya.post(&app, "/token", &refresh("spa", refresh_token), &[]).await.0.error(), "invalid_grant");
        let second = maya.token(&app, &refresh("spa", refresh_token)).await;
        assert_eq!((second.status, &claims(second.text("access_token"))["cnf"]["jkt"]), (200, &json!(maya.jkt())), "{second:?}");
        app.travel(Duration::from_secs(11));
        assert_eq!(thief.token(&app, &refresh("spa", refresh_token)).await.error(), "invalid_grant", "an old one, with another key");
        assert_eq!(maya.token(&app, &refresh("spa", second.text("refresh_token"))).await.status, 200, "ended nothing");
    }
    // A bearer token does not become a bound one by a proof.
    let (_, plain) = RelyingParty::with_tokens(&app, &browser, "spa").await;
    let (maya, token) = (Holder::new(SigningAlgorithm::Es256), plain.text("access_token"));
    let proof = maya.proof_for(&app, ("GET", "/userinfo"), token);
    assert_eq!(maya.userinfo(&app, &format!("DPoP {token}"), &[&proof]).await.0.status, 401);
});

#[test]
fn a_proof_that_is_wrong_in_any_way_is_refused_and_costs_nothing() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let maya = Holder::new(SigningAlgorithm::Es256);
        let other = Holder::new(SigningAlgorithm::Es256);
        let code = code(&app, &browser, "spa", "").await;
        let good = || (maya.header(), proof_claims(&app, "POST", "/token"));
        let header = |name: &str, value: Value| {
            let (mut header, claims) = good();
            header[name] = value;
            maya.sign(&header, &claims)
        };
        let claim = |name: &str, value: Value| {
            let (header, mut claims) = good();
            claims[name] = value;
            maya.sign(&header, &claims)
        };
        let mut private = maya.header();
        private["jwk"]["d"] = json!("AAAA");
        let now = app.clock.now().seconds();
        let mut wrong = vec![
            ("nonsense".to_owned(), "no JWT"),
            (String::new(), "nothing"),
            (header("typ", json!("JWT")), "typ"),
            (header("typ", Value::Null), "no typ"),
            (header("alg", json!("none")), "none"),
            (header("alg", json!("HS256")), "an algorithm with a shared key"),
            (header("alg", json!("RS256")), "the algorithm of another kind of key"),
            (header("crit", json!(["exp"])), "crit"),
            (header("jwk", Value::Null), "no key"),
            (header("jwk", other.header()["jwk"].clone()), "another key's signature"),
            (header("jwk", json!({ "kty": "oct", "k": "c2VjcmV0" })), "a shared key"),
            (maya.sign(&private, &good().1), "a private key"),
            (claim("htm", json!("GET")), "htm"),
            (claim("htm", json!("post")), "htm in small letters"),
            (claim("htu", json!(format!("{}/userinfo", app.issuer))), "htu"),
            (claim("htu", json!("https://other.test/token")), "htu of another server"),
            (claim("htu", json!("/token")), "half an htu"),
            (claim("iat", json!(now - 62)), "too old"),
            (claim("iat", json!(now + 62)), "too new"),
            (claim("iat", json!("now")), "no time"),
            (claim("jti", Value::Null), "no jti"),
            (claim("jti", json!("")), "an empty jti"),
            (claim("jti", json!("x".repeat(256))), "a long jti"),
        ];
        let mut cut = maya.proof(&app, "POST", "/token");
        cut.truncate(cut.len() - 4);
        wrong.push((cut, "cut"));
        for (proof, why) in &wrong {
            let (answer, _) = maya.post(&app, "/token", &exchange("spa", &code), &[proof]).await;
            assert_eq!((answer.status, answer.error()), (400, "invalid_dpop_proof"), "{why}: {answer:?}");
        }
        let (two, also) = (maya.proof(&app, "POST", "/token"), maya.proof(&app, "POST", "/token"));
        assert_eq!(maya.post(&app, "/token", &exchange("spa", &code), &[&two, &also]).await.0.error(), "invalid_dpop_proof", "two");
        // None of that has spent the code.
        let mut right = good();
        right.1["htu"] = json!(format!("{}/token?x=1#y", app.issuer));
        right.1["iat"] = json!(now - 55);
        assert_eq!(maya.post(&app, "/token", &exchange("spa", &code), &[&maya.sign(&right.0, &right.1)]).await.0.status, 200);
    });
}

on_each_database!(fifty_uses_of_one_proof_at_two_processes_are_one, |app: TestApp| async move {
    let other = app.process().await;
    let browser = maya_at_a_browser(&app).await;
    let maya = Holder::new(SigningAlgorithm::EdDsa);
    let first = maya.token(&app, &exchange("spa", &code(&app, &browser, "spa", "").await)).await;
    let token = first.text("access_token");
    for _ in 0..3 {
        let proof = maya.proof_for(&app, ("GET", "/userinfo"), token);
        let ask = |n: usize| {
            let server = if n.is_multiple_of(2) { &app.issuer } else { &other.address };
            let request = maya.http.get(format!("{server}/userinfo")).header("authorization", format!("DPoP {token}"));
            let request = request.header("DPoP", &proof);
            async move { request.send().await.unwrap().status().as_u16() }
        };
        let answers = futures_util::future::join_all((0..50).map(ask)).await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| matches!(status, 200 | 401)));
    }
});

#[test]
fn a_client_that_must_prove_a_key_gets_nothing_without() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, &clients()).await;
        let browser = maya_at_a_browser(&app).await;
        let maya = Holder::new(SigningAlgorithm::Es256);
        let code = code(&app, &browser, "bound", "").await;
        assert_eq!(maya.post(&app, "/token", &exchange("bound", &code), &[]).await.0.error(), "invalid_dpop_proof");
        let first = maya.token(&app, &exchange("bound", &code)).await;
        assert_eq!(first.status, 200, "the code was not spent by that: {first:?}");
        assert_eq!(maya.post(&app, "/token", &refresh("bound", first.text("refresh_token")), &[]).await.0.error(), "invalid_dpop_proof");
        assert_eq!(maya.token(&app, &refresh("bound", first.text("refresh_token"))).await.status, 200);
    });
}

#[test]
fn a_code_can_be_bound_before_it_exists() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (maya, thief) = (Holder::new(SigningAlgorithm::Es256), Holder::new(SigningAlgorithm::Es256));
        let bound = format!("&dpop_jkt={}", maya.jkt());
        for (holder, fine) in [(Some(&maya), true), (Some(&thief), false), (None, false)] {
            let code = code(&app, &browser, "spa", &bound).await;
            let answer = match holder {
                Some(holder) => holder.token(&app, &exchange("spa", &code)).await,
                None => maya.post(&app, "/token", &exchange("spa", &code), &[]).await.0,
            };
            assert_eq!((answer.status == 200, answer.error()), (fine, if fine { "" } else { "invalid_grant" }), "{answer:?}");
        }
        let view = browser.get(&RelyingParty::new(&app, "spa").authorize_path("&dpop_jkt=short")).await;
        assert!(view.left_for.unwrap().contains("error=invalid_request"));
    });
}

// §8 and §9.
#[test]
fn a_proof_with_a_nonce_cannot_be_made_in_advance() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, &clients()).await;
        let browser = maya_at_a_browser(&app).await;
        let maya = Holder::new(SigningAlgorithm::Es256);
        let with_nonce = |(method, path): (&str, &str), nonce: &str, token: Option<&str>| {
            let mut claims = proof_claims(&app, method, path);
            claims["nonce"] = json!(nonce);
            if let Some(token) = token {
                claims["ath"] = json!(housekey::key::b64_sha256(token));
            }
            maya.sign(&maya.header(), &claims)
        };
        let code = code(&app, &browser, "fresh", "").await;
        let (refused, nonce) = maya.post(&app, "/token", &exchange("fresh", &code), &[&maya.proof(&app, "POST", "/token")]).await;
        assert_eq!((refused.status, refused.error()), (400, "use_dpop_nonce"));
        let nonce = nonce.unwrap();
        let proof = with_nonce(("POST", "/token"), &nonce, None);
        let (first, _) = maya.post(&app, "/token", &exchange("fresh", &code), &[&proof]).await;
        assert_eq!(first.status, 200, "{first:?}");
        let token = first.text("access_token");
        let held = format!("DPoP {token}");
        let (refused, challenge) = maya.userinfo(&app, &held, &[&maya.proof_for(&app, ("GET", "/userinfo"), token)]).await;
        assert_eq!((refused.status, refused.error(), challenge), (401, "use_dpop_nonce", Some(nonce.clone())));
        let proof = with_nonce(("GET", "/userinfo"), &nonce, Some(token));
        assert_eq!(maya.userinfo(&app, &held, &[&proof]).await.0.status, 200);
        // A nonce lasts for a while, and then not.
        app.travel(Duration::from_secs(150));
        let proof = with_nonce(("GET", "/userinfo"), &nonce, Some(token));
        assert_eq!(maya.userinfo(&app, &held, &[&proof]).await.0.status, 200);
        app.travel(Duration::from_secs(150));
        let proof = with_nonce(("GET", "/userinfo"), &nonce, Some(token));
        assert_eq!(maya.userinfo(&app, &held, &[&proof]).await.0.error(), "use_dpop_nonce");
        // Even where none is asked for, a wrong one is told of.
        let proof = with_nonce(("POST", "/token"), "made-up", None);
        assert_eq!(maya.post(&app, "/token", &refresh("spa", "x"), &[&proof]).await.0.error(), "use_dpop_nonce");
    });
}

#[test]
fn who_has_a_secret_may_change_its_key_and_introspection_shows_it() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let web = RelyingParty::new(&app, "web2");
        let secret = [("client_secret", crate::support::SECRET)];
        let (one, two) = (Holder::new(SigningAlgorithm::Es256), Holder::new(SigningAlgorithm::EdDsa));
        let code = web.code(&browser).await;
        let first = one.token(&app, &[exchange("web2", &code).as_slice(), &secret].concat()).await;
        assert_eq!(first.text("token_type"), "DPoP");
        let second = two.token(&app, &[refresh("web2", first.text("refresh_token")).as_slice(), &secret].concat()).await;
        assert_eq!(claims(second.text("access_token"))["cnf"]["jkt"], two.jkt());
        let told = web.introspect(second.text("access_token")).await.body;
        assert_eq!((&told["active"], &told["token_type"], &told["cnf"]["jkt"]), (&json!(true), &json!("DPoP"), &json!(two.jkt())));
        let own = one.token(&app, &[("grant_type", "client_credentials"), ("client_id", "web2"), secret[0]]).await;
        assert_eq!(own.error(), "unauthorized_client");
    });
}

#[test]
fn a_refresh_cookie_is_bound_as_well() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let maya = Holder::new(SigningAlgorithm::Es256);
        let code = code(&app, &browser, "spa-cookie", "").await;
        let request = maya.http.post(format!("{}/token", app.issuer)).form(&exchange("spa-cookie", &code));
        let request = request.header("origin", "https://app.test").header("DPoP", maya.proof(&app, "POST", "/token"));
        let response = request.send().await.unwrap();
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        assert_eq!(response.json::<Value>().await.unwrap()["token_type"], "DPoP");
        let refresh = async |proof: Option<String>| {
            let request = maya.http.post(format!("{}/session/token", app.issuer)).header("origin", "https://app.test");
            let request = request.header("x-housekey-client", "spa-cookie").header("cookie", &cookie);
            let response = match proof {
                Some(proof) => request.header("DPoP", proof),
                None => request,
            };
            let response = response.send().await.unwrap();
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        };
        let (status, body) = refresh(None).await;
        assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")), "the cookie alone is worth nothing");
        let (status, body) = refresh(Some(maya.proof(&app, "POST", "/session/token"))).await;
        assert_eq!((status, &body["token_type"]), (200, &json!("DPoP")), "{body}");
        assert_eq!(claims(body["access_token"].as_str().unwrap())["cnf"]["jkt"], maya.jkt());
    });
}
