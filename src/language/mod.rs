//! The languages pages speak, and which of them a visitor gets.

mod message;

pub use message::{Speech, Spoken, ids, wrong_copy};

/// One of the languages of this build. A place in a list, so that it costs nothing to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Language(usize);

/// What is known about a language.
struct Known {
    code: &'static str,
    name: &'static str,
    direction: &'static str,
    source: &'static str,
}

/// Every language, the first being the one all others fall back to.
static KNOWN: &[Known] =
    &[Known { code: "en", name: "English", direction: "ltr", source: include_str!("../../templates/languages/en.ftl") }];

impl Language {
    /// Every language, in the order of the menu.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..KNOWN.len()).map(Self)
    }

    /// The language with this tag (RFC 5646), or the one of which it is a regional form.
    pub fn find(tag: &str) -> Option<Self> {
        let mut tag = tag.trim();
        loop {
            if let Some(at) = KNOWN.iter().position(|known| known.code.eq_ignore_ascii_case(tag)) {
                return Some(Self(at));
            }
            tag = tag.rsplit_once('-')?.0;
        }
    }

    /// Its tag.
    pub fn code(self) -> &'static str {
        self.known().code
    }

    /// Its own name for itself.
    pub fn name(self) -> &'static str {
        self.known().name
    }

    /// `ltr` or `rtl`.
    pub fn direction(self) -> &'static str {
        self.known().direction
    }

    /// Its messages, as Fluent text.
    pub fn source(self) -> &'static str {
        self.known().source
    }

    /// Where it stands in lists of languages.
    pub fn index(self) -> usize {
        self.0
    }

    fn known(self) -> &'static Known {
        &KNOWN[self.0]
    }
}

/// Chooses: what the app asked for (`ui_locales`), what the visitor chose, what the browser prefers.
pub fn negotiate(ui_locales: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Language {
    ui_locales
        .and_then(|tags| tags.split(' ').find_map(Language::find))
        .or_else(|| cookie.and_then(Language::find))
        .or_else(|| accept_language.and_then(preferred))
        .unwrap_or_default()
}

/// The best of an `Accept-Language` header (RFC 9110 §12.5.4).
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for item in header.split(',').take(32) {
        let (tag, parameter) = item.split_once(';').unwrap_or((item, ""));
        let weight = parameter.trim().strip_prefix("q=").map_or(1000, per_mille);
        let language = if tag.trim() == "*" { Some(Language::default()) } else { Language::find(tag) };
        if let Some(language) = language
            && weight > best.map_or(0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// `0.5` as 500. What cannot be read counts as nothing.
fn per_mille(text: &str) -> u16 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u16>(), digits.parse::<u16>()) {
        (Ok(0), Ok(thousandths)) => thousandths,
        (Ok(1), Ok(_)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_a_language() {
        for (ui_locales, cookie, accept) in [
            (None, None, None),
            (Some("xx en-GB"), None, None),
            (None, Some("en"), Some("de;q=1")),
            (None, Some("nonsense"), Some("tlh, *;q=0.1")),
            (Some(""), Some(""), Some(";;q=,,")),
        ] {
            assert_eq!(negotiate(ui_locales, cookie, accept).code(), "en");
        }
        assert_eq!(Language::find("en-Latn-GB"), Language::find("EN"));
        assert_eq!(Language::find("e"), None);
        assert_eq!(
            (per_mille("0.5"), per_mille("1"), per_mille("1.000"), per_mille("0"), per_mille("x"), per_mille("7")),
            (500, 1000, 1000, 0, 0, 0)
        );
    }
}
