//! A television is connected with a phone's browser.

use serde_json::Value;

use crate::support::chromium::Chromium;
use crate::support::development::{develop, sign_up};
use crate::support::peer::{self, Peer};

#[test]
fn a_person_connects_a_television() {
    if !peer::require(Peer::Chromium, "a_person_connects_a_television") {
        return;
    }
    peer::run(async {
        let development = develop().await;
        development.command(&["client", "add", "Fieldnotes for TV", "--id", "tv", "--kind", "device"], "");
        let http = reqwest::Client::builder().no_proxy().user_agent("FieldnotesTV/3.1").build().unwrap();
        let asked = http.post(format!("{}/device/authorize", development.issuer)).form(&[("client_id", "tv")]);
        let device: Value = asked.send().await.unwrap().json().await.unwrap();
        let browser = Chromium::open().await;
        browser.driver.goto(device["verification_uri_complete"].as_str().unwrap()).await.unwrap();
        browser.find("#user_code").await;
        browser.looks_right("device").await;
        browser.click("main button[type=submit]").await;
        sign_up(&browser, &development).await;
        browser.wait_for(".device-code", |text| text == device["user_code"].as_str().unwrap()).await;
        browser.looks_right("device-confirm").await;
        browser.click("main button[value=connect]").await;
        browser.wait_for("h1", |text| text == "Device connected").await;
        browser.looks_right("device-done").await;
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "tv"),
            ("device_code", device["device_code"].as_str().unwrap()),
        ];
        let tokens = http.post(format!("{}/token", development.issuer)).form(&grant).send().await.unwrap();
        assert_eq!(tokens.status(), 200);
        browser.close().await;
    });
}
