//! The apps that sign people in without a server of their own.

use super::{NOBODY, Scene, is_here};
use crate::support::development::{EMAIL, fill_in_sign_up, sign_in};
use crate::support::peer;

#[test]
fn plain_javascript_asks_before_it_leaves_and_says_what_went_wrong() {
    if !is_here("plain_javascript_asks_before_it_leaves_and_says_what_went_wrong") {
        return;
    }
    peer::run(async {
        let scene = Scene::of("vanilla").await;
        scene.browser.looks_right("example-vanilla-signed-out").await;
        // Housekey is asked without showing a page, and has nobody.
        scene.press("Only if I’m signed in already").await;
        scene.browser.wait_for("[role=alert]", |text| text.contains("Nobody is signed in at Housekey")).await;
        scene.browser.looks_right("example-vanilla-problem").await;
        scene.press("Sign in").await;
        sign_in(&scene.browser).await;
        scene.is_signed_in_until_it_is_not("Maya").await;
        scene.browser.close().await;
    });
}

impl Scene {
    async fn is_signed_in_until_it_is_not(&self, name: &str) {
        self.says(&format!("Hello, {name}")).await;
        self.is_at("/").await;
        self.reload().await;
        self.says(&format!("Hello, {name}")).await;
        self.press("Ask who I am").await;
        self.browser.wait_for("main pre", |text| text.contains(EMAIL) && text.contains("usr_")).await;
        self.browser.looks_right("example-vanilla-signed-in").await;
        self.press("Sign out").await;
        self.says(NOBODY).await;
        self.is_at("/").await;
        self.reload().await;
        self.says(NOBODY).await;
    }
}

/// Both frameworks' apps are the same app.
async fn guards_a_page(example: &str, new: bool) {
    let scene = Scene::of(example).await;
    scene.browser.looks_right(&format!("example-{example}-signed-out")).await;
    // An answer that nobody here asked for.
    scene.open("/callback?error=access_denied&state=of-somebody").await;
    scene.browser.wait_for("[role=alert]", |text| text.contains("another sign-in")).await;
    // The guard asks, and the person comes back to the very page.
    scene.press("Profile").await;
    scene.says("Sign in to see your profile").await;
    scene.press("Sign in").await;
    sign_in(&scene.browser).await;
    scene.says("Your profile").await;
    scene.is_at("/profile").await;
    scene.browser.wait_for("main pre", |text| text.contains(EMAIL) && text.contains("usr_")).await;
    assert_eq!(scene.browser.text("body").await.matches("another sign-in").count(), 0, "what was wrong is over");
    scene.browser.looks_right(&format!("example-{example}-profile")).await;
    scene.reload().await;
    scene.browser.wait_for("main pre", |text| text.contains(EMAIL)).await;
    scene.press("Home").await;
    scene.says("Hello, Maya").await;
    scene.browser.looks_right(&format!("example-{example}-signed-in")).await;
    scene.press("Sign out").await;
    scene.says(NOBODY).await;
    scene.reload().await;
    scene.says(NOBODY).await;
    scene.press("Profile").await;
    scene.says("Sign in to see your profile").await;
    if new {
        becomes_somebody(&scene).await;
    }
    scene.browser.close().await;
}

/// "Create an account" leads where accounts are created.
async fn becomes_somebody(scene: &Scene) {
    scene.development.command(&["user", "remove", EMAIL], "");
    scene.press("Home").await;
    scene.press("Create an account").await;
    fill_in_sign_up(&scene.browser, &scene.development).await;
    scene.says(&format!("Hello, {EMAIL}")).await;
}

#[test]
fn react_guards_a_page_and_brings_people_back_to_it() {
    if is_here("react_guards_a_page_and_brings_people_back_to_it") {
        peer::run(guards_a_page("react", true));
    }
}

#[test]
fn svelte_guards_a_page_and_brings_people_back_to_it() {
    if is_here("svelte_guards_a_page_and_brings_people_back_to_it") {
        peer::run(guards_a_page("svelte", false));
    }
}
