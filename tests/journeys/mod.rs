//! Whole stories in a real browser: the demo app, both ways back, on our real pages.

mod account;
mod device;
mod form_post;
mod id_provider;
mod passkey;
mod sites;
mod tabs;
mod upstream;
mod without_scripts;

use std::time::Duration;

use crate::support::chromium::Chromium;
use crate::support::development::{Development, EMAIL, carried, carried_to, develop, sign_in, sign_up};
use crate::support::peer::{self, Peer};
use crate::support::{On, TestApp};

/// Signed in: the claims are ours, the API agrees, and a refresh brings another token.
async fn is_signed_in(browser: &Chromium, development: &Development) {
    is_told_of(browser, development, EMAIL).await;
    browser.click("#call-api").await;
    browser.wait_for("#api-answer", |text| text.contains("usr_")).await;
    let before = browser.text("#token-id").await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    browser.click("#refresh").await;
    browser.wait_for("#token-id", |text| text != before).await;
    let stored = browser.driver.execute("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage)", vec![]).await.unwrap();
    let stored = stored.json().to_string();
    assert!(!stored.contains("eyJ") && !stored.contains("hkr_"), "no token is stored: {stored}");
}

/// The app has heard from us who it is.
async fn is_told_of(browser: &Chromium, development: &Development, address: &str) {
    browser.find("#signed-in").await;
    let url = browser.driver.current_url().await.unwrap();
    assert_eq!((url.fragment(), url.query()), (None, None), "nothing stays in the address bar");
    browser.wait_for("#claims", |text| text.contains(address) && text.contains(&development.issuer)).await;
}

#[test]
fn a_person_creates_an_account_and_uses_the_demo_app_both_ways() {
    if !peer::require(Peer::Chromium, "a_person_creates_an_account_and_uses_the_demo_app_both_ways") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        let browser = Chromium::open().await;
        // A token in the fragment and a cookie.
        browser.driver.goto(&development.demo).await.unwrap();
        browser.click("#sign-in-token").await;
        sign_up(&browser, &development).await;
        is_signed_in(&browser, &development).await;
        // A reload keeps the person: the cookie gives new tokens.
        browser.driver.refresh().await.unwrap();
        is_signed_in(&browser, &development).await;
        // A second tab too, while the first is open.
        let first = browser.driver.window().await.unwrap();
        let second = browser.driver.new_tab().await.unwrap();
        browser.driver.switch_to_window(second).await.unwrap();
        browser.driver.goto(&development.demo).await.unwrap();
        is_signed_in(&browser, &development).await;
        browser.driver.close_window().await.unwrap();
        browser.driver.switch_to_window(first).await.unwrap();
        browser.click("#sign-out").await;
        browser.find("#sign-in-token").await;
        browser.driver.refresh().await.unwrap();
        browser.find("#sign-in-token").await;
        // The same app with code and PKCE.
        browser.driver.goto(&development.demo).await.unwrap();
        browser.click("#sign-in-code").await;
        sign_in(&browser).await;
        is_signed_in(&browser, &development).await;
        browser.click("#sign-out").await;
        browser.find("#sign-in-code").await;
        browser.close().await;
    });
}

#[test]
fn an_app_that_a_developer_writes_needs_no_registration_on_their_machine_and_nowhere_else() {
    peer::run(async {
        let development = develop().await;
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let ask = async |issuer: &str, redirect_uri: &str| {
            let query = "response_type=code&client_id=dev&scope=openid&code_challenge_method=S256";
            let challenge = crate::support::relying_party::CHALLENGE;
            let url = format!("{issuer}/authorize?{query}&code_challenge={challenge}&redirect_uri={redirect_uri}");
            http.get(url).send().await.unwrap().status().as_u16()
        };
        for app in ["http://localhost:5173/callback", "http://localhost:1/", "http://127.0.0.1:3000/auth/callback/housekey"] {
            assert_eq!(ask(&development.issuer, app).await, 303, "{app}");
        }
        for stranger in ["https://evil.example/callback", "http://localhost.evil.example:5173/callback", "com.evil.app:/callback"] {
            assert_eq!(ask(&development.issuer, stranger).await, 400, "{stranger}");
        }
        for (origin, may) in [("http://localhost:5173", true), ("https://evil.example", false), ("null", false)] {
            let preflight = http.request(reqwest::Method::OPTIONS, format!("{}/token", development.issuer)).header("origin", origin);
            let answer = preflight.header("access-control-request-method", "POST").send().await.unwrap();
            assert_eq!(answer.headers().contains_key("access-control-allow-origin"), may, "{origin}");
        }
        // A server that is not a developer's knows no such client.
        let app = TestApp::start(On::Sqlite).await;
        assert_eq!(ask(&app.issuer, "http://localhost:5173/callback").await, 400);
        let preflight = http.request(reqwest::Method::OPTIONS, format!("{}/token", app.issuer)).header("origin", "http://localhost:5173");
        assert!(!preflight.send().await.unwrap().headers().contains_key("access-control-allow-origin"));
    });
}

