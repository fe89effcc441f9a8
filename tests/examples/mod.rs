//! The apps of `examples/`, as a newcomer starts them: against `housekey dev`, in a real browser.

mod convex;
mod in_the_browser;
mod on_a_phone;
mod on_a_server;

use std::time::Duration;

use thirtyfour::prelude::*;

use crate::support::chromium::Chromium;
use crate::support::development::{Development, develop_with};
use crate::support::example::Example;
use crate::support::peer::{self, Peer};

/// A house, an app of the examples beside it, and a browser.
struct Scene {
    development: Development,
    app: Example,
    browser: Chromium,
}

/// Whether this machine has what these stories need.
fn is_here(test: &str) -> bool {
    peer::require(Peer::Chromium, test) && peer::require(Peer::Examples, test)
}

/// Hashing is not what these tests are about.
const QUICK: (&str, &str) = ("HOUSEKEY_SIGN_IN__PASSWORD__ARGON2__MEMORY_KIB", "256");

const NOBODY: &str = "Nobody is signed in";

impl Scene {
    async fn of(example: &str) -> Self {
        let development = develop_with(&[QUICK]).await.with_maya();
        let app = Example::start(example, &development, &[]).await;
        Self::beside(development, app).await
    }

    async fn beside(development: Development, app: Example) -> Self {
        let scene = Self { development, app, browser: Chromium::open().await };
        scene.open("/").await;
        scene.says(NOBODY).await;
        scene
    }

    async fn open(&self, path: &str) {
        self.browser.driver.goto(format!("{}{path}", self.app.origin)).await.unwrap();
    }

    async fn says(&self, words: &str) {
        self.browser.wait_for("h1", |text| text.contains(words)).await;
    }

    /// Presses the button, or follows the link, that says so.
    async fn press(&self, words: &str) {
        let path = format!("//*[self::button or self::a][normalize-space()='{words}']");
        let query = self.browser.driver.query(By::XPath(path)).wait(Duration::from_secs(15), Duration::from_millis(50));
        query.and_displayed().first().await.unwrap().click().await.unwrap();
    }

    /// Back in the app at this path, with nothing in the address bar.
    async fn is_at(&self, path: &str) {
        let url = self.browser.driver.current_url().await.unwrap();
        assert_eq!(url.as_str(), format!("{}{path}", self.app.origin));
    }

    async fn reload(&self) {
        self.browser.driver.refresh().await.unwrap();
    }
}
