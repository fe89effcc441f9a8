//! What people see of their address.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::Words;

/// Another address.
#[derive(Template)]
#[template(path = "account/email.html")]
pub struct EmailPage {
    /// Look and language.
    pub page: Page,
    /// The address that is.
    pub current: String,
    /// What was typed.
    pub email: String,
    /// The change that waits.
    pub pending: Option<Pending>,
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Option<Words>,
    /// How long the letters can be answered.
    pub minutes: u64,
}

/// A change that waits for one or both of its letters.
pub struct Pending {
    /// The address to be.
    pub address: String,
    /// The tags of the letters to the old and the new address.
    pub tags: [String; 2],
    /// Which have been answered.
    pub confirmed: [bool; 2],
}

impl EmailPage {
    fn now(&self) -> Html {
        self.page.rich("account-email-now", &[("email", Html::who(&self.current))])
    }

    fn waits(&self) -> String {
        self.page.words(&Words::new("account-email-waits").with("minutes", self.minutes))
    }

    fn state(&self, which: usize) -> &str {
        let confirmed = self.pending.as_ref().is_some_and(|pending| pending.confirmed.get(which) == Some(&true));
        self.page.say(if confirmed { "account-email-confirmed" } else { "account-email-unconfirmed" })
    }
}

impl Sample for EmailPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let pending =
            || Some(Pending { address: "maya@new.example".into(), tags: ["HX-47".into(), "BD-32".into()], confirmed: [true, false] });
        let of = |pending, field, problem| Self {
            page: page(),
            current: "maya@okafor.example".into(),
            email: String::new(),
            pending,
            field,
            problem,
            minutes: 30,
        };
        vec![
            ("account-email", of(None, "email", None)),
            ("account-email-error", of(None, "email", Some("account-email-same".into()))),
            ("account-email-pending", of(pending(), "email", None)),
            ("account-email-code", of(pending(), "code", Some("account-email-code-wrong".into()))),
        ]
    }
}
