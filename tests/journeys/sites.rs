//! An app on another site than the server: what a real browser does with its refresh cookie.

use std::net::TcpListener;

use serde_json::json;

use crate::support::chromium::Chromium;
use crate::support::development::{EMAIL, develop_at, free_port, sign_in, sign_up};
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
        spa::serve(listener, &development.issuer, &clients);
        // A browser that lets them, and one that does not: the choice is the person's, and defaults differ.
        let browser = Chromium::open_with(json!({ "profile": { "cookie_controls_mode": 0, "block_third_party_cookies": false } })).await;
        let strict = Chromium::open_with(json!({ "profile": { "cookie_controls_mode": 1, "block_third_party_cookies": true } })).await;
        browser.driver.goto(&app).await.unwrap();
        begin(&browser, "none").await;
        sign_up(&browser, &development).await;
        browser.wait_for("#none", |text| text == format!("signed-in {EMAIL}")).await;
        // A reload has nothing but the cookie.
        browser.driver.refresh().await.unwrap();
        browser.wait_for("#none", |text| text == format!("signed-in {EMAIL}")).await;
        let script = "const done = arguments[arguments.length - 1]; auths.none.getAccessToken().then(done, (why) => done(String(why)))";
        let token = browser.driver.execute_async(script, vec![]).await.unwrap().json().clone();
        assert!(token.as_str().unwrap().starts_with("eyJ"), "{token}");
        // Without the operator's word no browser sends the cookie, and with it not every one: the app hears why that cannot work.
        begin(&browser, "lax").await;
        is_told_that_there_is_no_cookie(&browser, "lax").await;
        strict.driver.goto(&app).await.unwrap();
        begin(&strict, "none").await;
        sign_in(&strict).await;
        is_told_that_there_is_no_cookie(&strict, "none").await;
        browser.close().await;
        strict.close().await;
    });
}

async fn begin(browser: &Chromium, client: &str) {
    browser.wait_for(&format!("#{client}"), |text| text.contains("signed-out")).await;
    browser.driver.execute(&format!("auths.{client}.signIn({{ returnTo: '/' }})"), vec![]).await.unwrap();
}

async fn is_told_that_there_is_no_cookie(browser: &Chromium, client: &str) {
    browser.wait_for(&format!("#{client}"), |text| text.contains("signed-out")).await;
    let told = browser.driver.execute(&format!("return told.{client}"), vec![]).await.unwrap().json().clone();
    assert_eq!(told, json!(["signed-out", "no_cookie"]));
}
