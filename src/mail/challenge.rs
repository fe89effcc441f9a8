//! The letters that ask their reader to prove an address: a link, a code, and the tag that the page shows
//! too. They differ in what they say; what they can do is in the row they belong to.

use askama::Template;

use super::letter::{Facts, Letter, part};
use crate::error::Result;
use crate::page::{Colours, Page};
use crate::types::{EmailAddress, Words};

/// What a letter is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Somebody with an account wants in.
    SignIn,
    /// Somebody who is in is to show that it is them. The letter has no link.
    StepUp,
    /// Somebody without one wants in.
    SignUp,
    /// Somebody with an account wants another.
    Existing,
    /// Somebody forgot their password.
    Reset,
    /// Somebody forgot the password of an account that has none.
    NoPassword,
    /// Somebody with an account wants this address as well.
    AddAddress,
    /// Somebody wants another address of theirs in the place of this one, which is their primary one.
    ChangePrimary(EmailAddress),
}

/// The words of a letter. `button` names what the link does.
struct Keys {
    subject: &'static str,
    title: &'static str,
    lede: Option<&'static str>,
    button: &'static str,
    ignore: &'static str,
}

/// A letter with a link and a code.
pub struct ChallengeLetter {
    page: Page,
    facts: Facts,
    about: About,
    to: String,
    code: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "mail/challenge.txt")]
struct ChallengeText<'a> {
    letter: &'a ChallengeLetter,
    page: &'a Page,
    keys: Keys,
}

#[derive(Template)]
#[template(path = "mail/challenge.html")]
struct ChallengeHtml<'a> {
    letter: &'a ChallengeLetter,
    page: &'a Page,
    light: &'a Colours,
    dark: &'a Colours,
    facts: &'a Facts,
    title: String,
    keys: Keys,
}

impl ChallengeLetter {
    /// Writes it in the look and language of the page that asked. `href` is the link in full, if there is one.
    pub fn new(page: &Page, facts: Facts, about: About, to: &EmailAddress, (code, href): (String, Option<String>)) -> Self {
        Self { page: page.clone(), facts, about, to: to.to_string(), code, href }
    }

    fn keys(&self) -> Keys {
        let keys = |subject, title, lede, button, ignore| Keys { subject, title, lede, button, ignore };
        match self.about {
            About::SignIn => keys("mail-sign-in-subject", "mail-sign-in-title", None, "mail-sign-in-button", "mail-sign-in-ignore"),
            About::StepUp => {
                keys("mail-step-up-subject", "mail-step-up-title", Some("mail-step-up-lede"), "mail-sign-in-button", "mail-step-up-ignore")
            }
            About::SignUp => {
                keys("mail-sign-up-subject", "mail-sign-up-title", Some("mail-sign-up-lede"), "mail-sign-up-button", "mail-sign-up-ignore")
            }
            About::Existing => keys(
                "mail-existing-subject",
                "mail-existing-title",
                Some("mail-existing-lede"),
                "mail-sign-in-button",
                "mail-existing-ignore",
            ),
            About::Reset => {
                keys("mail-reset-subject", "mail-reset-title", Some("mail-reset-lede"), "mail-reset-button", "mail-reset-ignore")
            }
            About::NoPassword => keys(
                "mail-sign-in-subject",
                "mail-sign-in-title",
                Some("mail-no-password-lede"),
                "mail-sign-in-button",
                "mail-sign-in-ignore",
            ),
            About::AddAddress => {
                keys("mail-add-subject", "mail-add-title", Some("mail-add-lede"), "mail-confirm-button", "mail-add-ignore")
            }
            About::ChangePrimary(_) => {
                keys("mail-primary-subject", "mail-primary-title", Some("mail-primary-lede"), "mail-confirm-button", "mail-primary-ignore")
            }
        }
    }

    /// A sentence that may name this address or the new one.
    fn sentence(&self, key: &'static str) -> String {
        let new = if let About::ChangePrimary(new) = &self.about { new.to_string() } else { String::new() };
        self.page.words(&Words::new(key).with("email", &self.to).with("new", new))
    }

    /// Half a code is easier to carry in one's head.
    fn spaced(&self) -> String {
        spaced(&self.code)
    }

    fn preheader(&self) -> String {
        self.page.words(&Words::new("mail-code-preheader").with("code", self.spaced()).with("minutes", self.facts.minutes()))
    }

    fn asked(&self) -> String {
        let Facts { browser, .. } = &self.facts;
        let words = Words::new("mail-facts").with("browser", browser).with("at", self.facts.moment(&self.page));
        self.page.words(&words.with("until", self.facts.end()))
    }
}

/// `482 913`
pub fn spaced(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((first, second)) => format!("{first} {second}"),
        None => code.to_owned(),
    }
}

impl Letter for ChallengeLetter {
    fn subject(&self) -> String {
        self.page.words(&Words::new(self.keys().subject).with("tag", &self.facts.tag))
    }

    fn text(&self) -> Result<String> {
        part(&ChallengeText { letter: self, page: &self.page, keys: self.keys() })
    }

    fn html(&self) -> Result<String> {
        let Self { page, facts, .. } = self;
        let look = page.look();
        part(&ChallengeHtml { letter: self, page, light: &look.light, dark: &look.dark, facts, title: self.subject(), keys: self.keys() })
    }
}
