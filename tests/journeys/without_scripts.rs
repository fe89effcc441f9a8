//! Everything but passkeys needs no script.

use std::time::Duration;

use serde_json::json;

use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::{On, PASSWORD, TestApp};
use crate::two_step::Phone;

const MAYA: &str = "maya@okafor.example";
const SEND: &str = "main form .btn-primary";

async fn goto(browser: &Chromium, app: &TestApp, path: &str) {
    browser.driver.goto(format!("{}{path}", app.issuer)).await.unwrap();
}

async fn sign_out(browser: &Chromium, app: &TestApp) {
    goto(browser, app, "/sign-out").await;
    browser.click("form[action$='/sign-out'] .btn-primary").await;
    browser.wait_for("h1", |text| text == "You’re signed out").await;
}

async fn sign_in(browser: &Chromium, app: &TestApp) {
    goto(browser, app, "/sign-in").await;
    browser.fill("#email", MAYA).await;
    browser.click(SEND).await;
    browser.fill("#password", PASSWORD).await;
    browser.click(SEND).await;
}

async fn type_code(browser: &Chromium, code: &str) {
    browser.fill("#code", code).await;
    browser.click(SEND).await;
}

#[test]
fn a_person_without_scripts_signs_up_in_and_out_and_uses_a_second_step() {
    if !peer::require(Peer::Chromium, "a_person_without_scripts_signs_up_in_and_out_and_uses_a_second_step") {
        return;
    }
    peer::run(async {
        let app = TestApp::start(On::Sqlite).await;
        let browser = Chromium::open().await;
        browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        goto(&browser, &app, "/sign-in").await;
        // What a script would do is not offered.
        let offered = browser.find("form[action$='/sign-in']").await;
        assert!(offered.is_displayed().await.unwrap());
        for hidden in browser.driver.find_all(thirtyfour::By::Css(".needs-js")).await.unwrap() {
            assert!(!hidden.is_displayed().await.unwrap(), "{}", hidden.outer_html().await.unwrap());
        }
        browser.click("a[href*='/sign-up']").await;
        browser.fill("#email", MAYA).await;
        browser.click(SEND).await;
        browser.fill("#new-password", PASSWORD).await;
        browser.click(SEND).await;
        browser.find("#code").await;
        type_code(&browser, &app.letter_to(MAYA).code.unwrap()).await;
        browser.wait_for("main", |text| text.contains(MAYA)).await;
        sign_out(&browser, &app).await;
        sign_in(&browser, &app).await;
        browser.wait_for("main", |text| text.contains(MAYA)).await;
        // A second step, on.
        goto(&browser, &app, "/account/security/two-step").await;
        let phone = Phone::typed(&browser.text("#key").await);
        type_code(&browser, &phone.shows(app.clock.now())).await;
        browser.find("#codes").await;
        browser.click("input[name=saved]").await;
        browser.click(SEND).await;
        browser.wait_for("h1", |text| text != "Recovery codes").await;
        sign_out(&browser, &app).await;
        // And in use.
        app.travel(Duration::from_mins(1));
        sign_in(&browser, &app).await;
        browser.find("#code").await;
        type_code(&browser, &phone.shows(app.clock.now())).await;
        browser.wait_for("main", |text| text.contains(MAYA)).await;
        sign_out(&browser, &app).await;
        browser.close().await;
    });
}
