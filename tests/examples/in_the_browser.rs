//! The apps that sign people in without a server of their own.

use super::{Scene, is_here};
use crate::support::development::{EMAIL, fill_in_sign_up, sign_in};
use crate::support::peer;

const NOBODY: &str = "Nobody is signed in";

#[test]
fn plain_javascript_signs_people_up_and_says_what_went_wrong() {
    if !is_here("plain_javascript_signs_people_up_and_says_what_went_wrong") {
        return;
    }
    peer::run(async {
        let scene = Scene::of("vanilla").await;
        scene.says(NOBODY).await;
        scene.browser.looks_right("example-vanilla-signed-out").await;
        // Housekey is asked without showing a page, and has nobody.
        scene.press("Only if I’m signed in already").await;
        scene.browser.wait_for("#problem", |text| text.contains("Nobody is signed in at Housekey")).await;
        scene.browser.looks_right("example-vanilla-problem").await;
        scene.press("Sign in").await;
        sign_in(&scene.browser).await;
        scene.says("Hello, Maya").await;
        scene.is_at("/").await;
        scene.reload().await;
        scene.says("Hello, Maya").await;
        scene.press("Ask who I am").await;
        scene.browser.wait_for("main pre", |text| text.contains(EMAIL) && text.contains("usr_")).await;
        scene.browser.looks_right("example-vanilla-signed-in").await;
        scene.press("Sign out").await;
        scene.says(NOBODY).await;
        scene.is_at("/").await;
        scene.reload().await;
        scene.says(NOBODY).await;
        scene.browser.close().await;
    });
}
