//! The letters that only tell something. They have no button: whoever gets used to one in such letters
//! presses those of strangers.

use std::time::Duration;

use askama::Template;

use super::letter::{Facts, Letter, envelope, part};
use crate::app::App;
use crate::error::Result;
use crate::page::{Colours, Page};
use crate::types::{EmailAddress, Envelope, Words};

/// How long a notice is worth delivering: it tells of something that has happened, and is late at worst.
const LIFETIME: Duration = Duration::from_hours(48);

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Somebody asked for an account where nobody can have one.
    SignUpClosed,
    /// Somebody who may not come in asked for a letter.
    Barred,
    /// Somebody wants to use an address that an account has.
    AddressTaken,
    /// The password is another one.
    PasswordChanged,
    /// There is no password any more.
    PasswordRemoved,
    /// The account is going to be removed on this day.
    Leaving(String),
    /// It has been.
    Gone,
    /// The account has this address too.
    AddressAdded(String),
    /// And no longer.
    AddressRemoved(String),
    /// This one is its primary address now.
    PrimaryChanged(String),
    /// This one will be, on this day, unless somebody objects.
    PrimaryReplaced(String, String),
    /// Somebody signed in at a browser that the account has not been used at before.
    NewSignIn,
    /// The account can be opened by one at this provider.
    IdentityLinked(String),
    /// And no longer.
    IdentityUnlinked(String),
    /// A passkey opens the account.
    PasskeyAdded,
    /// And no longer.
    PasskeyRemoved,
    /// A second step is asked for from now on.
    TwoStepOn,
    /// And no longer.
    TwoStepOff,
    /// One of the recovery codes was used; so many are left.
    RecoveryCodeUsed(u64),
    /// There are new recovery codes.
    RecoveryCodesRenewed,
    /// An app was signed out because somebody may hold a copy of its tokens.
    Revoked,
}

struct Keys {
    subject: &'static str,
    title: &'static str,
    lede: &'static str,
    foot: &'static str,
}

/// A letter without a link.
pub struct NoticeLetter {
    page: Page,
    facts: Facts,
    notice: Notice,
}

#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct NoticeText<'a> {
    letter: &'a NoticeLetter,
    keys: Keys,
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct NoticeHtml<'a> {
    letter: &'a NoticeLetter,
    page: &'a Page,
    dark: &'a Colours,
    title: String,
    keys: Keys,
}

/// A notice to each of these addresses of what is about to happen at this browser. Written before the change that
/// posts it begins, because nothing is written in a transaction.
pub fn notices(
    app: &App,
    page: &Page,
    (notice, user_agent): (Notice, &str),
    to: impl IntoIterator<Item = EmailAddress>,
) -> Result<Vec<Envelope>> {
    let now = app.clock.now();
    let browser = crate::user_agent::describe(user_agent);
    let write = |to| {
        let facts = Facts { browser: browser.clone(), at: now, until: now, tag: String::new() };
        envelope(app, &to, (now, now + LIFETIME), &NoticeLetter::new(page, facts, notice.clone()))
    };
    to.into_iter().map(write).collect()
}

impl NoticeLetter {
    /// Writes it in the look and language of the page that caused it.
    pub fn new(page: &Page, facts: Facts, notice: Notice) -> Self {
        Self { page: page.clone(), facts, notice }
    }

