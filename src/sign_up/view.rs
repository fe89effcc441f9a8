//! What people see when they create an account.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::{UnixMillis, Words};

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
}

impl Sample for SignUpPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |email: &str, problem| Self { page: page(), flow: "flow".into(), email: email.into(), problem };
        vec![("sign-up", of("", None)), ("sign-up-error", of("maya@", Some("email-malformed".into())))]
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
        self.page.words(&Words::new("sign-up-password-rule").with("length", self.min_length))
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

/// Asks for the code from the letter. The same whether or not the address has an account already.
#[derive(Template)]
#[template(path = "sign_up/check.html")]
pub struct CheckEmailPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where the letter went.
    pub email: String,
    /// The tag that the letter shows too.
    pub tag: String,
    /// Until when the code works.
    pub until: UnixMillis,
    /// The sender's address, for finding the letter.
    pub from: String,
    /// What is wrong with the code.
    pub problem: Option<Words>,
    /// Seconds until the letter can be sent again.
    pub resend_in: u64,
    /// The mailbox on the web: its name and address.
    pub mail_app: Option<(String, String)>,
}

impl CheckEmailPage {
    fn sent(&self) -> Html {
        self.page.rich("sign-up-check-lede", &[("email", Html::who(&self.email))])
    }

    fn recognise(&self) -> Html {
        self.page.rich("sign-up-check-tag", &[("tag", Html::tag(&self.tag)), ("until", self.page.clock(self.until))])
    }

    fn nothing_yet(&self) -> Html {
        // The setting may be `Name <address>`; spam folders are searched by address.
        let address = self.from.rsplit_once('<').map_or(self.from.as_str(), |(_, address)| address.trim_end_matches('>'));
        self.page.rich("sign-up-check-nothing", &[("from", Html::whole(address))])
    }

    fn open(&self, name: &str) -> String {
        self.page.words(&Words::new("sign-up-check-open").with("name", name))
    }

    /// Filled by the script, once a second.
    fn resend_wait(&self) -> String {
        self.page.words(&Words::new("sign-up-check-resend-wait").with("seconds", "{s}"))
    }
}

impl Sample for CheckEmailPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let gmail = || Some(("Gmail".into(), "https://mail.google.com/".into()));
        let of = |problem, resend_in, mail_app| Self {
            page: page(),
            flow: "flow".into(),
            email: SOMEBODY.into(),
            tag: "HX-47".into(),
            until: UnixMillis(1_772_549_100_000),
            from: "Fieldnotes <hello@fieldnotes.example>".into(),
            problem,
            resend_in,
            mail_app,
        };
        let wrong = Words::new("sign-up-code-wrong").with("left", 4).with("tag", "HX-47");
        vec![
            ("check-email", of(None, 28, gmail())),
            ("check-email-plain", of(None, 0, None)),
            ("check-email-error", of(Some(wrong), 28, None)),
            ("check-email-wait", of(Some(Words::new("sign-up-wait").with("seconds", 20)), 20, None)),
            ("check-email-empty", of(Some("sign-up-code-empty".into()), 28, None)),
        ]
    }
}

/// Says that the code does not work any more.
#[derive(Template)]
#[template(path = "sign_up/expired.html")]
pub struct CheckEmailExpiredPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
}

impl Sample for CheckEmailExpiredPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("check-email-expired", Self { page: page(), flow: "flow".into() })]
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
