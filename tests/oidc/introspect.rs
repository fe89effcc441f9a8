//! `/introspect` (RFC 7662): what a token is worth now, to whom it concerns (security.md A-27, V-44).

use std::time::Duration;

use serde_json::{Value, json};

use crate::on_each_database;
use crate::support::relying_party::{Answer, claims};
use crate::support::{On, PASSWORD, RelyingParty, SECRET, TestApp, maya_at_a_browser, peer};

fn inactive() -> Value {
    json!({ "active": false })
}

on_each_database!(a_client_is_told_what_its_tokens_are_worth, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    for client in ["web", "web2"] {
        let (party, answer) = RelyingParty::with_tokens(&app, &browser, client).await;
        let said = claims(answer.text("access_token"));
        let worth = party.introspect(answer.text("access_token")).await;
        let mut expected = json!({ "active": true, "token_type": "Bearer" });
        for claim in ["scope", "client_id", "sub", "aud", "iss", "exp", "iat", "jti", "auth_time", "acr"] {
            expected[claim] = said[claim].clone();
        }
        assert_eq!((worth.status, worth.body), (200, expected));
        let worth = party.introspect(answer.text("refresh_token")).await.body;
        let until = worth["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap();
        assert!((0..=1).contains(&(until - 14 * 86400)), "two weeks unused and it is over: {until}");
        assert_eq!(
            worth,
            json!({ "active": true, "scope": said["scope"], "client_id": client, "sub": said["sub"], "iss": app.issuer, "exp": worth["exp"] })
        );
        // Looking changes nothing.
        assert_eq!(party.refresh(answer.text("refresh_token")).await.status, 200);
    }
});

on_each_database!(what_is_over_is_over_at_once, |app: TestApp| async move {
    let browser = maya_at_a_browser(&app).await;
    let check = async |party: &RelyingParty, answer: &Answer, alive: bool| {
        for kind in ["access_token", "refresh_token"] {
            let worth = party.introspect(answer.text(kind)).await.body;
            assert_eq!(worth["active"], alive, "{kind}");
            assert!(alive || worth == inactive(), "not a word more: {worth}");
        }
    };
    // Given back.
    let (web, answer) = RelyingParty::with_tokens(&app, &browser, "web").await;
    check(&web, &answer, true).await;
    web.revoke(answer.text("access_token")).await;
    check(&web, &answer, false).await;
    // By age.
    let (web, answer) = RelyingParty::with_tokens(&app, &browser, "web").await;
    app.travel(Duration::from_mins(10));
    assert_eq!(web.introspect(answer.text("access_token")).await.body, inactive());
    assert_eq!(web.introspect(answer.text("refresh_token")).await.body["active"], true);
    // V-44: the person is shut out, for as long as they are.
    let (web, answer) = RelyingParty::with_tokens(&app, &browser, "web").await;
    let user = claims(answer.text("access_token"))["sub"].as_str().unwrap().parse().unwrap();
    for (state, alive) in [(housekey::user::State::Locked, false), (housekey::user::State::Active, true)] {
        crate::support::person::set_state(&app, user, state).await;
        check(&web, &answer, alive).await;
    }
    // Signed out.
    let view = app.browser();
    view.sign_in("maya@okafor.example", PASSWORD).await;
    let (web, answer) = RelyingParty::with_tokens(&app, &view, "web").await;
    check(&web, &answer, true).await;
    view.get("/sign-out").await.form().press("Sign out").await;
    check(&web, &answer, false).await;
});

