//! The page between us and the app: it goes on by itself, which a form's redirect may not (`form-action 'self'`).

use askama::Template;

use crate::page::{Page, Sample};
use crate::types::Words;

/// Goes on to the app.
#[derive(Template)]
#[template(path = "app_session/continue.html")]
pub struct ContinuePage {
    /// Look and language.
    pub page: Page,
    /// Where to: built by us from a registered address.
    pub href: String,
    /// The app's name.
    pub app: String,
    /// Whether the browser may make a passkey by itself on the way: it has just seen the password.
    pub upgrade: bool,
}

impl ContinuePage {
    fn go(&self) -> String {
        self.page.words(&Words::new("continue-to").with("name", &self.app))
    }

    fn lede(&self) -> String {
        self.page.words(&Words::new("continue-lede").with("name", &self.app))
    }
}

impl Sample for ContinuePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |upgrade| Self { page: page(), href: "#continue".into(), app: "Tidewater".into(), upgrade };
        vec![("continue", of(false)), ("continue-upgrade", of(true))]
    }
}
