//! What people see of their addresses where they change them.

use askama::Template;

use super::shell::{Place, Shell};
use crate::page::{Html, Page, Sample};
use crate::types::{EmailAddress, UnixMillis, UserId, Words};
use crate::user::Email;

/// The addresses, what can become of each, and one more.
#[derive(Template)]
#[template(path = "account/email.html")]
pub struct EmailPage {
    /// Look and language.
    pub page: Page,
    /// What stands around it.
    pub shell: Shell,
    /// Those that are, the primary one first.
    pub emails: Vec<Email>,
    /// What was typed.
    pub email: String,
    /// What is wrong with it.
    pub problem: Option<Words>,
}

impl EmailPage {
    /// What leads to another primary address without the mailbox of this one: where there is another.
    fn lost(&self) -> Option<Html> {
        let primary = self.emails.iter().find(|email| email.is_primary).filter(|_| self.emails.len() > 1)?;
        Some(self.page.rich("account-email-lost", &[("email", Html::who(&primary.address.to_string()))]))
    }
}

/// An address for samples.
pub(super) fn sample(text: &str, is_primary: bool, verified: bool) -> Option<Email> {
    let verified_at = verified.then_some(UnixMillis(0));
    EmailAddress::parse(text).ok().map(|address| Email { user: UserId(uuid::Uuid::nil()), address, verified_at, is_primary })
}

impl Sample for EmailPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let one = || sample("maya@okafor.example", true, true);
        let of = |other: Option<Email>, typed: &str, problem| Self {
            page: page(),
            shell: Shell::sample(Place::Profile),
            emails: one().into_iter().chain(other).collect(),
            email: typed.into(),
            problem,
        };
        let other = || sample("maya@fieldnotes.example", false, true);
        vec![
            ("account-email", of(None, "", None)),
            ("account-email-two", of(other(), "", None)),
            ("account-email-error", of(other(), "maya@okafor.example", Some("account-email-same".into()))),
            ("account-email-wait", of(other(), "maya@new.example", Some(Words::new("check-wait").with("seconds", 30)))),
        ]
    }
}
