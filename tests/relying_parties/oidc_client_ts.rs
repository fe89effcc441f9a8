//! `oidc-client-ts`: single-page apps.

use serde_json::json;

use super::{MAYA, story, through_our_pages};
use crate::support::chromium::Chromium;
use crate::support::peer::{self, Peer};
use crate::support::{On, PASSWORD, Script, TestApp, person};

#[test]
fn oidc_client_ts_signs_people_in_keeps_them_and_lets_them_go() {
    story("oidc-client-ts", "oidc_client_ts_signs_people_in_keeps_them_and_lets_them_go", async {
        let app = TestApp::start(On::Sqlite).await;
        let maya = person(&app, MAYA).await.to_string();
        let mut page = Script::start("oidc_client_ts", &app, "spa", None);
        let browser = app.browser();
        let callback = through_our_pages(&browser, &page.says("begin", &[])).await;
        let user = page.does("finish", &[json!(callback)]);
        let profile = &user["profile"];
        assert_eq!((&profile["sub"], &profile["email"], &profile["name"]), (&json!(maya), &json!(MAYA), &json!("Maya")));
        assert_eq!((&user["expired"], &user["state"]["page"]), (&json!(false), &json!("/notes/7")));
        assert_eq!((&user["token_type"], &user["scope"]), (&json!("Bearer"), &json!("openid profile email offline_access")));
        assert_eq!(page.does("kept", &[])["id_token"], user["id_token"]);
        // The same answer a second time is nobody's.
        let error = page.tries("finish", &[json!(callback)]).unwrap_err();
        assert_eq!(error["message"], "No matching state found in storage");

        // Renewed in the background, twice: each time with the refresh token of the time before.
        let mut before = user;
        for _ in 0..2 {
            let renewed = page.does("refresh", &[]);
            for changed in ["access_token", "id_token", "refresh_token"] {
                assert_ne!(renewed[changed], before[changed], "{changed}");
            }
            assert_eq!((&renewed["profile"]["sub"], &renewed["profile"]["email"]), (&json!(maya), &json!(MAYA)));
            before = renewed;
        }

        // Signed out, here and there.
        let view = browser.get(&page.says("leave", &[])).await;
        let goodbye = view.left_for.clone().unwrap_or_else(|| panic!("asked instead: {}", view.h1()));
        assert!(goodbye.starts_with("https://app.test/goodbye?state="), "{goodbye}");
        assert_eq!(page.does("left", &[json!(goodbye)]), json!({ "state": "bye", "user": null }));
        let again = browser.get(&page.says("begin", &[])).await;
        assert!(again.left_for.is_none() && again.refresh().is_none(), "signed out");
    });
}

#[test]
fn oidc_client_ts_says_what_became_of_a_cancelled_sign_in() {
    story("oidc-client-ts", "oidc_client_ts_says_what_became_of_a_cancelled_sign_in", async {
        let app = TestApp::start(On::Sqlite).await;
        let mut page = Script::start("oidc_client_ts", &app, "spa", None);
        // Nobody is signed in, and nobody may be asked.
        let url = page.says("begin", &[]);
        let callback = through_our_pages(&app.browser(), &format!("{url}&prompt=none")).await;
        let error = page.tries("finish", &[json!(callback)]).unwrap_err();
        assert_eq!(
            (&error["name"], error["message"].as_str().is_some_and(|text| !text.is_empty())),
            (&json!("ErrorResponse"), true),
            "{error}"
        );
    });
}

#[test]
fn oidc_client_ts_does_the_same_in_a_real_browser_from_another_origin() {
    let name = "oidc_client_ts_does_the_same_in_a_real_browser_from_another_origin";
    if !peer::require(Peer::Chromium, name) {
        return;
    }
    story("oidc-client-ts", name, async {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let home = format!("http://localhost:{port}/");
        let client = format!(
            "[clients.notes]\nkind = \"spa\"\nfirst_party = true\nredirect_uris = [\"{home}\"]\npost_logout_redirect_uris = [\"{home}\"]\n"
        );
        let app = TestApp::with(On::Sqlite, &client).await;
        person(&app, MAYA).await;
        let mut page = Script::start_at("oidc_client_ts_page", &app, "notes", None, &home);
        page.does("listens", &[]);
        let browser = Chromium::open().await;
        let says = async |text: &str| browser.wait_for("main", |main| main == text).await;
        browser.driver.goto(&home).await.unwrap();
        says("You are nobody").await;
        browser.click("#in").await;
        browser.fill("#email", MAYA).await;
        browser.click("main button[type=submit]").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("main button[type=submit]").await;
        says("You are Maya, maya@okafor.example").await;
        browser.click("#renew").await;
        says("Renewed").await;
        browser.driver.refresh().await.unwrap();
        says("You are Maya, maya@okafor.example").await;
        browser.click("#out").await;
        says("You are nobody").await;
        browser.click("#in").await;
        browser.find("#email").await;
        assert!(browser.complaints().await.is_empty());
        browser.close().await;
    });
}
