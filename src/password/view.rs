//! What people see when they sign in with a password.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::Words;

/// Asks for the password.
#[derive(Template)]
#[template(path = "password/password.html")]
pub struct PasswordPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Whose password.
    pub email: String,
    /// What went wrong.
    pub problem: Option<Words>,
    /// What to do about it, shown beside the field; the problem itself if absent.
    pub hint: Option<Words>,
    /// In how many minutes passwords are taken again, after too many tries.
    pub limited: Option<u64>,
}

impl PasswordPage {
    fn beside(&self) -> Option<&Words> {
        self.problem.as_ref().map(|problem| self.hint.as_ref().unwrap_or(problem))
    }

    fn reopens(&self) -> Html {
        let minutes = self.limited.unwrap_or(1).max(1);
        let wait = self.page.words(&Words::new("password-limited-wait").with("minutes", minutes));
        self.page.rich("password-limited-reopens", &[("wait", Html::strong(&wait))])
    }
}

impl Sample for PasswordPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |problem, hint, limited| Self {
            page: page(),
            flow: "flow".into(),
            email: "maya@okafor.example".into(),
            problem,
            hint,
            limited,
        };
        vec![
            ("password", of(None, None, None)),
            ("password-wrong", of(Some("password-wrong".into()), Some("password-wrong-hint".into()), None)),
            ("password-empty", of(Some("password-empty".into()), None, None)),
            ("password-limited", of(None, None, Some(4))),
        ]
    }
}
