//! The app whose server keeps the tokens.

use super::{NOBODY, Scene, is_here};
use crate::support::development::{EMAIL, sign_in};
use crate::support::peer;

#[test]
fn sveltekit_keeps_tokens_on_its_server() {
    if !is_here("sveltekit_keeps_tokens_on_its_server") {
        return;
    }
    peer::run(async {
        let scene = Scene::of("sveltekit").await;
        scene.browser.looks_right("example-sveltekit-signed-out").await;
        // The guard is on the server: whoever asks is sent to sign in, and comes back.
        scene.open("/profile").await;
        sign_in(&scene.browser).await;
        scene.says("Your profile").await;
        scene.is_at("/profile").await;
        scene.browser.wait_for("main pre", |text| text.contains("usr_")).await;
        scene.browser.looks_right("example-sveltekit-profile").await;
        scene.has_no_token().await;
        scene.press("Home").await;
        scene.says("Hello, Maya").await;
        scene.reload().await;
        scene.says("Hello, Maya").await;
        scene.has_no_token().await;
        // What the server sends before any script runs says who it is, and no more.
        let html = scene.script_free().await;
        assert!(html.contains(EMAIL) && !html.contains("eyJ") && !html.contains("hkr_"), "{html}");
        scene.press("Sign out").await;
        scene.says(NOBODY).await;
        scene.is_at("/").await;
        scene.reload().await;
        scene.says(NOBODY).await;
        // An answer that nobody here asked for, and one that somebody wrote for people to read.
        for query in ["code=theirs&state=theirs", "error=Call+me+now&state=theirs"] {
            scene.open(&format!("/callback?{query}")).await;
            scene.browser.wait_for("[role=alert]", |text| text.contains("another sign-in")).await;
        }
        scene.browser.looks_right("example-sveltekit-problem").await;
        scene.browser.close().await;
    });
}

impl Scene {
    /// Nothing that scripts of the page can read is a token: not one of ours, and not the sealed cookie.
    async fn has_no_token(&self) {
        let all =
            "return document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie";
        let readable = self.browser.driver.execute(all, vec![]).await.unwrap().json().to_string();
        assert!(readable.contains("Maya") || readable.contains("usr_"), "signed in: {readable}");
        for sign in ["eyJ", "hkr_", "__Host-session"] {
            assert!(!readable.contains(sign), "{sign} in {readable}");
        }
    }

    /// The page as the server sends it to this browser.
    async fn script_free(&self) -> String {
        let session = self.browser.driver.get_named_cookie("__Host-session").await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.get(&self.app.origin).header("cookie", format!("__Host-session={}", session.value));
        request.send().await.unwrap().text().await.unwrap()
    }
}
