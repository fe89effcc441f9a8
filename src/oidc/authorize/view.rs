//! The page that takes an answer to the app in a form. It sends itself; without scripts a person presses the button.

use askama::Template;

use crate::page::{Page, Sample};
use crate::types::Words;

/// Sends an answer to the app.
#[derive(Template)]
#[template(path = "oidc/form_post.html")]
pub struct FormPostPage {
    /// Look and language.
    pub page: Page,
    /// A registered address.
    pub to: String,
    /// The answer.
    pub fields: Vec<(String, String)>,
    /// The app's name.
    pub app: String,
}

impl FormPostPage {
    fn go(&self) -> String {
        self.page.words(&Words::new("continue-to").with("name", &self.app))
    }

    fn lede(&self) -> String {
        self.page.words(&Words::new("form-post-lede").with("name", &self.app))
    }
}

impl Sample for FormPostPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let fields = vec![("code".into(), "hkc_sample".into()), ("state".into(), "\"><i>".into())];
        vec![("form-post", Self { page: page(), to: "https://app.tidewater.example/callback".into(), fields, app: "Tidewater".into() })]
    }
}