#[test]
fn the_pages_fit_a_phone_and_say_nothing_in_the_console() {
    if !peer::require(Peer::Chromium, "the_pages_fit_a_phone_and_say_nothing_in_the_console") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        let browser = Chromium::open().await;
        browser.driver.execute("console.error('can you hear me?')", vec![]).await.unwrap();
        assert_eq!(browser.complaints().await.len(), 1, "somebody listens to the console");
        for path in ["/sign-in", "/sign-up", "/signed-out", "/nothing", "/authorize?client_id=demo-cod", "/dev/inbox"] {
            browser.driver.goto(format!("{}{path}", development.issuer)).await.unwrap();
            browser.find("h1").await;
            browser.looks_right(&path.trim_matches('/').replace(['/', '?', '='], "-")).await;
        }
        browser.close().await;
    });
}

/// From the demo app as far as the page that waits for a letter.
async fn ask_by_mail(browser: &Chromium, development: &Development) {
    browser.driver.goto(&development.demo).await.unwrap();
    browser.click("#sign-in-token").await;
    browser.fill("#email", EMAIL).await;
    browser.click("main button[type=submit]").await;
    browser.click("form[action$='/sign-in/email'] button[type=submit]").await;
    browser.find("#code").await;
}

async fn says(browser: &Chromium, words: &str) {
    browser.wait_for("h1", |text| text.contains(words)).await;
}

#[test]
fn letters_survive_scanners_phones_and_second_tabs() {
    if !peer::require(Peer::Chromium, "letters_survive_scanners_phones_and_second_tabs") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        let (browser, phone) = (Chromium::open().await, Chromium::open().await);
        // A stranger, by mail. A scanner that runs scripts opens the link first, in a browser of its own.
        ask_by_mail(&browser, &development).await;
        let link = carried(&development, "link").await;
        phone.driver.goto(&link).await.unwrap();
        says(&phone, "Is this you?").await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        says(&phone, "Is this you?").await;
        // In the browser that asked, the page behind the link goes on by itself, to the app.
        browser.driver.goto(&link).await.unwrap();
        is_signed_in(&browser, &development).await;
        // The same link again.
        browser.driver.goto(&link).await.unwrap();
        says(&browser, "This link has been used").await;
        // And cut in half.
        browser.driver.goto(&link[..link.len() - 8]).await.unwrap();
        says(&browser, "There’s no page here").await;
        browser.driver.goto(&development.demo).await.unwrap();
        browser.click("#sign-out").await;
        browser.find("#sign-in-token").await;
        // By code.
        ask_by_mail(&browser, &development).await;
        browser.fill("#code", &carried(&development, "code").await).await;
        browser.click("form[action$='/sign-in/check'] button[type=submit]").await;
        is_signed_in(&browser, &development).await;
        browser.click("#sign-out").await;
        browser.find("#sign-in-token").await;
        // On a phone: the person is asked, the phone ends at the app, and the desk stays where it was.
        ask_by_mail(&browser, &development).await;
        phone.driver.goto(carried(&development, "link").await).await.unwrap();
        says(&phone, "Is this you?").await;
        phone.click(".btn-primary").await;
        phone.find("#signed-in, #sign-in-token").await;
        assert!(phone.driver.current_url().await.unwrap().as_str().starts_with(&development.demo), "the phone ends at the app");
        phone.driver.goto(format!("{}/account", development.issuer)).await.unwrap();
        phone.wait_for("main", |text| text.contains(EMAIL)).await;
        // Two tabs: the one that waits notices that the other one has finished.
        ask_by_mail(&browser, &development).await;
        let waiting = browser.driver.window().await.unwrap();
        let link = carried(&development, "link").await;
        let second = browser.driver.new_tab().await.unwrap();
        browser.driver.switch_to_window(second).await.unwrap();
        browser.driver.goto(&link).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        browser.driver.close_window().await.unwrap();
        browser.driver.switch_to_window(waiting).await.unwrap();
        says(&browser, "You’re signed in").await;
        browser.close().await;
        phone.close().await;
    });
}
