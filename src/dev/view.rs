//! The development inbox: every letter that would have been sent.

use askama::Template;

use crate::page::{Page, Sample};
use crate::types::UnixMillis;

/// All letters, and one of them open.
#[derive(Template)]
#[template(path = "dev/inbox.html")]
pub struct InboxPage {
    /// Look and language.
    pub page: Page,
    /// Newest first.
    pub letters: Vec<InboxLine>,
    /// The one that is read.
    pub open: Option<OpenLetter>,
}

/// One line of the list.
pub struct InboxLine {
    /// Its name in addresses.
    pub id: String,
    /// To whom.
    pub to: String,
    /// About what.
    pub subject: String,
    /// When.
    pub at: UnixMillis,
    /// Whether it is the one that is read.
    pub open: bool,
}

/// A letter being read.
pub struct OpenLetter {
    /// Its name in addresses.
    pub id: String,
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// About what.
    pub subject: String,
    /// When.
    pub at: UnixMillis,
    /// The plain text part.
    pub text: String,
    /// The code in it.
    pub code: Option<String>,
    /// The link in it.
    pub link: Option<String>,
}

impl InboxPage {
    fn curl(&self) -> String {
        let to = self.open.as_ref().map_or("maya@okafor.example", |letter| &letter.to);
        format!("curl -s '{}?to={to}' | jq -r .code", self.page.url("/dev/inbox/latest"))
    }
}

impl Sample for InboxPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let at = UnixMillis(1_772_548_200_000);
        let line = |id: &str, to: &str, subject: &str, open| InboxLine { id: id.into(), to: to.into(), subject: subject.into(), at, open };
        let letters = || {
            let subject = "HX-47: create your Fieldnotes account";
            vec![line("2", "maya@okafor.example", subject, true), line("1", "jonas@lind.example", subject, false)]
        };
        let open = OpenLetter {
            id: "2".into(),
            to: "maya@okafor.example".into(),
            from: "Fieldnotes <hello@fieldnotes.example>".into(),
            subject: "HX-47: create your Fieldnotes account".into(),
            at,
            text: "Create your Fieldnotes account\n\nType this code on the page that asked for it:\n482 913\n".into(),
            code: Some("482913".into()),
            link: Some("https://auth.fieldnotes.example/l/7Qm2xV4nTtZ0r8cJpYd1Bg".into()),
        };
        vec![
            ("inbox", Self { page: page(), letters: letters(), open: Some(open) }),
            ("inbox-none-open", Self { page: page(), letters: letters(), open: None }),
            ("inbox-empty", Self { page: page(), letters: vec![], open: None }),
        ]
    }
}
