//! The two letters that a sign-up can lead to. Only the owner of the mailbox learns which.

use askama::Template;

use super::letter::{Facts, Letter, part};
use crate::error::Result;
use crate::page::{Colours, Page};
use crate::types::Words;

/// To an address without an account: the code that makes one.
pub struct SignUpLetter {
    page: Page,
    facts: Facts,
    code: String,
}

#[derive(Template)]
#[template(path = "mail/sign_up/letter.txt")]
struct SignUpText<'a>(&'a SignUpLetter);

#[derive(Template)]
#[template(path = "mail/sign_up/letter.html")]
struct SignUpHtml<'a> {
    letter: &'a SignUpLetter,
    page: &'a Page,
    light: &'a Colours,
    dark: &'a Colours,
    facts: &'a Facts,
    title: String,
}

impl SignUpLetter {
    /// Writes it in the look and language of the page that asked.
    pub fn new(page: &Page, facts: Facts, code: String) -> Self {
        Self { page: page.clone(), facts, code }
    }

    /// Half a code is easier to carry in one's head.
    fn spaced(&self) -> String {
        match self.code.split_at_checked(3) {
            Some((first, second)) => format!("{first} {second}"),
            None => self.code.clone(),
        }
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

impl Letter for SignUpLetter {
    fn subject(&self) -> String {
        self.page.words(&Words::new("mail-sign-up-subject").with("tag", &self.facts.tag))
    }

    fn text(&self) -> Result<String> {
        part(&SignUpText(self))
    }

    fn html(&self) -> Result<String> {
        let Self { page, facts, .. } = self;
        let look = page.look();
        part(&SignUpHtml { letter: self, page, light: &look.light, dark: &look.dark, facts, title: self.subject() })
    }
}

/// To an address that has an account: says so, and leads to the sign-in page.
pub struct SignUpExistingLetter {
    page: Page,
    facts: Facts,
    href: String,
}

#[derive(Template)]
#[template(path = "mail/sign_up_existing/letter.txt")]
struct SignUpExistingText<'a>(&'a SignUpExistingLetter);

#[derive(Template)]
#[template(path = "mail/sign_up_existing/letter.html")]
struct SignUpExistingHtml<'a> {
    letter: &'a SignUpExistingLetter,
    page: &'a Page,
    light: &'a Colours,
    dark: &'a Colours,
    facts: &'a Facts,
    title: String,
}

impl SignUpExistingLetter {
    /// Writes it in the look and language of the page that asked. `href` is the sign-in page in full.
    pub fn new(page: &Page, facts: Facts, href: String) -> Self {
        Self { page: page.clone(), facts, href }
    }

    fn asked(&self) -> String {
        let words = Words::new("mail-existing-facts").with("browser", &self.facts.browser).with("at", self.facts.moment(&self.page));
        self.page.words(&words)
    }
}

impl Letter for SignUpExistingLetter {
    fn subject(&self) -> String {
        self.page.words(&Words::new("mail-existing-subject").with("tag", &self.facts.tag))
    }

    fn text(&self) -> Result<String> {
        part(&SignUpExistingText(self))
    }

    fn html(&self) -> Result<String> {
        let Self { page, facts, .. } = self;
        let look = page.look();
        part(&SignUpExistingHtml { letter: self, page, light: &look.light, dark: &look.dark, facts, title: self.subject() })
    }
}
