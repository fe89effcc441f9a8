//! The letter to a mailbox that is said to be lost: it may object.

use askama::Template;

use super::letter::{Facts, Letter, part};
use crate::error::Result;
use crate::page::{Colours, Page};
use crate::types::{EmailAddress, Words};

/// A letter with a link that keeps things as they are.
pub struct ReplacementLetter {
    page: Page,
    facts: Facts,
    old: String,
    new: String,
    href: String,
}

#[derive(Template)]
#[template(path = "mail/replacement.txt")]
struct ReplacementText<'a> {
    letter: &'a ReplacementLetter,
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "mail/replacement.html")]
struct ReplacementHtml<'a> {
    letter: &'a ReplacementLetter,
    page: &'a Page,
    light: &'a Colours,
    dark: &'a Colours,
    title: String,
}

impl ReplacementLetter {
    /// Writes it in the look and language of the page that asked: the old primary address, which it goes to, and the new one.
    pub fn new(page: &Page, facts: Facts, (old, new): (&EmailAddress, &EmailAddress), href: String) -> Self {
        Self { page: page.clone(), facts, old: old.to_string(), new: new.to_string(), href }
    }

    fn say(&self, key: &'static str) -> String {
        let words = Words::new(key).with("old", &self.old).with("new", &self.new);
        self.page.words(&words.with("day", self.facts.until.date()))
    }
}

impl Letter for ReplacementLetter {
    fn subject(&self) -> String {
        self.say("mail-replace-subject")
    }

    fn text(&self) -> Result<String> {
        part(&ReplacementText { letter: self, page: &self.page })
    }

    fn html(&self) -> Result<String> {
        let look = self.page.look();
        part(&ReplacementHtml { letter: self, page: &self.page, light: &look.light, dark: &look.dark, title: self.subject() })
    }
}
