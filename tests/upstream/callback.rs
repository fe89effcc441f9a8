//! What comes back is not believed because it came (A-13).

use std::time::Duration;

use serde_json::{Value, json};

use super::{TRUSTED, ada, come_from, count, is_account_of, leave, trusting};
use crate::on_each_database_itself;
use crate::support::relying_party::parameter;
use crate::support::{On, Provider, TestApp, View};

/// It came to nothing, and nobody is signed in.
async fn is_refused(view: &View, app: &TestApp) {
    assert_eq!((view.status, count(app, "sessions").await, count(app, "users").await), (400, 0, 0), "{}: {}", view.url, view.text());
}

on_each_database_itself!(
    /// V-15, V-16, A-13.
    a_state_is_good_once_in_its_browser_and_with_its_provider,
    |on: On| async move {
        let (one, two) = (Provider::start(), Provider::start());
        let app = TestApp::with(on, &format!("{}{}", one.toml("u1", TRUSTED), two.toml("u2", TRUSTED))).await;
        let browser = app.browser();
        let away = leave(&browser, "u1").await;
        let back = one.approve(&away, &ada());
        // Another browser; another provider's callback; no state; a state of nobody; twice.
        let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
        is_refused(&app.browser().get(&back).await, &app).await;
        is_refused(&browser.get(&back.replace("/oauth/u1/", "/oauth/u2/")).await, &app).await;
        is_refused(&browser.get(&format!("/oauth/u1/callback?code={code}")).await, &app).await;
        is_refused(&browser.get(&format!("/oauth/u1/callback?code={code}&state=")).await, &app).await;
        is_refused(&browser.get(&format!("/oauth/u1/callback?code={code}&state={}x", &state[..35])).await, &app).await;
        is_refused(&browser.get(&format!("/oauth/u1/callback?code={code}&state={state}&state={state}")).await, &app).await;
        is_refused(&browser.get("/oauth/u1/callback").await, &app).await;
        assert_eq!((one.calls("/token"), two.calls("/token")), (0, 0), "no code left this server");
        assert!(is_account_of(&browser.get(&back).await, "ada@example.com"));
        let again = browser.get(&back).await;
        assert_eq!((again.status, again.h1().as_str()), (400, "This sign-in can’t be finished"));
        assert_eq!(one.calls("/token"), 1);
    }
);

on_each_database_itself!(fifty_returns_at_once_with_one_state_bring_one_exchange, |on: On| async move {
    let (provider, app) = trusting(on).await;
    let browser = app.browser();
    let back = provider.approve(&leave(&browser, "u1").await, &ada());
    let views = futures_util::future::join_all((0..50).map(|_| browser.get(&back))).await;
    assert_eq!(views.iter().filter(|view| view.status == 200).count(), 1);
    assert_eq!(provider.calls("/token"), 1);
});

/// A-13: two tabs that come back in the wrong order lead where each began.
#[test]
fn two_tabs_do_not_swap() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let browser = app.browser();
        let mut returns = Vec::new();
        for state in ["first", "second"] {
            let path = format!("/oauth/u1?client_id=spa-token&redirect_uri=https://spa.test/&state={state}");
            returns.push((state, provider.approve(&browser.get(&path).await.left_for.unwrap(), &ada())));
        }
        for (state, back) in returns.into_iter().rev() {
            let home = browser.get(&back).await.refresh().unwrap();
            assert!(home.contains(&format!("state={state}")), "{home}");
        }
    });
}

/// A-13: somebody else's code with one's own state. PKCE and the nonce belong to the state.
#[test]
fn a_code_of_another_visit_is_refused() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let (mallory, victim) = (app.browser(), app.browser());
        let mallorys = provider.approve(&leave(&mallory, "u1").await, &json!({ "sub": "mallory" }));
        let away = leave(&victim, "u1").await;
        let injected =
            format!("/oauth/u1/callback?code={}&state={}", parameter(&mallorys, "code").unwrap(), parameter(&away, "state").unwrap());
        let view = victim.get(&injected).await;
        is_refused(&view, &app).await;
        assert!(view.text().contains("invalid_grant"), "{}", view.text());
    });
}

#[test]
fn a_state_gets_old() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let browser = app.browser();
        let back = provider.approve(&leave(&browser, "u1").await, &ada());
        app.travel(Duration::from_secs(15 * 60 + 1));
        is_refused(&browser.get(&back).await, &app).await;
        assert!(housekey::schedule::clean_up(&app.app).await.unwrap() > 0);
        assert_eq!(count(&app, "upstream_attempts").await, 0);
    });
}

