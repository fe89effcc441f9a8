//! An app on another site than the server: what a real browser does with its refresh cookie.

use std::net::TcpListener;

use serde_json::json;

use crate::support::chromium::Chromium;
use crate::support::development::{EMAIL, develop_at, free_port, sign_up};
use crate::support::peer::{self, Peer};
use crate::support::spa;

#[test]
fn a_refresh_cookie_crosses_sites_only_where_the_operator_says_so() {
    let name = "a_refresh_cookie_crosses_sites_only_where_the_operator_says_so";
    if !peer::require(Peer::Chromium, name) || !peer::require(Peer::Sdk, name) {
        return;
    }
    peer::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // For browsers, an address and a name are two sites.
        let app = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let client = |name: &str| {
            format!(
                "[clients.{name}]\nkind = \"spa\"\nfirst_party = true\ndelivery = \"token\"\nsame_site = \"{name}\"\nredirect_uris = [\"{app}/arrived/{name}\"]\n"
            )
        };
        let development = develop_at(free_port(), &format!("{}{}", client("none"), client("lax")), &[]).await;
        let clients = json!([{ "name": "none", "delivery": "token" }, { "name": "lax", "delivery": "token" }]);
        spa::serve(listener, &development.issuer, clients);
        let browser = Chromium::open().await;
        let run = async |script: &str| browser.driver.execute(script, vec![]).await.unwrap().json().clone();
        browser.driver.goto(&app).await.unwrap();
        browser.wait_for("#none", |text| text.contains("signed-out")).await;
        run("auths.none.signIn({ returnTo: '/' })").await;
        sign_up(&browser, &development).await;
        browser.wait_for("#none", |text| text == format!("signed-in {EMAIL}")).await;
        // A reload has nothing but the cookie.
        browser.driver.refresh().await.unwrap();
        browser.wait_for("#none", |text| text == format!("signed-in {EMAIL}")).await;
        let script = "const done = arguments[arguments.length - 1]; auths.none.getAccessToken().then(done, (why) => done(String(why)))";
        let token = browser.driver.execute_async(script, vec![]).await.unwrap().json().clone();
        assert!(token.as_str().unwrap().starts_with("eyJ"), "{token}");
        // Without the operator's word the browser keeps the cookie to itself, and the app is told why that cannot work.
        run("auths.lax.signIn({ returnTo: '/' })").await;
        browser.wait_for("#lax", |text| text.contains("signed-out")).await;
        assert_eq!(run("return told.lax").await, json!(["signed-out", "no_cookie"]));
        browser.close().await;
    });
}
