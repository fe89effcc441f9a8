//! Marked-up text inside a sentence. The sentence comes from a language file as a whole and is escaped;
//! only what is put into its gaps may carry markup, and that is made here.

use std::fmt;

use askama::filters::HtmlSafe;

use super::Colours;
use crate::language::Speech;

/// Text that is HTML already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Escaped text.
    pub fn text(text: &str) -> Self {
        Self(escaped(text))
    }

    /// An address or a person's name, isolated from the direction of the text around it.
    pub fn who(text: &str) -> Self {
        Self(format!("<bdi class=\"who\">{}</bdi>", escaped(text)))
    }

    /// A fact that matters.
    pub fn strong(text: &str) -> Self {
        Self(format!("<strong>{}</strong>", escaped(text)))
    }

    /// A fact that matters and must not be broken.
    pub fn whole(text: &str) -> Self {
        Self(format!("<strong class=\"nowrap\">{}</strong>", escaped(text)))
    }

    /// The tag that a letter and its page share.
    pub fn tag(text: &str) -> Self {
        Self(format!("<span class=\"tag\">{}</span>", escaped(text)))
    }

    /// The same tag in a letter, which carries its style with it.
    pub fn mail_tag(text: &str, colours: &Colours) -> Self {
        let Colours { accent, wash, .. } = colours;
        let style = format!(
            "background:{wash};color:{accent};border-radius:6px;padding:2px 7px;font:600 16px/22px ui-monospace,Menlo,Consolas,monospace"
        );
        Self(format!("<span class=\"c\" style=\"{style}\">{}</span>", escaped(text)))
    }

    /// Something for machines.
    pub fn mono(text: &str) -> Self {
        Self(format!("<span class=\"mono\">{}</span>", escaped(text)))
    }

    /// The name of a request, to be read out.
    pub fn reference(text: &str) -> Self {
        Self(format!("<span class=\"mono nowrap\">{}</span>", escaped(text)))
    }

    /// A link.
    pub fn link(href: &str, text: &str) -> Self {
        Self(format!("<a href=\"{}\">{}</a>", escaped(href), escaped(text)))
    }

    /// A moment: for machines, and as people read it.
    pub fn time(rfc3339: &str, text: &str) -> Self {
        Self(format!("<time datetime=\"{}\">{}</time>", escaped(rfc3339), escaped(text)))
    }

    /// The same with its day.
    pub fn moment(rfc3339: &str, text: &str) -> Self {
        Self(format!("<time datetime=\"{}\" data-day>{}</time>", escaped(rfc3339), escaped(text)))
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl HtmlSafe for Html {}

/// Stand in for the gaps while a sentence is escaped: characters for private use. Only the
/// message itself is searched for them, never what somebody typed.
const GAPS: [&str; 6] = ["\u{E000}", "\u{E001}", "\u{E002}", "\u{E003}", "\u{E004}", "\u{E005}"];

/// Fills the gaps of a message.
pub(super) fn fill(speech: &Speech, key: &str, gaps: &[(&str, Html)]) -> Html {
    let args: Vec<_> = gaps.iter().zip(GAPS).map(|((name, _), place)| (*name, place)).collect();
    let Some(text) = speech.word(key, &args) else { return Html::text(key) };
    let mut html = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match u32::from(c).checked_sub(0xE000).and_then(|at| gaps.get(usize::try_from(at).ok()?)) {
            Some((_, gap)) => html.push_str(&gap.0),
            None => escape(c, &mut html),
        }
    }
    Html(html)
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| escape(c, &mut html));
    html
}

fn escape(c: char, html: &mut String) {
    match c {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        c => html.push(c),
    }
}
