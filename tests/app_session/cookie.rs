//! Code delivery with the refresh token in a cookie; and looking whether a session still lives.

use reqwest::Response;
use serde_json::Value;

use super::{SPA, call, delivered};
use crate::on_each_database;
use crate::support::relying_party::{CALLBACK, VERIFIER, code_in, parameter};
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, peer, person};

const COOKIE: &str = "__Host-hk-refresh-spa-cookie";
const OURS: [(&str, &str); 2] = [("origin", "https://app.test"), ("x-housekey-client", "spa-cookie")];

/// The app's page redeems its code.
async fn redeem(app: &TestApp, code: &str, origin: Option<&str>) -> Response {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "spa-cookie"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let request = reqwest::Client::new().post(format!("{}/token", app.issuer)).form(&form);
    let request = match origin {
        Some(origin) => request.header("origin", origin),
        None => request,
    };
    request.send().await.unwrap()
}

async fn code(app: &TestApp, browser: &Browser) -> String {
    let page = browser.get(&RelyingParty::new(app, "spa-cookie").authorize_path("")).await;
    match page.refresh() {
        Some(_) => code_in(&page),
        None => code_in(&browser.sign_in_from(page, "maya@okafor.example", PASSWORD).await),
    }
}

fn cookie_of(response: &Response) -> Option<String> {
    let set = response.headers().get("set-cookie")?.to_str().unwrap();
    for wanted in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(wanted), "{set}");
    }
    set.starts_with(COOKIE).then(|| set.split(';').next().unwrap().to_owned())
}

on_each_database!(a_code_brings_tokens_and_the_refresh_token_stays_where_no_script_reads_it, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let code = code(&app, &app.browser()).await;
    // Whoever is not a page of a registered origin gets nothing, and the code stays good.
    for wrong in [None, Some("null"), Some("https://evil.test"), Some("https://app.test.evil.test")] {
        let refused = redeem(&app, &code, wrong).await;
        assert_eq!((refused.status().as_u16(), cookie_of(&refused)), (403, None), "{wrong:?}");
    }
    // A browser asks before it sends the header that names the app.
    let preflight = reqwest::Client::new().request(reqwest::Method::OPTIONS, format!("{}/token", app.issuer));
    let preflight = preflight.header("origin", "https://app.test").header("access-control-request-method", "POST").send().await.unwrap();
    assert_eq!(preflight.headers()["access-control-allow-credentials"], "true");
    assert!(preflight.headers()["access-control-allow-headers"].to_str().unwrap().contains("X-Housekey-Client"));
    let response = redeem(&app, &code, Some("https://app.test")).await;
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.test");
    assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    let cookie = cookie_of(&response).unwrap();
    let body: Value = response.json().await.unwrap();
    assert!(body["access_token"].is_string() && body["id_token"].is_string() && body["refresh_token"].is_null(), "{body}");
    // The cookie gives fresh tokens at its own endpoint, and its value is worth nothing at the other.
    let got = call(&app, "/session/token", &cookie, &OURS, "").await;
    assert_eq!(got.status, 200, "{}", got.body);
    let value = cookie.split_once('=').unwrap().1;
    let stolen = RelyingParty::new(&app, "spa-cookie").refresh(value).await;
    assert_eq!(stolen.error(), "invalid_grant");
    // Another client's page cannot use it.
    let other = call(&app, "/session/token", &cookie, &SPA, "").await;
    assert_eq!(other.status, 400);
});

/// `GET /session/status` with these cookies: status, `ETag`, body.
async fn status(app: &TestApp, cookies: &str, known: Option<&str>) -> (u16, String, Value) {
    let request = reqwest::Client::new().get(format!("{}/session/status", app.issuer)).header("cookie", cookies);
    let mut request = request.header(SPA[0].0, SPA[0].1).header(SPA[1].0, SPA[1].1);
    if let Some(known) = known {
        request = request.header("if-none-match", known);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "private, no-cache");
    assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    (response.status().as_u16(), tag, response.json().await.unwrap_or_default())
}

on_each_database!(a_page_sees_whether_its_session_lives_and_nothing_is_sent_while_it_does, |app: TestApp| async move {
    person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    assert_eq!(status(&app, "", None).await.2["status"], "signed-out");
    delivered(&browser).await;
    let before = browser.cookie_header();
    let (code, tag, body) = status(&app, &before, None).await;
    assert_eq!((code, &body["status"]), (200, &"signed-in".into()));
    assert!(body["sid"].as_str().unwrap().starts_with("ses_"));
    assert_eq!(status(&app, &before, Some(&tag)).await, (304, tag.clone(), Value::Null));
    // Another tab makes the token new: still the same session, for the old cookie as well.
    let refreshed = call(&app, "/session/token", &before, &SPA, "").await;
    let after = refreshed.new_cookie().unwrap();
    for cookies in [before.as_str(), after.as_str()] {
        assert_eq!(status(&app, cookies, Some(&tag)).await.0, 304);
    }
    call(&app, "/session/end", &browser.cookie_header(), &SPA, "").await;
    let (code, now, body) = status(&app, &after, Some(&tag)).await;
    assert_eq!((code, &body["status"]), (200, &"signed-out".into()));
    assert_eq!(status(&app, &after, Some(&now)).await.0, 304);
});

