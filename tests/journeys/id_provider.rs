//! People who come from a provider that others wrote: their pages, their tokens, their reading of the standards.

use super::says;
use crate::support::chromium::Chromium;
use crate::support::idp::IdProvider;
use crate::support::peer::{self, Peer};
use crate::support::{On, PASSWORD, TestApp, person};

const BUTTON: &str = "a[href*='/oauth/idp']";

/// A provider, a server that people come to from there, and a browser.
async fn scene(more: &str) -> (IdProvider, TestApp, Chromium) {
    let mut provider = IdProvider::new();
    let app = TestApp::with(On::Sqlite, &provider.toml("idp", more)).await;
    provider.start(&format!("{}/oauth/idp/callback", app.issuer));
    (provider, app, Chromium::open().await)
}

async fn goto(browser: &Chromium, app: &TestApp, path: &str) {
    browser.driver.goto(format!("{}{path}", app.issuer)).await.unwrap();
}

/// Says at the provider who it is, and that we may know.
async fn be(browser: &Chromium, login: &str) {
    browser.fill("[name=login]", login).await;
    browser.fill("[name=password]", "anything").await;
    browser.click("button.login-submit").await;
    browser.find("[name=prompt][value=consent] ~ button").await.click().await.unwrap();
}

/// The provider has forgotten who sits at this browser. To be called while a page of its own is open.
async fn is_forgotten_there(browser: &Chromium, provider: &IdProvider) {
    browser.driver.goto(format!("{}/nothing", provider.issuer)).await.unwrap();
    for cookie in ["_session", "_session.sig", "_session.legacy", "_session.legacy.sig"] {
        browser.driver.delete_cookie(cookie).await.unwrap();
    }
}

async fn is_account_of(browser: &Chromium, app: &TestApp, address: &str) {
    browser.wait_for(".rail", |text| text.contains(address)).await;
    assert_eq!(browser.driver.current_url().await.unwrap().as_str(), format!("{}/account", app.issuer));
}

async fn sign_out(browser: &Chromium, app: &TestApp) {
    goto(browser, app, "/sign-out").await;
    browser.click("form[action$='/sign-out'] button").await;
    says(browser, "You’re signed out").await;
}

/// With address and password, wherever a sign-in page is open.
async fn sign_in_here(browser: &Chromium, address: &str) {
    browser.fill("#email", address).await;
    browser.click("main button[type=submit]").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main button[type=submit]").await;
}

fn is_here(test: &str) -> bool {
    peer::require(Peer::IdProvider, test) && peer::require(Peer::Chromium, test)
}

#[test]
fn a_provider_that_others_wrote_signs_people_up_and_in() {
    if !is_here("a_provider_that_others_wrote_signs_people_up_and_in") {
        return;
    }
    peer::run(async {
        let (mut provider, app, browser) = scene("trust_email = true").await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        be(&browser, "ada").await;
        is_account_of(&browser, &app, "ada@example.com").await;
        assert_eq!(browser.find("#name").await.prop("value").await.unwrap().as_deref(), Some("Ada"));
        // Signed in there and allowed before: one click, no page.
        sign_out(&browser, &app).await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        is_account_of(&browser, &app, "ada@example.com").await;
        // Its word counts, and it is not sure of this one.
        sign_out(&browser, &app).await;
        is_forgotten_there(&browser, &provider).await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        be(&browser, "ben").await;
        says(&browser, "One more step").await;
        // Cancelled on its page.
        is_forgotten_there(&browser, &provider).await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        browser.click(".login-help a").await;
        says(&browser, "idp didn’t finish signing you in").await;
        browser.wait_for("main", |text| text.contains("access_denied: End-User aborted interaction")).await;
        browser.click("a[href*='/sign-in?flow=']").await;
        says(&browser, "Welcome back").await;
        // Gone. We have asked it not long ago where to send people; later we ask again.
        provider.stop();
        app.travel(std::time::Duration::from_secs(3601));
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        says(&browser, "idp isn’t answering").await;
        // What the provider's pages lacked is not for us to mend.
        browser.complaints().await;
        browser.looks_right("error-provider-down").await;
        browser.click("a[href*='/sign-in?flow=']").await;
        says(&browser, "Welcome back").await;
        browser.close().await;
    });
}

#[test]
fn an_account_gets_a_provider_that_others_wrote_and_loses_it() {
    if !is_here("an_account_gets_a_provider_that_others_wrote_and_loses_it") {
        return;
    }
    peer::run(async {
        let (_provider, app, browser) = scene("").await;
        person(&app, "maya@okafor.example").await;
        person(&app, "noor@okafor.example").await;
        goto(&browser, &app, "/account/connections").await;
        sign_in_here(&browser, "maya@okafor.example").await;
        browser.wait_for("main", |text| text.contains("Not connected")).await;
        browser.click("button[name=connect]").await;
        be(&browser, "ada").await;
        browser.wait_for("main", |text| text.contains("ada@example.com\nConnected 20")).await;
        sign_out(&browser, &app).await;
        // It is maya's now, not noor's, who sits at the same browser.
        goto(&browser, &app, "/account/connections").await;
        sign_in_here(&browser, "noor@okafor.example").await;
        browser.click("button[name=connect]").await;
        says(&browser, "This idp account is in use").await;
        browser.click("a[href$='/account/connections']").await;
        browser.wait_for("main", |text| text.contains("Not connected")).await;
        sign_out(&browser, &app).await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        is_account_of(&browser, &app, "maya@okafor.example").await;
        // Disconnected, it opens nothing.
        goto(&browser, &app, "/account/connections").await;
        browser.click("button[name=disconnect]").await;
        browser.wait_for("main", |text| text.contains("Not connected")).await;
        sign_out(&browser, &app).await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        says(&browser, "One more step").await;
        // Until somebody proves which account is theirs.
        browser.click("a[href*='/sign-in?flow=']").await;
        sign_in_here(&browser, "maya@okafor.example").await;
        says(&browser, "Connect idp?").await;
        browser.click("button[name=connect]").await;
        is_account_of(&browser, &app, "maya@okafor.example").await;
        sign_out(&browser, &app).await;
        goto(&browser, &app, "/sign-in").await;
        browser.click(BUTTON).await;
        is_account_of(&browser, &app, "maya@okafor.example").await;
        browser.close().await;
    });
}
