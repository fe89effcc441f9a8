//! Passkeys in a real browser, whose authenticator is a virtual one (WebAuthn §11): made, found by itself, asked for by a button, lost.

use serde_json::json;

use crate::support::chromium::Chromium;
use crate::support::development::{Development, EMAIL, PASSWORD, develop};
use crate::support::peer::{self, Peer};
use crate::two_step::Phone;

/// The browser's authenticator. It answers by itself, or waits for ever: a person who does not look.
pub async fn with_authenticator(browser: &Chromium) -> String {
    browser.devtools("WebAuthn.enable", json!({})).await;
    let options = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    });
    let made = browser.devtools("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await;
    made["authenticatorId"].as_str().unwrap().to_owned()
}

async fn looks(browser: &Chromium, authenticator: &str, at_it: bool) {
    browser.devtools("WebAuthn.setAutomaticPresenceSimulation", json!({ "authenticatorId": authenticator, "enabled": at_it })).await;
}

async fn sign_in_by_password(browser: &Chromium, development: &Development) {
    browser.driver.goto(format!("{}/sign-in", development.issuer)).await.unwrap();
    browser.fill("#email", EMAIL).await;
    browser.click("main form:not([data-passkey]) button[type=submit]").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main button[type=submit]").await;
}

async fn sign_out(browser: &Chromium, development: &Development) {
    browser.driver.goto(format!("{}/sign-out", development.issuer)).await.unwrap();
    browser.click("main button[type=submit]").await;
    browser.wait_for("h1", |text| text == "You’re signed out").await;
}

async fn is_in(browser: &Chromium) {
    browser.wait_for("body", |text| text.contains(EMAIL) && text.contains("What apps see")).await;
}

#[test]
fn a_person_makes_a_passkey_and_comes_in_by_autofill_and_by_the_button() {
    if !peer::require(Peer::Chromium, "a_person_makes_a_passkey_and_comes_in_by_autofill_and_by_the_button") {
        return;
    }
    peer::run(async {
        let development = develop().await.with_maya();
        let browser = Chromium::open().await;
        let authenticator = with_authenticator(&browser).await;
        // A page that finds no passkey waits, and is in nobody's way.
        sign_in_by_password(&browser, &development).await;
        is_in(&browser).await;
        browser.driver.goto(format!("{}/account/security", development.issuer)).await.unwrap();
        browser.find("[data-passkey=create] button").await;
        browser.looks_right("account-security").await;
        browser.click("[data-passkey=create] button").await;
        browser.wait_for("main", |text| text.contains("Added ") && text.contains("Remove")).await;
        browser.looks_right("account-security-passkey").await;
        // By autofill: the field offers it, and the person takes it.
        sign_out(&browser, &development).await;
        browser.driver.goto(format!("{}/sign-in", development.issuer)).await.unwrap();
        is_in(&browser).await;
        // By the button, after having looked away: the page says so, and asks again.
        sign_out(&browser, &development).await;
        browser.devtools("WebAuthn.setUserVerified", json!({ "authenticatorId": authenticator, "isUserVerified": false })).await;
        looks(&browser, &authenticator, false).await;
        browser.driver.goto(format!("{}/sign-in", development.issuer)).await.unwrap();
        browser.find("[data-passkey=get] button").await;
        browser.looks_right("sign-in-passkey").await;
        browser.devtools("WebAuthn.setUserVerified", json!({ "authenticatorId": authenticator, "isUserVerified": true })).await;
        looks(&browser, &authenticator, true).await;
        browser.click("[data-passkey=get] button").await;
        is_in(&browser).await;
        // One that is removed here is removed there as well: the browser has heard of it, and offers it no more.
        let kept = async || browser.devtools("WebAuthn.getCredentials", json!({ "authenticatorId": authenticator })).await;
        assert_eq!(kept().await["credentials"].as_array().unwrap().len(), 1);
        browser.driver.goto(format!("{}/account/security", development.issuer)).await.unwrap();
        browser.click("form[action$='/passkeys/remove'] button").await;
        browser.wait_for("#passkeys", |text| !text.is_empty() && !text.contains("Remove")).await;
        let began = std::time::Instant::now();
        while !kept().await["credentials"].as_array().unwrap().is_empty() {
            assert!(began.elapsed() < std::time::Duration::from_secs(10), "the browser has not heard of it");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        browser.close().await;
    });
}

#[test]
fn a_person_turns_on_two_steps_and_comes_in_with_a_recovery_code_when_the_phone_is_lost() {
    if !peer::require(Peer::Chromium, "a_person_turns_on_two_steps_and_comes_in_with_a_recovery_code_when_the_phone_is_lost") {
        return;
    }
    peer::run(async {
        let development = develop().await.with_maya();
        let browser = Chromium::open().await;
        sign_in_by_password(&browser, &development).await;
        is_in(&browser).await;
        browser.driver.goto(format!("{}/account/security/two-step", development.issuer)).await.unwrap();
        let phone = Phone::typed(&browser.text("#key").await);
        browser.looks_right("two-step-set-up").await;
        let now = || housekey::clock::Clock::default().now();
        browser.fill("#code", &phone.shows(now())).await;
        browser.click("main button[type=submit]").await;
        let codes = browser.text("#codes").await;
        browser.looks_right("two-step-codes").await;
        browser.click("input[name=saved]").await;
        browser.click("main button[type=submit]").await;
        browser.wait_for("main", |text| text.contains("10 of 10 left")).await;
        sign_out(&browser, &development).await;
        sign_in_by_password(&browser, &development).await;
        browser.find("#code").await;
        browser.looks_right("two-step").await;
        browser.click("details.more summary").await;
        browser.click("details.more a").await;
        browser.fill("#recovery", codes.lines().next().unwrap()).await;
        browser.looks_right("two-step-recovery").await;
        browser.click("main button[type=submit]").await;
        is_in(&browser).await;
        browser.close().await;
    });
}
