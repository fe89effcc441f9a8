//! What people see when they create an account.

use askama::Template;

use crate::page::{Html, Page, ProviderButton, ProviderButtons, Sample};
use crate::types::Words;

const SOMEBODY: &str = "maya@okafor.example";

/// Asks for the address.
#[derive(Template)]
#[template(path = "sign_up/sign_up.html")]
pub struct SignUpPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// What was typed.
    pub email: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// The other login servers that people may come from.
    pub providers: ProviderButtons,
}

impl Sample for SignUpPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |email: &str, problem| Self {
            page: page(),
            flow: "flow".into(),
            email: email.into(),
            problem,
            providers: ProviderButtons::default(),
        };
        let google = vec![ProviderButton::sample("google", "Google", "G")];
        vec![
            ("sign-up", of("", None)),
            ("sign-up-error", of("maya@", Some("email-malformed".into()))),
            ("sign-up-providers", Self { providers: google.into(), ..of("", None) }),
        ]
    }
}

/// Asks for a new password.
#[derive(Template)]
#[template(path = "sign_up/password.html")]
pub struct ChoosePasswordPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Whose password.
    pub email: String,
    /// The fewest characters.
    pub min_length: usize,
    /// What is wrong with the one that was chosen.
    pub problem: Option<Words>,
}

impl ChoosePasswordPage {
    fn whose(&self) -> Html {
        self.page.rich("sign-up-password-lede", &[("email", Html::who(&self.email))])
    }

    fn rule(&self) -> String {
        self.page.words(&Words::new("new-password-rule").with("length", self.min_length))
    }
}

impl Sample for ChoosePasswordPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |problem| Self { page: page(), flow: "flow".into(), email: SOMEBODY.into(), min_length: 15, problem };
        vec![
            ("sign-up-password", of(None)),
            ("sign-up-password-short", of(Some(Words::new("password-too-short").with("missing", 4)))),
            ("sign-up-password-leaked", of(Some("password-leaked".into()))),
        ]
    }
}

/// Says that no accounts are given out.
#[derive(Template)]
#[template(path = "sign_up/closed.html")]
pub struct SignUpClosedPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
}

impl Sample for SignUpClosedPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("sign-up-closed", Self { page: page(), flow: "flow".into() })]
    }
}
