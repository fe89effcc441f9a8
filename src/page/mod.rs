//! What every page has in common: a look, a language, and the one way to become a response.
//! A page is a struct with a template beside its handler, and always has a [`Page`] as first field.

pub mod asset;
mod colour;
mod difference;
mod error;
mod html;
mod look;
mod provider_button;
mod render;
mod sample;
mod theme;
mod view;

pub use asset::Asset;
pub use difference::Marked;
pub use error::{PageError, PageResult, status};
pub use html::Html;
pub use look::{Look, Looks};
pub use provider_button::{ProviderButton, ProviderButtons};
pub use render::{CSP, csp_for_form_to, respond, respond_with, respond_with_html};
pub use sample::Sample;
pub use theme::Colours;
pub use view::{BusyPage, CookiesPage, DevErrorPage, ErrorPage, NotFoundPage, StalePage, problem_words};

use std::sync::Arc;

use actix_web::http::StatusCode;

use crate::language::Language;
use crate::types::{UnixMillis, Words};

/// What a template knows beside its own subject. Cheap to make: one for each response.
#[derive(Clone)]
pub struct Page {
    look: Arc<Look>,
    language: Language,
    /// The mark that every form carries in its field `csrf`.
    pub csrf: String,
    base: String,
    /// Whether to show the strip that says so.
    pub development: bool,
}

impl Page {
    /// A page in this look and language. `base` is the path of the issuer, empty for most.
    pub fn new(look: Arc<Look>, language: Language, csrf: String, base: &str, development: bool) -> Self {
        Self { look, language, csrf, base: base.to_owned(), development }
    }

    /// The look, for choosing shape, logo and links.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// The reader's language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The application's name.
    pub fn name(&self) -> &str {
        &self.look.name
    }

    /// A message that needs nothing but the application's name.
    pub fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.look.speech(self.language).say(key)
    }

    /// A message with what it needs.
    pub fn words(&self, words: &Words) -> String {
        self.look.speech(self.language).words(words)
    }

    /// A message with marked-up text in its gaps. What the message itself says is escaped.
    pub fn rich(&self, key: &str, gaps: &[(&str, Html)]) -> Html {
        html::fill(self.look.speech(self.language), key, gaps)
    }

    /// An address on this server. The path begins with a slash.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// An address on this server that continues a journey.
    pub fn flow_path(&self, path: &str, flow: &str) -> String {
        if flow.is_empty() { self.path(path) } else { format!("{}{path}?flow={flow}", self.base) }
    }

    /// An address on this server, in full.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.look.issuer)
    }

    /// The address of a file of ours, for example `css/app.css`.
    pub fn asset<'a>(&'a self, name: &'a str) -> &'a str {
        self.look.asset(name)
    }

    /// A time of day. The script turns it into the reader's own.
    pub fn clock(&self, at: UnixMillis) -> Html {
        Html::time(&at.rfc3339(), &clock(at))
    }

    /// A day and a time of day. The script turns it into the reader's own.
    pub fn moment(&self, at: UnixMillis) -> Html {
        Html::moment(&at.rfc3339(), &format!("{} {}", at.date(), clock(at)))
    }

    /// How long to wait, in seconds or minutes.
    pub fn wait(&self, seconds: u64) -> String {
        let words = if seconds < 90 {
            Words::new("wait-seconds").with("seconds", seconds.max(1))
        } else {
            Words::new("wait-minutes").with("minutes", seconds.div_ceil(60))
        };
        self.words(&words)
    }

    /// Whether a problem lies in what was typed. Having to wait is nobody's mistake, a passkey is not typed, and the last way in
    /// stays whatever is.
    pub fn blames(&self, problem: &Words) -> bool {
        problem.key != "check-wait" && !problem.key.starts_with("passkey-") && problem.key != "password-last"
    }

    /// Whether there is such a problem.
    pub fn has_fault(&self, problem: &Option<Words>) -> bool {
        problem.as_ref().is_some_and(|problem| self.blames(problem))
    }

    /// What the button of another login server says.
    pub fn continue_with(&self, provider: &ProviderButton) -> String {
        self.words(&Words::new("sign-in-with").with("provider", &provider.name))
    }

    /// What a person agrees to by going on, if the operator has anything to agree to.
    pub fn terms(&self) -> Option<Html> {
        let links = &self.look.links;
        let terms = links.terms.as_deref().map(|href| ("terms", Html::link(href, self.say("terms-terms"))));
        let privacy = links.privacy.as_deref().map(|href| ("privacy", Html::link(href, self.say("terms-privacy"))));
        match (terms, privacy) {
            (Some(terms), Some(privacy)) => Some(self.rich("terms-both", &[terms, privacy])),
            (Some(terms), None) => Some(self.rich("terms-only-terms", &[terms])),
            (None, Some(privacy)) => Some(self.rich("terms-only-privacy", &[privacy])),
            (None, None) => None,
        }
    }
}

/// The status of a page with a form, by whether something is wrong with what was sent.
pub fn status_of(problem: Option<&Words>) -> StatusCode {
    if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// The first letter of a name, as it stands on a tile.
pub fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

/// A time of day for where no script runs.
pub fn clock(at: UnixMillis) -> String {
    let at = at.date_time();
    format!("{:02}:{:02} UTC", at.hour(), at.minute())
}