/// V-61, RFC 9700 §4.4: the honest provider's code comes with another one's state, or with somebody else's name on it.
#[test]
fn a_mix_up_sends_no_code_to_anybody() {
    crate::support::peer::run(async {
        let (honest, evil) = (Provider::start(), Provider::start());
        let app = TestApp::with(On::Sqlite, &format!("{}{}", honest.toml("u1", TRUSTED), evil.toml("u2", TRUSTED))).await;
        let browser = app.browser();
        // The evil one sends the person on to the honest one, which sends them to the callback it knows.
        let to_evil = leave(&browser, "u2").await;
        let to_honest = to_evil.replace(&evil.issuer, &honest.issuer).replace("u2%2Fcallback", "u1%2Fcallback");
        is_refused(&browser.get(&honest.approve(&to_honest, &ada())).await, &app).await;
        // Or to the callback of the evil one, naming itself.
        let to_honest = to_evil.replace(&evil.issuer, &honest.issuer);
        let back = format!("{}&iss={}", honest.approve(&to_honest, &ada()), honest.issuer);
        is_refused(&browser.get(&back).await, &app).await;
        assert_eq!((honest.calls("/token"), evil.calls("/token")), (0, 0));
        // The right name is welcome, also in an answer that is an error; a wrong one makes that void too.
        let away = leave(&browser, "u1").await;
        let back = format!("{}&iss={}", honest.approve(&away, &ada()), honest.issuer);
        assert!(is_account_of(&browser.get(&back).await, "ada@example.com"));
        let browser = app.browser();
        let state = parameter(&leave(&browser, "u1").await, "state").unwrap();
        let view = browser.get(&format!("/oauth/u1/callback?error=access_denied&state={state}&iss=https://evil.example")).await;
        assert!(view.text().contains("provider_mixed_up"), "{}", view.text());
    });
}

#[test]
fn where_a_provider_says_that_it_names_itself_it_must() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let issuer = &provider.issuer;
        provider.instead(
            "/.well-known/openid-configuration",
            200,
            json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"), "authorization_response_iss_parameter_supported": true,
            }),
        );
        let browser = app.browser();
        is_refused(&come_from(&browser, &provider, "u1", &ada()).await, &app).await;
        let back = format!("{}&iss={issuer}", provider.approve(&leave(&browser, "u1").await, &ada()));
        assert!(is_account_of(&browser.get(&back).await, "ada@example.com"));
    });
}

/// Apple's way. The form comes from another site: without cookies, and with an `Origin` of its own.
#[test]
fn an_answer_by_post_comes_again_by_itself_and_brings_the_name() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        let browser = app.browser();
        let back = provider.approve(&leave(&browser, "u1").await, &ada());
        let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let form = [("code", code.as_str()), ("state", &state), ("user", r#"{"name":{"firstName":"Ada"}}"#), ("id_token", "x")];
        let posted = client.post(format!("{}/oauth/u1/callback", app.issuer)).header("origin", &provider.issuer);
        let posted = posted.header("sec-fetch-site", "cross-site").form(&form).send().await.unwrap();
        assert_eq!(posted.status(), 303);
        assert!(posted.headers().get("set-cookie").is_none(), "no cookie comes of another site's form");
        let to = posted.headers()["location"].to_str().unwrap().to_owned();
        assert!(to.starts_with(&app.issuer) && !to.contains("id_token"), "{to}");
        assert!(is_account_of(&browser.get(&to).await, "ada@example.com"));
    });
}

