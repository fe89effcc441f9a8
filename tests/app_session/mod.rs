//! Token delivery and the refresh cookie: what a first-party SPA holds.

mod cookie;
mod sweep;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::on_each_database;
use crate::support::relying_party::{claims, parameter};
use crate::support::{Browser, On, PASSWORD, TestApp, peer, person};

const START: &str = "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s1";
const COOKIE: &str = "__Host-hk-refresh-spa-token";
const SPA: [(&str, &str); 2] = [("origin", "https://spa.test"), ("x-housekey-client", "spa-token")];

/// Signs in for the SPA, if need be, and gives back the URL to which the browser returned.
async fn delivered(browser: &Browser) -> String {
    let view = browser.get(START).await;
    match view.refresh() {
        Some(to) => to,
        None => browser.sign_in_from(view, "maya@okafor.example", PASSWORD).await.refresh().unwrap(),
    }
}

struct Got {
    status: u16,
    body: serde_json::Value,
    headers: reqwest::header::HeaderMap,
}

impl Got {
    fn new_cookie(&self) -> Option<String> {
        let set = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).find(|text| text.starts_with(COOKIE))?;
        Some(set.split(';').next()?.to_owned())
    }
}

/// A script of the SPA calls, with the browser's cookies.
async fn call(app: &TestApp, path: &str, cookies: &str, headers: &[(&str, &str)], body: &str) -> Got {
    let mut request = reqwest::Client::new().post(format!("{}{path}", app.issuer)).header("cookie", cookies).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    assert_eq!(headers["cache-control"], "no-store");
    Got { status, body: response.json().await.unwrap_or_default(), headers }
}

on_each_database!(a_person_returns_with_a_token_and_a_cookie, |app: TestApp| async move {
    let user = person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    let to = delivered(&browser).await;
    assert!(to.starts_with("https://spa.test/#"), "in the fragment, never in the query: {to}");
    for (name, value) in [("state", "s1"), ("token_type", "Bearer"), ("expires_in", "600")] {
        assert_eq!(parameter(&to, name).as_deref(), Some(value));
    }
    let access = claims(&parameter(&to, "access_token").unwrap());
    assert_eq!((access["sub"].as_str(), access["aud"].as_str()), (Some(user.to_string().as_str()), Some("spa-token")));
    // The cookie gives fresh tokens.
    let got = call(&app, "/session/token", &browser.cookie_header(), &SPA, "").await;
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(got.headers["access-control-allow-origin"], "https://spa.test");
    assert_eq!(got.headers["access-control-allow-credentials"], "true");
    assert_eq!(claims(got.body["id_token"].as_str().unwrap())["email"], "maya@okafor.example");
    assert_ne!(claims(got.body["access_token"].as_str().unwrap())["jti"], access["jti"]);
    // Signed in already: straight back.
    assert!(delivered(&browser).await.starts_with("https://spa.test/#access_token="));
});

on_each_database!(twenty_tabs_refresh_at_once_and_nobody_is_signed_out, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    delivered(&browser).await;
    let mut cookies = format!("{COOKIE}={}", browser.cookie(COOKIE).unwrap());
    for _ in 0..5 {
        let got = futures_util::future::join_all((0..20).map(|_| call(&app, "/session/token", &cookies, &SPA, ""))).await;
        assert!(got.iter().all(|one| one.status == 200));
        let successors: BTreeSet<_> = got.iter().filter_map(Got::new_cookie).collect();
        assert_eq!(successors.len(), 1);
        cookies = successors.into_iter().next().unwrap();
        app.travel(Duration::from_mins(1));
    }
});

#[test]
fn only_the_registered_script_gets_tokens_and_a_refusal_leaves_the_cookie_alone() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        delivered(&browser).await;
        let cookies = browser.cookie_header();
        let pair = |origin, client| vec![("origin", origin), ("x-housekey-client", client)];
        for headers in [
            vec![],
            vec![("x-housekey-client", "spa-token")],
            vec![("origin", "https://spa.test")],
            pair("null", "spa-token"),
            pair("https://evil.test", "spa-token"),
            pair("https://spa.test.evil.test", "spa-token"),
            pair("http://spa.test", "spa-token"),
            pair("https://SPA.test", "spa-token"),
            pair("https://app.test", "spa-token"),
            pair("https://app.test", "spa"),
            pair("https://spa.test", "nobody"),
        ] {
            for path in ["/session/token", "/session/end"] {
                let got = call(&app, path, &cookies, &headers, "").await;
                assert_eq!(got.status, 403, "{path} {headers:?}");
                assert_eq!(got.headers.get("set-cookie"), None);
                let registered = headers.iter().any(|(_, value)| matches!(*value, "https://spa.test" | "https://app.test"));
                assert_eq!(got.headers.get("access-control-allow-origin").is_some(), registered, "{headers:?}");
            }
        }
        // A bearer token is no cookie, and two cookies are none.
        let got = call(&app, "/session/token", "", &[SPA[0], SPA[1], ("authorization", "Bearer x")], "").await;
        assert_eq!((got.status, got.body["error"].as_str()), (400, Some("invalid_grant")));
        let double = format!("{COOKIE}=planted; {COOKIE}={}", browser.cookie(COOKIE).unwrap());
        assert_eq!(call(&app, "/session/token", &double, &SPA, "").await.status, 400);
        assert_eq!(call(&app, "/session/token", &cookies, &SPA, "").await.status, 200);
    });
}