#[test]
fn a_cookie_that_crosses_sites_is_set_and_taken_away_with_the_same_attributes() {
    peer::run(async {
        let app = TestApp::with(
            On::Sqlite,
            "[clients.far]\nkind = \"spa\"\nfirst_party = true\nredirect_uris = [\"https://far.test/callback\"]\ndelivery = \"token\"\nsame_site = \"none\"",
        )
        .await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let answer = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let there = format!("{}/sign-in?client_id=far&redirect_uri=https%3A%2F%2Ffar.test%2Fcallback&state=s", app.issuer);
        let mut next = there;
        let set = loop {
            let got = answer.get(&next).header("cookie", browser.cookie_header()).send().await.unwrap();
            if let Some(set) = got.headers().get_all("set-cookie").iter().find(|set| set.to_str().unwrap().contains("hk-refresh-far")) {
                break set.to_str().unwrap().to_owned();
            }
            let to = got.headers()["location"].to_str().unwrap();
            next = if to.starts_with('/') { format!("{}{to}", app.issuer) } else { to.to_owned() };
        };
        assert!(set.contains("SameSite=None") && set.contains("Secure") && set.contains("HttpOnly"), "{set}");
        let end = reqwest::Client::new().post(format!("{}/session/end", app.issuer));
        let end =
            end.header("cookie", set.split(';').next().unwrap()).header("origin", "https://far.test").header("x-housekey-client", "far");
        let gone = end.send().await.unwrap();
        let gone = gone.headers().get_all("set-cookie").iter().find(|set| set.to_str().unwrap().contains("hk-refresh-far")).unwrap();
        assert!(gone.to_str().unwrap().contains("SameSite=None") && gone.to_str().unwrap().contains("Max-Age=0"), "{gone:?}");
    });
}

#[test]
fn a_refresh_cookie_is_for_first_party_pages() {
    peer::run(async {
        let toml =
            |more: &str| format!("[clients.x]\nkind = \"spa\"\nredirect_uris = [\"https://x.test/cb\"]\nrefresh = \"cookie\"\n{more}");
        let load = |toml: String| {
            let env = housekey::config::Environment::default();
            let file = Some(("housekey.toml".into(), toml));
            let mode = housekey::config::Mode::Development;
            housekey::config::load_text(mode, file, &env, &housekey::random::Random::seeded(1), housekey::upstream::judge).map(|_| ())
        };
        let folder = tempfile::tempdir().unwrap();
        let head = format!("data_dir = \"{}\"\n", folder.path().display());
        assert!(load(format!("{head}{}", toml("first_party = true\n"))).is_ok());
        let problems = load(format!("{head}{}", toml(""))).unwrap_err().to_string();
        assert!(problems.contains("a refresh cookie is for your own single-page apps"), "{problems}");
        let without = toml("same_site = \"none\"\n").replace("refresh = \"cookie\"\n", "");
        let problems = load(format!("{head}{without}")).unwrap_err().to_string();
        assert!(problems.contains("this client has no refresh cookie"), "{problems}");
        let app = TestApp::start(On::Sqlite).await;
        let view = app.browser().get("/sign-in?client_id=spa-cookie&redirect_uri=https://app.test/callback&state=1").await;
        assert_eq!(view.status, 400, "it comes back with a code, not with a token");
    });
}

/// A sign-in that came to nothing at a provider is news for the app as well.
#[test]
fn an_app_hears_of_a_sign_in_that_came_to_nothing() {
    peer::run(async {
        let provider = crate::support::Provider::start();
        let app = TestApp::with(On::Sqlite, &provider.toml("u1", "")).await;
        for start in [
            "/sign-in?client_id=spa-token&redirect_uri=https%3A%2F%2Fspa.test%2F&state=s1",
            &RelyingParty::new(&app, "web").authorize_path(""),
        ] {
            let browser = app.browser();
            let away = browser.get(start).await.follow("Continue with u1").await.left_for.unwrap();
            let state = parameter(&away, "state").unwrap();
            let view = browser.get(&format!("/oauth/u1/callback?error=access_denied&state={state}")).await;
            let back = view.follow("Go back to").await.refresh().unwrap();
            assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"), "{back}");
            assert_eq!(parameter(&back, "state").as_deref(), Some("s1"), "{back}");
        }
    });
}