/// V-53, V-51, V-52, A-14: each of these, with everything else right.
#[test]
fn an_id_token_that_is_not_for_us_now_is_refused() {
    crate::support::peer::run(async {
        let (provider, other) = (Provider::start(), Provider::start());
        let app = TestApp::with(On::Sqlite, &format!("{}{}", provider.toml("u1", TRUSTED), other.toml("u2", TRUSTED))).await;
        let (issuer, other_issuer) = (provider.issuer.clone(), other.issuer.clone());
        let now = jsonwebtoken::get_current_timestamp();
        let claims: Vec<(&str, Value)> = vec![
            ("aud", json!("other")),
            ("aud", json!(["other"])),
            ("aud", json!([])),
            ("aud", Value::Null),
            ("aud", json!([crate::support::provider::CLIENT, "other"])),
            ("azp", json!("other")),
            ("exp", json!(now - 120)),
            ("exp", Value::Null),
            ("iat", json!(now + 600)),
            ("nonce", json!("another")),
            ("nonce", Value::Null),
            ("iss", json!(other_issuer)),
            ("iss", json!(format!("{issuer}/"))),
            ("iss", json!(issuer.to_uppercase())),
            ("iss", Value::Null),
            ("sub", Value::Null),
            ("sub", json!("")),
            ("sub", json!(123)),
            ("sub", json!("x".repeat(256))),
        ];
        for (name, value) in claims {
            let bent = value.clone();
            provider.fault(move |token| {
                if bent.is_null() {
                    token.claims.as_object_mut().unwrap().remove(name);
                } else {
                    token.claims[name] = bent.clone();
                }
            });
            let view = come_from(&app.browser(), &provider, "u1", &ada()).await;
            is_refused(&view, &app).await;
            assert!(view.text().contains("provider_"), "{name} {value}");
        }
        // Signed by nobody, by our own secret, by another provider under the right name, by a key that the token brings.
        let header = |alg: &str, more: Value| {
            let mut header = json!({ "alg": alg, "typ": "JWT", "kid": "one" });
            header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            b64(&header)
        };
        let elsewhere = format!("{other_issuer}/jwks");
        for head in [
            header("none", json!({})),
            header("HS256", json!({})),
            header("ES256", json!({ "jku": elsewhere })),
            header("ES256", json!({ "x5u": elsewhere })),
        ] {
            provider.fault(move |token| {
                let unsigned = format!("{head}.{}", b64(&token.claims));
                let key = jsonwebtoken::EncodingKey::from_secret(crate::support::provider::SECRET.as_bytes());
                let mac = jsonwebtoken::crypto::sign(unsigned.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
                token.body["id_token"] = format!("{unsigned}.{mac}").into();
            });
            is_refused(&come_from(&app.browser(), &provider, "u1", &ada()).await, &app).await;
        }
        assert_eq!(other.calls("/jwks"), 0, "keys are fetched where the operator said");
        provider.fault(|token| token.body["id_token"] = Value::Null);
        is_refused(&come_from(&app.browser(), &provider, "u1", &ada()).await, &app).await;
        provider.heal();
        assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &ada()).await, "ada@example.com"));
    });
}

/// V-51: the same `kid`, another key, another issuer.
#[test]
fn a_key_of_one_provider_vouches_for_no_other() {
    crate::support::peer::run(async {
        let (one, two) = (Provider::start(), Provider::start());
        let app = TestApp::with(On::Sqlite, &format!("{}{}", one.toml("u1", TRUSTED), two.toml("u2", TRUSTED))).await;
        // Both keys are known here by now, both called "one".
        for (provider, id) in [(&one, "u1"), (&two, "u2")] {
            let claims = json!({ "sub": id, "email": format!("{id}@example.com"), "email_verified": true });
            assert_eq!(come_from(&app.browser(), provider, id, &claims).await.status, 200);
        }
        let (sessions, victim) = (count(&app, "sessions").await, one.issuer.clone());
        two.fault(move |token| token.claims["iss"] = victim.clone().into());
        for (provider, id) in [(&two, "u2")] {
            let view = come_from(&app.browser(), provider, id, &json!({ "sub": "u1" })).await;
            assert_eq!(view.status, 400, "{}", view.text());
        }
        assert_eq!(count(&app, "sessions").await, sessions);
    });
}

/// Keys change without notice; whoever names unknown ones all day does not make us ask all day.
#[test]
fn an_unknown_key_is_asked_for_once_and_not_again_for_half_a_minute() {
    crate::support::peer::run(async {
        let (provider, app) = trusting(On::Sqlite).await;
        assert_eq!(come_from(&app.browser(), &provider, "u1", &ada()).await.status, 200);
        assert_eq!(provider.calls("/jwks"), 1);
        app.travel(Duration::from_secs(31));
        provider.rotate("two");
        assert!(is_account_of(&come_from(&app.browser(), &provider, "u1", &ada()).await, "ada@example.com"));
        assert_eq!(provider.calls("/jwks"), 2);
        provider.fault(|token| token.header.kid = Some("never-heard-of".into()));
        for _ in 0..5 {
            assert_eq!(come_from(&app.browser(), &provider, "u1", &ada()).await.status, 400);
        }
        assert_eq!(provider.calls("/jwks"), 2);
        app.travel(Duration::from_secs(31));
        for _ in 0..5 {
            assert_eq!(come_from(&app.browser(), &provider, "u1", &ada()).await.status, 400);
        }
        assert_eq!(provider.calls("/jwks"), 3);
    });
}

fn b64(value: &Value) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
}