#[test]
fn a_preflight_allows_what_is_needed_and_only_to_registered_origins() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for (path, origin, allowed) in [
            ("/session/token", "https://spa.test", true),
            ("/session/token", "https://other.spa.test", true),
            ("/session/token", "https://evil.test", false),
            ("/token", "https://app.test", true),
            ("/token", "https://evil.test", false),
            ("/userinfo", "https://app.test", true),
        ] {
            let request =
                reqwest::Client::new().request(reqwest::Method::OPTIONS, format!("{}{path}", app.issuer)).header("origin", origin);
            let response = request.header("access-control-request-method", "POST").send().await.unwrap();
            assert_eq!(response.status(), 204);
            assert_eq!(response.headers().contains_key("access-control-allow-origin"), allowed, "{path} {origin}");
            assert!(response.headers()["vary"].to_str().unwrap().contains("Origin"));
        }
        for path in ["/sign-in", "/authorize", "/account"] {
            let response =
                reqwest::Client::new().get(format!("{}{path}", app.issuer)).header("origin", "https://spa.test").send().await.unwrap();
            assert!(!response.headers().contains_key("access-control-allow-origin"), "{path}");
        }
    });
}

on_each_database!(signing_out_ends_tokens_cookies_and_the_session, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let (here, there) = (app.browser(), app.browser());
    delivered(&here).await;
    delivered(&there).await;
    let got = call(&app, "/session/end", &here.cookie_header(), &SPA, "{\"everywhere\":false}").await;
    assert_eq!(got.status, 204);
    let cleared: Vec<_> = got.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
    for name in [COOKIE, "__Host-hk-session"] {
        assert!(cleared.iter().any(|text| text.starts_with(&format!("{name}=;")) && text.contains("Max-Age=0")), "{cleared:?}");
    }
    assert_eq!(call(&app, "/session/token", &here.cookie_header(), &SPA, "").await.body["error"], "invalid_grant");
    assert_eq!(here.get("/account").await.url.path(), "/sign-in");
    let got = call(&app, "/session/token", &there.cookie_header(), &SPA, "").await;
    assert_eq!(got.status, 200, "the other browser is untouched");
    let of_there = got.new_cookie().unwrap();
    let again = app.browser();
    delivered(&again).await;
    call(&app, "/session/end", &again.cookie_header(), &SPA, "{\"everywhere\":true}").await;
    assert_eq!(there.get("/account").await.url.path(), "/sign-in");
    assert_eq!(call(&app, "/session/token", &of_there, &SPA, "").await.status, 400);
});

#[test]
fn a_second_person_at_the_browser_does_not_get_the_first_ones_tokens() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let noor = person(&app, "noor@okafor.example").await;
        let browser = app.browser();
        delivered(&browser).await;
        let of_maya = browser.cookie_header();
        let view = browser.get(&format!("{START}&prompt=login")).await.follow("Not you?").await;
        let to = browser.sign_in_from(view, "noor@okafor.example", PASSWORD).await.refresh().unwrap();
        assert_eq!(claims(&parameter(&to, "access_token").unwrap())["sub"], noor.to_string());
        let got = call(&app, "/session/token", &browser.cookie_header(), &SPA, "").await;
        assert_eq!(claims(got.body["access_token"].as_str().unwrap())["sub"], noor.to_string());
        assert_eq!(call(&app, "/session/token", &of_maya, &SPA, "").await.status, 400, "the first left with her session");
    });
}

#[test]
fn a_start_that_is_wrong_shows_a_page() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        for path in [
            "/sign-in?client_id=nobody&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s",
            "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fevil.test%2F&state=s",
            "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test&state=s",
            "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F",
            "/sign-in?client_id=spa-token&state=s",
            "/sign-in?client_id=spa&redirect_uri=https%3A%2F%2Fapp.test%2Fcallback&state=s",
            "/sign-in?client_id=spa-token&client_id=spa&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s",
        ] {
            let view = app.browser().get(path).await;
            assert_eq!((view.status, view.left_for.as_deref(), view.refresh()), (400, None, None), "{path}");
        }
        // And the other way round: a token client does not get codes.
        let view = app
            .browser()
            .get("/authorize?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F&response_type=code&scope=openid")
            .await;
        assert_eq!(parameter(&view.left_for.unwrap(), "error").as_deref(), Some("unauthorized_client"));
    });
}

/// How many browsers are signed in.
async fn sessions(app: &TestApp) -> i64 {
    use sea_orm::ConnectionTrait;
    let statement = sea_orm::Statement::from_string(app.app.db.backend(), "SELECT COUNT(*) AS n FROM sessions".to_owned());
    app.app.db.read().query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}
