//! What people see while a letter is on its way.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::{UnixMillis, Words};

const SOMEBODY: &str = "maya@okafor.example";

/// What a page says of its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// It went, or is about to.
    Letter,
    /// It came back.
    Bounce,
    /// It cannot go now.
    Outage,
}

impl Shows {
    /// Its spelling in the address that the page's script asks.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Bounce => "bounce",
            Self::Outage => "outage",
        }
    }
}

fn status_path(page: &Page, flow: &str, shows: Shows) -> String {
    format!("{}&shows={}", page.flow_path("/sign-in/check/status", flow), shows.as_str())
}

/// Asks for the code from the letter. The same whether or not the address has an account already.
#[derive(Template)]
#[template(path = "email_code/check.html")]
pub struct CheckEmailPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// The page that asks for another address.
    pub change: &'static str,
    /// Whether it is somebody who is in already: there is a code and no link.
    pub step_up: bool,
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
    /// The letter came back.
    pub bounced: bool,
}

impl CheckEmailPage {
    fn sent(&self) -> Html {
        self.page.rich(if self.step_up { "check-lede-code" } else { "check-lede" }, &[("email", Html::who(&self.email))])
    }

    fn recognise(&self) -> Html {
        self.page.rich("check-tag", &[("tag", Html::tag(&self.tag)), ("until", self.page.clock(self.until))])
    }

    /// Whether there is nothing else to say first.
    fn tells_of_bounce(&self) -> bool {
        self.bounced && self.problem.is_none()
    }

    fn came_back(&self) -> Html {
        let change = Html::link(&self.page.flow_path(self.change, &self.flow), self.page.say("check-bounced-change"));
        let other = Html::link(&self.page.flow_path("/sign-in", &self.flow), self.page.say("check-bounced-other"));
        self.page.rich("check-bounced", &[("change", change), ("other", other)])
    }

    /// Where the script asks whether there is something else to say by now.
    fn status(&self) -> String {
        status_path(&self.page, &self.flow, if self.bounced { Shows::Bounce } else { Shows::Letter })
    }

    fn nothing_yet(&self) -> Html {
        // The setting may be `Name <address>`; spam folders are searched by address.
        let address = self.from.rsplit_once('<').map_or(self.from.as_str(), |(_, address)| address.trim_end_matches('>'));
        self.page.rich("check-nothing", &[("from", Html::whole(address))])
    }

    fn open(&self, name: &str) -> String {
        self.page.words(&Words::new("check-open").with("name", name))
    }

    /// Filled by the script, once a second.
    fn resend_wait(&self) -> String {
        self.page.words(&Words::new("check-resend-wait").with("seconds", "{s}"))
    }
}

impl Sample for CheckEmailPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let gmail = || Some(("Gmail".into(), "https://mail.google.com/".into()));
        let of = |problem, resend_in, mail_app| Self {
            page: page(),
            flow: "flow".into(),
            change: "/sign-in",
            step_up: false,
            email: SOMEBODY.into(),
            tag: "HX-47".into(),
            until: UnixMillis(1_772_549_100_000),
            from: "Fieldnotes <hello@fieldnotes.example>".into(),
            problem,
            resend_in,
            mail_app,
            bounced: false,
        };
        let bounced = Self { bounced: true, ..of(None, 0, None) };
        let wrong = Words::new("check-code-wrong").with("left", 4).with("tag", "HX-47");
        vec![
            ("check-email", of(None, 28, gmail())),
            ("check-email-plain", of(None, 0, None)),
            ("check-email-error", of(Some(wrong), 28, None)),
            ("check-email-wait", of(Some(Words::new("check-wait").with("seconds", 20)), 20, None)),
            ("check-email-empty", of(Some("check-code-empty".into()), 28, None)),
            ("check-email-bounced", bounced),
            ("check-email-step-up", Self { step_up: true, change: "/reauth", ..of(None, 28, None) }),
        ]
    }
}

/// Says that the letter cannot go now, and what else there is to do.
#[derive(Template)]
#[template(path = "email_code/offline.html")]
pub struct CheckEmailOfflinePage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where the letter is to go.
    pub email: String,
    /// Whether a password is another way.
    pub password: bool,
    /// Why it cannot be tried again at once.
    pub problem: Option<Words>,
    /// The request's name.
    pub reference: String,
}

impl CheckEmailOfflinePage {
    fn to(&self) -> Html {
        self.page.rich("check-offline-to", &[("email", Html::who(&self.email))])
    }

    fn mention(&self) -> Html {
        self.page.rich("check-offline-reference", &[("reference", Html::reference(&self.reference))])
    }

    fn status(&self) -> String {
        status_path(&self.page, &self.flow, Shows::Outage)
    }
}

impl Sample for CheckEmailOfflinePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |password, problem| Self {
            page: page(),
            flow: "flow".into(),
            email: SOMEBODY.into(),
            password,
            problem,
            reference: "01JD4-K7QXM".into(),
        };
        vec![
            ("check-email-offline", of(true, None)),
            ("check-email-offline-by-mail", of(false, None)),
            ("check-email-offline-wait", of(true, Some(Words::new("check-wait").with("seconds", 20)))),
        ]
    }
}

/// Says that the code does not work any more.
#[derive(Template)]
#[template(path = "email_code/expired.html")]
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