#[test]
fn only_who_a_token_is_of_or_for_is_told_of_it() {
    peer::run(async {
        let toml = format!("[clients.api]\nkind = 'service'\nsecret = '{SECRET}'\naudience = 'spa'\n");
        let app = TestApp::with(On::Sqlite, &toml).await;
        let browser = maya_at_a_browser(&app).await;
        let (_, spa) = RelyingParty::with_tokens(&app, &browser, "spa").await;
        let (_, web) = RelyingParty::with_tokens(&app, &browser, "web").await;
        let api = async |token: &str| {
            let request = reqwest::Client::new().post(format!("{}/introspect", app.issuer)).basic_auth("api", Some(SECRET));
            request.form(&[("token", token)]).send().await.unwrap().json::<Value>().await.unwrap()
        };
        // The API of a single-page app: told of access tokens with its audience, and of no refresh token.
        assert_eq!(api(spa.text("access_token")).await["active"], true);
        assert_eq!(api(spa.text("refresh_token")).await, inactive());
        assert_eq!(api(web.text("access_token")).await, inactive());
        for other in ["web2", "service"] {
            for answer in [&spa, &web] {
                for kind in ["access_token", "refresh_token", "id_token"] {
                    assert_eq!(RelyingParty::new(&app, other).introspect(answer.text(kind)).await.body, inactive(), "{kind} by {other}");
                }
            }
        }
        // A program's own token, by itself; and another's is none of its business.
        let service = RelyingParty::new(&app, "service");
        let own = service.token(&[("grant_type", "client_credentials")]).await;
        let worth = service.introspect(own.text("access_token")).await.body;
        assert_eq!((&worth["active"], &worth["sub"], &worth["scope"]), (&json!(true), &json!("service"), &json!("notes.read notes.write")));
        assert_eq!(api(own.text("access_token")).await, inactive());
    });
}

#[test]
fn who_asks_proves_itself_and_keeps_a_secret() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = maya_at_a_browser(&app).await;
        let (web, answer) = RelyingParty::with_tokens(&app, &browser, "web").await;
        let (_, spa) = RelyingParty::with_tokens(&app, &browser, "spa").await;
        let (http, url) = (&web.http, format!("{}/introspect", app.issuer));
        let token = ("token", answer.text("access_token"));
        for (request, status) in [
            (http.post(&url).form(&[token]), 400),
            (http.post(&url).form(&[("client_id", "spa"), ("token", spa.text("access_token"))]), 401),
            (http.post(&url).form(&[token, ("client_id", "web")]), 401),
            (http.post(&url).basic_auth("web", Some("wrong")).form(&[token]), 401),
            (http.post(&url).bearer_auth(token.1).form(&[token]), 401),
            (http.post(&url).basic_auth("web", Some(SECRET)).form(&[("a", "b")]), 400),
            (http.post(&url).basic_auth("web", Some(SECRET)).form(&[token, token]), 400),
            (http.get(format!("{url}?token={}", token.1)).basic_auth("web", Some(SECRET)), 405),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{:?}", response.text().await);
        }
        let response =
            http.post(&url).basic_auth("web", Some(SECRET)).header("origin", "https://app.test").form(&[token]).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers().get("access-control-allow-origin")), (200, None), "for servers");
    });
}

#[test]
fn a_client_that_is_gone_takes_its_tokens_with_it() {
    peer::run(async {
        use housekey::config::{ClientEntry, ClientKind, Secret};
        use housekey::types::ClientId;
        use housekey::work::Actor;
        let toml = format!("[clients.api]\nkind = 'service'\nsecret = '{SECRET}'\naudience = 'jobs'\n");
        let app = TestApp::with(On::Sqlite, &toml).await;
        let id = ClientId::parse("nightly").unwrap();
        let mut entry = ClientEntry::new(ClientKind::Service);
        (entry.secret, entry.audience) = (Some(Secret(SECRET.to_owned().into())), Some("jobs".into()));
        let mut work = app.app.begin(Actor::Operator).await.unwrap();
        assert!(housekey::oidc::client::insert(&mut work, &id, entry).await.unwrap());
        work.commit().await.unwrap();
        // Who has just looked for clients does not look again within half a second.
        app.travel(Duration::from_secs(1));
        let ask = async |client: &str, path: &str, fields: &[(&str, &str)]| {
            let request = reqwest::Client::new().post(format!("{}{path}", app.issuer)).basic_auth(client, Some(SECRET));
            request.form(fields).send().await.unwrap().json::<Value>().await.unwrap()
        };
        let token = ask("nightly", "/token", &[("grant_type", "client_credentials")]).await["access_token"].as_str().unwrap().to_owned();
        assert_eq!(ask("api", "/introspect", &[("token", &token)]).await["active"], true);
        let mut work = app.app.begin(Actor::Operator).await.unwrap();
        housekey::oidc::client::remove(&mut work, &id).await.unwrap();
        work.commit().await.unwrap();
        app.travel(Duration::from_secs(6));
        assert_eq!(ask("api", "/introspect", &[("token", &token)]).await, inactive());
    });
}
