//! A provider's tokens, for apps: kept only when asked, sealed, and fresh.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use super::{TRUSTED, ada};
use crate::on_each_database_itself;
use crate::support::{On, Provider, RelyingParty, TestApp, person};

/// Ada signs in to an app through the provider; the app's access token.
async fn app_of_ada(app: &TestApp, provider: &Provider, client: &'static str) -> String {
    let (browser, rp) = (app.browser(), RelyingParty::new(app, client));
    let away = browser.get(&rp.authorize_path("")).await.follow("Continue with u1").await.left_for.unwrap();
    let mut view = browser.get(&provider.approve(&away, &ada())).await;
    if client == "third-party" {
        view = view.form_to("/consent").press("Allow").await;
    }
    rp.redeem(&crate::support::relying_party::code_in(&view)).await.text("access_token").to_owned()
}

async fn ask(app: &TestApp, provider: &str, token: &str) -> Response {
    let request = reqwest::Client::new().post(format!("{}/account/providers/{provider}/token", app.issuer));
    let request = if token.is_empty() { request } else { request.bearer_auth(token) };
    request.header("origin", "https://app.test").send().await.unwrap()
}

async fn json_of(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

on_each_database_itself!(an_app_is_given_a_token_that_is_fresh, |on: On| async move {
    let provider = Provider::start();
    let app =
        TestApp::with(on, &format!("[tokens]\naccess_ttl = \"12h\"\n{}", provider.toml("u1", &format!("{TRUSTED}\nkeep_tokens = true"))))
            .await;
    let token = app_of_ada(&app, &provider, "web").await;
    let answer = ask(&app, "u1", &token).await;
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.test");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let (status, first) = json_of(answer).await;
    assert_eq!((status, &first["token_type"], &first["scope"]), (200, &json!("Bearer"), &json!("openid files")));
    assert!((3500..=3600).contains(&first["expires_in"].as_u64().unwrap()));
    assert_eq!(json_of(ask(&app, "u1", &token).await).await.1["access_token"], first["access_token"]);
    assert_eq!(provider.calls("/token"), 1);
    // It is over: fifty ask at once, and the refresh token is spent once.
    app.travel(Duration::from_mins(59) + Duration::from_secs(30));
    let answers = futures_util::future::join_all((0..50).map(|_| async { json_of(ask(&app, "u1", &token).await).await })).await;
    assert!(answers.iter().all(|(status, body)| *status == 200 && body["access_token"] == answers[0].1["access_token"]), "{answers:?}");
    assert_ne!(answers[0].1["access_token"], first["access_token"]);
    assert_eq!(provider.calls("/token"), 2);
    // What the provider will not renew, the person has to; and a provider that is away is not that.
    app.travel(Duration::from_hours(2));
    provider.slow("/token", Duration::ZERO);
    provider.instead("/token", 400, json!({ "error": "invalid_grant" }));
    let (status, body) = json_of(ask(&app, "u1", &token).await).await;
    assert_eq!((status, &body["error"]), (404, &json!("reconnect_required")));
    provider.stop().await;
    let away = ask(&app, "u1", &token).await;
    assert!(away.headers().contains_key("retry-after"));
    assert_eq!(json_of(away).await.0, 503);
});

#[test]
fn tokens_are_not_kept_unless_somebody_asked_and_never_in_the_clear() {
    crate::support::peer::run(async {
        for keep in [false, true] {
            let provider = Provider::start();
            let app = TestApp::with(On::Sqlite, &provider.toml("u1", &format!("{TRUSTED}\nkeep_tokens = {keep}"))).await;
            let token = app_of_ada(&app, &provider, "web").await;
            let (status, body) = json_of(ask(&app, "u1", &token).await).await;
            assert_eq!(status, if keep { 200 } else { 404 }, "{body}");
            let people = housekey::user::list(app.app.db.read(), None, 10).await.unwrap();
            let linked = housekey::identity::of_user(app.app.db.read(), &app.app.crypto, people[0].person.id).await.unwrap();
            assert_eq!(linked[0].identity.tokens.is_some(), keep);
            let file = std::fs::read(app.folder.path().join("housekey.db")).unwrap();
            let log = std::fs::read(app.folder.path().join("housekey.db-wal")).unwrap_or_default();
            for plain in [b"refresh-".as_slice(), b"ada-at-u1"] {
                assert!(!file.windows(plain.len()).chain(log.windows(plain.len())).any(|part| part == plain), "in the clear");
            }
        }
    });
}

#[test]
fn nobody_else_is_given_them() {
    crate::support::peer::run(async {
        let provider = Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", &format!("{TRUSTED}\nkeep_tokens = true"))).await;
        let adas = app_of_ada(&app, &provider, "web").await;
        person(&app, "maya@okafor.example").await;
        let (browser, web) = (app.browser(), RelyingParty::new(&app, "web"));
        let view = browser.get(&web.authorize_path("")).await;
        let view = browser.sign_in_from(view, "maya@okafor.example", crate::support::PASSWORD).await;
        let mayas = web.redeem(&crate::support::relying_party::code_in(&view)).await.text("access_token").to_owned();
        let strangers = app_of_ada(&app, &provider, "third-party").await;
        for (provider, token, status, error) in [
            ("u1", "", 401, "invalid_token"),
            ("u1", "nonsense", 401, "invalid_token"),
            ("u1", strangers.as_str(), 403, "access_denied"),
            ("u1", mayas.as_str(), 404, "not_connected"),
            ("u2", adas.as_str(), 404, "unknown_provider"),
            ("u1", adas.as_str(), 200, ""),
        ] {
            let (got, body) = json_of(ask(&app, provider, token).await).await;
            assert_eq!((got, body["error"].as_str().unwrap_or_default()), (status, error), "{body}");
        }
    });
}