    fn keys(&self) -> Keys {
        let keys = |subject, title, lede, foot| Keys { subject, title, lede, foot };
        match &self.notice {
            Notice::SignUpClosed => keys("mail-closed-subject", "mail-closed-title", "mail-closed-lede", "mail-closed-foot"),
            Notice::Barred => keys("mail-barred-subject", "mail-barred-title", "mail-barred-lede", "mail-closed-foot"),
            Notice::AddressTaken => keys("mail-taken-subject", "mail-taken-title", "mail-taken-lede", "mail-closed-foot"),
            Notice::PasswordChanged => keys("mail-password-subject", "mail-password-title", "mail-password-lede", "mail-changed-foot"),
            Notice::PasswordRemoved => {
                keys("mail-password-gone-subject", "mail-password-gone-title", "mail-password-gone-lede", "mail-changed-foot")
            }
            Notice::Leaving(_) => keys("mail-leaving-subject", "mail-leaving-title", "mail-leaving-lede", "mail-leaving-foot"),
            Notice::Gone => keys("mail-gone-subject", "mail-gone-title", "mail-gone-lede", "mail-gone-foot"),
            Notice::AddressAdded(_) => keys("mail-added-subject", "mail-added-title", "mail-added-lede", "mail-address-foot"),
            Notice::AddressRemoved(_) => keys("mail-removed-subject", "mail-removed-title", "mail-removed-lede", "mail-address-foot"),
            Notice::PrimaryChanged(_) => keys("mail-address-subject", "mail-address-title", "mail-address-lede", "mail-address-foot"),
            Notice::PrimaryReplaced(..) => keys("mail-replace-subject", "mail-replaced-title", "mail-replaced-lede", "mail-address-foot"),
            Notice::NewSignIn => keys("mail-new-sign-in-subject", "mail-new-sign-in-title", "mail-new-sign-in-lede", "mail-changed-foot"),
            Notice::IdentityLinked(_) => keys("mail-linked-subject", "mail-linked-title", "mail-linked-lede", "mail-linked-foot"),
            Notice::IdentityUnlinked(_) => keys("mail-unlinked-subject", "mail-unlinked-title", "mail-unlinked-lede", "mail-changed-foot"),
            Notice::PasskeyAdded => keys("mail-passkey-subject", "mail-passkey-title", "mail-passkey-lede", "mail-passkey-foot"),
            Notice::PasskeyRemoved => {
                keys("mail-passkey-gone-subject", "mail-passkey-gone-title", "mail-passkey-gone-lede", "mail-changed-foot")
            }
            Notice::TwoStepOn => keys("mail-two-step-on-subject", "mail-two-step-on-title", "mail-two-step-on-lede", "mail-changed-foot"),
            Notice::TwoStepOff => {
                keys("mail-two-step-off-subject", "mail-two-step-off-title", "mail-two-step-off-lede", "mail-changed-foot")
            }
            Notice::RecoveryCodeUsed(_) => keys("mail-recovery-subject", "mail-recovery-title", "mail-recovery-lede", "mail-changed-foot"),
            Notice::RecoveryCodesRenewed => keys("mail-codes-subject", "mail-codes-title", "mail-codes-lede", "mail-changed-foot"),
            Notice::Revoked => keys("mail-revoked-subject", "mail-revoked-title", "mail-revoked-lede", "mail-revoked-foot"),
        }
    }

    /// A message, with the provider's name where it is about one.
    fn say(&self, key: &'static str) -> String {
        let words = Words::new(key).with("tag", &self.facts.tag);
        self.page.words(&match &self.notice {
            Notice::IdentityLinked(provider) | Notice::IdentityUnlinked(provider) => words.with("provider", provider),
            Notice::AddressAdded(email) | Notice::AddressRemoved(email) | Notice::PrimaryChanged(email) => words.with("email", email),
            Notice::PrimaryReplaced(email, day) => words.with("email", email).with("day", day),
            Notice::Leaving(day) => words.with("day", day),
            Notice::RecoveryCodeUsed(left) => words.with("left", *left),
            _ => words,
        })
    }

    fn asked(&self) -> String {
        self.facts.asked(&self.page)
    }

    /// Where to look, as a name and not as a link.
    fn foot(&self, key: &'static str) -> String {
        let place = self.page.url("");
        self.page.words(&Words::new(key).with("place", place.trim_start_matches("https://").trim_start_matches("http://")))
    }
}

impl Letter for NoticeLetter {
    fn subject(&self) -> String {
        self.say(self.keys().subject)
    }

    fn text(&self) -> Result<String> {
        part(&NoticeText { letter: self, keys: self.keys() })
    }

    fn html(&self) -> Result<String> {
        let look = self.page.look();
        part(&NoticeHtml { letter: self, page: &self.page, dark: &look.dark, title: self.subject(), keys: self.keys() })
    }
}
