//! Every route, asked by a page of somebody else (`security.md` A-35): read from the list of routes itself, so that a new one
//! is in this test before anybody thinks of it.

use crate::support::{On, PASSWORD, TestApp, peer, person};

/// Paths of the list, with something in the place of what varies.
fn paths() -> Vec<String> {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/routes.rs")).unwrap();
    let all = source.split("resource(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut paths: Vec<_> = all
        .filter(|path| path.starts_with('/') && !path.contains("/dev/"))
        .map(|path| path.replace("{provider}", "google").replace("{link}", "x").replace("{name:.*}", "css/app.css"))
        .collect();
    paths.extend(["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"].map(str::to_owned));
    paths
}

#[test]
fn no_page_of_somebody_else_reads_or_changes_anything_with_our_cookies() {
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        person(&app, "maya@okafor.example").await;
        let browser = app.browser();
        browser.sign_in("maya@okafor.example", PASSWORD).await;
        let cookies = browser.cookie_header();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let paths = paths();
        assert!(paths.len() > 35, "{paths:?}");
        let count = async || super::sessions(&app).await;
        let before = count().await;
        for path in &paths {
            for (method, origin) in [
                ("GET", "https://evil.test"),
                ("POST", "https://evil.test"),
                ("POST", "null"),
                ("OPTIONS", "https://evil.test"),
                ("PUT", "https://evil.test"),
                ("DELETE", "https://evil.test"),
            ] {
                let request = client
                    .request(method.parse().unwrap(), format!("{}{path}", app.issuer))
                    .header("cookie", &cookies)
                    .header("origin", origin)
                    .header("sec-fetch-site", "cross-site")
                    .header("access-control-request-method", "POST")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body("all=on&everywhere=true");
                let response = request.send().await.unwrap();
                let allowed = response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned());
                let is_public = path.starts_with("/.well-known/") || path.starts_with("/assets/");
                assert!(allowed.is_none() || is_public && allowed.as_deref() == Some("*"), "{method} {path} from {origin}: {allowed:?}");
                assert!(response.headers().get("access-control-allow-credentials").is_none(), "{method} {path} from {origin}");
                assert_ne!(response.status().as_u16(), 500, "{method} {path}");
                if matches!(method, "PUT" | "DELETE") {
                    assert_eq!(response.status().as_u16(), 405, "{method} {path}");
                }
            }
        }
        assert_eq!(count().await, before, "nobody was signed out, and nobody signed in");
        assert_eq!(browser.get("/account").await.url.path(), "/account");
    });
}
