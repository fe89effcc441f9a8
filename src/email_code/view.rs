//! What people see while a letter is on its way, and behind its link.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::{UnixMillis, Words};

const SOMEBODY: &str = "maya@okafor.example";
const LINK: &str = "7Qm2xV4nTtZ0r8cJpYd1Bg";

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
        self.page.rich("check-lede", &[("email", Html::who(&self.email))])
    }

    fn recognise(&self) -> Html {
        self.page.rich("check-tag", &[("tag", Html::tag(&self.tag)), ("until", self.page.clock(self.until))])
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
            email: SOMEBODY.into(),
            tag: "HX-47".into(),
            until: UnixMillis(1_772_549_100_000),
            from: "Fieldnotes <hello@fieldnotes.example>".into(),
            problem,
            resend_in,
            mail_app,
        };
        let wrong = Words::new("check-code-wrong").with("left", 4).with("tag", "HX-47");
        vec![
            ("check-email", of(None, 28, gmail())),
            ("check-email-plain", of(None, 0, None)),
            ("check-email-error", of(Some(wrong), 28, None)),
            ("check-email-wait", of(Some(Words::new("check-wait").with("seconds", 20)), 20, None)),
            ("check-email-empty", of(Some("check-code-empty".into()), 28, None)),
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

/// Behind the link, in the browser that asked: one press, which the page's script makes by itself.
#[derive(Template)]
#[template(path = "email_code/link.html")]
pub struct LinkPage {
    /// Look and language.
    pub page: Page,
    /// The last part of the link.
    pub link: String,
    /// Whose mailbox it came from.
    pub email: String,
    /// Whether a new password is to be chosen.
    pub reset: bool,
}

impl LinkPage {
    fn title(&self) -> &str {
        self.page.say(if self.reset { "link-reset-title" } else { "link-title" })
    }

    fn lede(&self) -> Html {
        self.page.rich("link-lede", &[("email", Html::who(&self.email))])
    }

    fn button(&self) -> &str {
        self.page.say(if self.reset { "link-reset-here" } else { "link-continue" })
    }
}

impl Sample for LinkPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |reset| Self { page: page(), link: LINK.into(), email: SOMEBODY.into(), reset };
        vec![("link", of(false)), ("link-reset", of(true))]
    }
}

/// Behind the link, in any other browser: a person decides, with everything they need for it.
#[derive(Template)]
#[template(path = "email_code/link_other.html")]
pub struct LinkOtherPage {
    /// Look and language.
    pub page: Page,
    /// The last part of the link.
    pub link: String,
    /// Whose mailbox it came from.
    pub email: String,
    /// Which browser asked, and how long ago.
    pub asked: String,
    /// The tag that the page which asked shows.
    pub tag: String,
    /// The code, in two halves.
    pub code: String,
    /// Whether a new password is to be chosen.
    pub reset: bool,
}

impl LinkOtherPage {
    fn type_it(&self) -> Html {
        self.page.rich("link-other-type", &[("tag", Html::strong(&self.tag))])
    }
}

impl Sample for LinkOtherPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let of = |reset, minutes: u64| {
            let page = page();
            Self {
                asked: page.words(&Words::new("link-other-asked").with("browser", "Firefox on Linux").with("minutes", minutes)),
                page,
                link: LINK.into(),
                email: SOMEBODY.into(),
                tag: "HX-47".into(),
                code: "482 913".into(),
                reset,
            }
        };
        vec![("link-other", of(false, 2)), ("link-other-reset", of(true, 0))]
    }
}

/// The link has done its work.
#[derive(Template)]
#[template(path = "email_code/link_used.html")]
pub struct LinkUsedPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey.
    pub flow: String,
    /// Where somebody who is signed in goes on.
    pub href: String,
}

impl LinkUsedPage {
    fn strange(&self) -> Html {
        let account = Html::link(&self.page.path("/account"), self.page.say("link-used-look"));
        self.page.rich("link-used-strange", &[("account", account)])
    }
}

impl Sample for LinkUsedPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-used", Self { page: page(), flow: "flow".into(), href: "/account".into() })]
    }
}

/// The link is too old.
#[derive(Template)]
#[template(path = "email_code/link_expired.html")]
pub struct LinkExpiredPage {
    /// Look and language.
    pub page: Page,
    /// The sealed journey, begun again.
    pub flow: String,
    /// Whose mailbox it came from.
    pub email: String,
}

impl Sample for LinkExpiredPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-expired", Self { page: page(), flow: "flow".into(), email: SOMEBODY.into() })]
    }
}

/// Its reader did not ask for it, or another letter took its place.
#[derive(Template)]
#[template(path = "email_code/link_cancelled.html")]
pub struct LinkCancelledPage {
    /// Look and language.
    pub page: Page,
}

impl Sample for LinkCancelledPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-cancelled", Self { page: page() })]
    }
}

/// The journey ended in another tab.
#[derive(Template)]
#[template(path = "email_code/link_elsewhere.html")]
pub struct LinkElsewherePage {
    /// Look and language.
    pub page: Page,
    /// Where this tab could go on.
    pub href: String,
}

impl Sample for LinkElsewherePage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        vec![("link-elsewhere", Self { page: page(), href: "/account".into() })]
    }
}
