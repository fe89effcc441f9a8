//! What all letters have in common: who asked and when, and two parts that say the same.

use std::time::Duration;

use crate::app::App;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::page::{Colours, Html, Page, clock};
use crate::types::{ClientId, EmailAddress, Envelope, UnixMillis, Words};

/// What the reader may want to check. No address and no place: they frighten more than they help.
pub struct Facts {
    /// The browser that asked, as a person would call it.
    pub browser: String,
    /// When it asked.
    pub at: UnixMillis,
    /// Until when the letter is of use.
    pub until: UnixMillis,
    /// The tag that the page shows too.
    pub tag: String,
}

impl Facts {
    /// When it asked, in words.
    pub fn moment(&self, page: &Page) -> String {
        let at = self.at.date_time();
        page.words(&Words::new("mail-moment").with("day", at.day()).with("month", u8::from(at.month())).with("time", clock(self.at)))
    }

    /// By which browser it was asked for, and when.
    pub fn asked(&self, page: &Page) -> String {
        page.words(&Words::new("mail-when").with("browser", &self.browser).with("at", self.moment(page)))
    }

    /// Until when, as a time of day.
    pub fn end(&self) -> String {
        clock(self.until)
    }

    /// Asks to compare tags, as HTML. Letters style themselves: no style sheet travels with them.
    pub fn compare(&self, page: &Page, colours: &Colours) -> Html {
        page.rich("mail-compare", &[("tag", Html::mail_tag(&self.tag, colours))])
    }

    /// Asks to compare tags.
    pub fn compare_text(&self, page: &Page) -> String {
        page.words(&Words::new("mail-compare").with("tag", &self.tag))
    }

    /// For how many minutes the letter is of use.
    pub fn minutes(&self) -> u64 {
        let left: Duration = self.until.since(self.at);
        left.as_secs().div_ceil(60)
    }
}

/// A letter that knows what it says.
pub trait Letter {
    /// One line, at most about 50 characters.
    fn subject(&self) -> String;

    /// The plain text part, which says everything.
    fn text(&self) -> Result<String>;

    /// The HTML part.
    fn html(&self) -> Result<String>;
}

/// What a letter knows of the page that caused it: its look and its language.
pub fn page(app: &App, client: Option<&ClientId>, language: Language) -> Page {
    Page::new(app.looks.of(client), language, String::new(), app.config.issuer.path(), false)
}

/// Puts a letter into its envelope. `until` is when it stops being of use.
pub fn envelope(app: &App, to: &EmailAddress, (now, until): (UnixMillis, UnixMillis), letter: &(impl Letter + ?Sized)) -> Result<Envelope> {
    Ok(Envelope {
        to: to.clone(),
        from: one_line(&app.config.email.from),
        reply_to: app.config.email.reply_to.as_deref().map(one_line),
        subject: one_line(&letter.subject()),
        text: letter.text()?,
        html: letter.html()?,
        code: None,
        link: None,
        at: now,
        until,
    })
}

/// A header takes one line; whatever would begin another is taken out.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')).collect()
}

/// Renders a part of a letter.
pub(super) fn part(template: &impl askama::Template) -> Result<String> {
    template.render().map_err(|error| Error::broken("a letter cannot be written", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_stays_one_line() {
        assert_eq!(one_line("Hello\r\nBcc: everybody@example.com\u{2028}\u{85}\0"), "HelloBcc: everybody@example.com");
    }
}
