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
    /// Whether a letter can help.
    pub mail: bool,
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
            mail: true,
        };
        let without_mail = Self { mail: false, ..of(None, None, None) };
        vec![
            ("password", of(None, None, None)),
            ("password-without-mail", without_mail),
            ("password-wrong", of(Some("password-wrong".into()), Some("password-wrong-hint".into()), None)),
            ("password-empty", of(Some("password-empty".into()), None, None)),
            ("password-limited", of(None, None, Some(4))),
        ]
    }
}

/// Asks for the address of whoever forgot their password.
#[derive(Template)]
#[template(path = "password/forgot.html")]
pub struct ForgotPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// What was typed.
    pub email: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// Whether a letter lets people in without a password.
    pub mail: bool,
}

impl Sample for ForgotPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |email: &str, problem| Self { page: page(), flow: "flow".into(), email: email.into(), problem, mail: true };
        vec![("forgot", of("maya@okafor.example", None)), ("forgot-error", of("maya@", Some("email-malformed".into())))]
    }
}

/// Asks for a new password in place of a forgotten one.
#[derive(Template)]
#[template(path = "password/reset.html")]
pub struct ResetPage {
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

impl ResetPage {
    fn whose(&self) -> Html {
        self.page.rich("reset-lede", &[("email", Html::who(&self.email))])
    }

    fn rule(&self) -> String {
        self.page.words(&Words::new("new-password-rule").with("length", self.min_length))
    }
}

impl Sample for ResetPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |problem| Self { page: page(), flow: "flow".into(), email: "maya@okafor.example".into(), min_length: 15, problem };
        vec![("reset", of(None)), ("reset-leaked", of(Some("password-leaked".into())))]
    }
}
