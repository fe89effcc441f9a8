//! Texts with places in them, as `https://{domain}/userinfo?id={$.token.id}`. Braces around anything but a word or a
//! path are just braces.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::source::Path;

/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text with places, read once.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    text: String,
    parts: Vec<Piece>,
}

/// A stretch of a template.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// As it is.
    Text(String),
    /// `{word}`: a setting, or something that the server knows.
    Word(String),
    /// `{$.a.path}` into what the provider answered.
    Path(Path),
}

/// A place of a template that nothing fills.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is nothing to put in the place of {{{0}}}")]
pub struct Missing(pub String);

/// What fills the places.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    words: BTreeMap<&'a str, &'a str>,
    answers: Option<&'a Value>,
}

impl<'a> Values<'a> {
    /// An operator's settings (see [`super::Provider::settle`]) and `{client_id}`.
    pub fn new(settings: &'a BTreeMap<String, String>, client_id: &'a str) -> Self {
        let mut words: BTreeMap<_, _> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        words.insert("client_id", client_id);
        Self { words, answers: None }
    }

    /// One more word, as `access_token` or `tenantid`.
    #[must_use]
    pub fn word(mut self, name: &'a str, value: &'a str) -> Self {
        self.words.insert(name, value);
        self
    }

    /// The document that paths lead into: [`super::Document::value`].
    #[must_use]
    pub fn answers(mut self, document: &'a Value) -> Self {
        self.answers = Some(document);
        self
    }

    fn of<'b>(&'b self, piece: &'b Piece) -> Option<Cow<'b, str>> {
        match piece {
            Piece::Text(text) => Some(text.into()),
            Piece::Word(name) => self.words.get(name.as_str()).map(|value| (*value).into()),
            Piece::Path(path) => path.text(self.answers?),
        }
    }
}

impl Template {
    /// Filled as it is, for headers, and for parameters, which are encoded when they are sent.
    pub fn text(&self, values: &Values<'_>) -> Result<String, Missing> {
        self.fill(values, false)
    }

    /// Filled as an address: values are percent-encoded, but for one that the address begins with.
    pub fn url(&self, values: &Values<'_>) -> Result<String, Missing> {
        self.fill(values, true)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.parts
    }

    fn fill(&self, values: &Values<'_>, encode: bool) -> Result<String, Missing> {
        let mut filled = String::with_capacity(self.text.len());
        for (at, piece) in self.parts.iter().enumerate() {
            let value = values.of(piece).ok_or_else(|| Missing(piece.name().to_owned()))?;
            if !encode || matches!(piece, Piece::Text(_)) {
                filled.push_str(&value);
            } else if at > 0 && matches!(&*value, "" | "." | "..") {
                // These would make it another address, and encoding cannot help it.
                return Err(Missing(piece.name().to_owned()));
            } else if at > 0 {
                filled.extend(utf8_percent_encode(&value, RESERVED));
            } else {
                // `{server}/path`: an operator may have written the slash as well.
                let continues = matches!(self.parts.get(1), Some(Piece::Text(next)) if next.starts_with('/'));
                filled.push_str(if continues { value.trim_end_matches('/') } else { &value });
            }
        }
        Ok(filled)
    }
}

impl Piece {
    fn name(&self) -> &str {
        match self {
            Self::Text(text) | Self::Word(text) => text,
            Self::Path(path) => path.as_str(),
        }
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text.as_str());
        while let Some(open) = rest.find('{') {
            literal.push_str(&rest[..open]);
            let place = rest[open + 1..].split_once('}').and_then(|(inside, after)| Some((piece(inside)?, after)));
            if let Some((piece, after)) = place {
                if !literal.is_empty() {
                    parts.push(Piece::Text(std::mem::take(&mut literal)));
                }
                parts.push(piece?);
                rest = after;
            } else {
                literal.push('{');
                rest = &rest[open + 1..];
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Piece::Text(literal));
        }
        Ok(Self { text, parts })
    }
}

/// What stands in braces, if it is a place.
fn piece(inside: &str) -> Option<Result<Piece, String>> {
    if inside.starts_with("$.") {
        return Some(Path::parse(inside).map(Piece::Path));
    }
    let word = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    word.then(|| Ok(Piece::Word(inside.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, url: bool) -> Result<String, Missing> {
        let settings = [("server", "https://chat.example.com/"), ("tenant", "a/b?c"), ("key", "two words")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let answers = serde_json::json!({ "token": { "id": 7, "up": "..", "who": "a&b=c/../d#é", "not": null, "yes": true } });
        let values = Values::new(&settings, "the client").word("access_token", "x y").answers(&answers);
        let template = Template::try_from(template.to_owned()).unwrap();
        if url { template.url(&values) } else { template.text(&values) }
    }

    #[test]
    fn places_are_filled_and_encoded_where_they_could_change_an_address() {
        for (template, url, filled) in [
            ("{server}", true, "https://chat.example.com/"),
            ("{server}/me", true, "https://chat.example.com/me"),
            ("https://x.example/{tenant}/v2?id={$.token.id}", true, "https://x.example/a%2Fb%3Fc/v2?id=7"),
            ("https://x.example/?who={$.token.who}", true, "https://x.example/?who=a%26b%3Dc%2F..%2Fd%23%C3%A9"),
            ("https://x.example/{access_token}", true, "https://x.example/x%20y"),
            ("OAuth {access_token}", false, "OAuth x y"),
            ("openid {client_id}", false, "openid the client"),
            ("{key}", false, "two words"),
            // Braces that are not places.
            (r#"{"id_token":{"email":null}}"#, false, r#"{"id_token":{"email":null}}"#),
            ("{} {Upper} {a-b} {", false, "{} {Upper} {a-b} {"),
            ("{{key}}", false, "{two words}"),
        ] {
            assert_eq!(fill(template, url).as_deref(), Ok(filled), "{template}");
        }
    }

    #[test]
    fn a_place_that_nothing_fills_is_named() {
        for place in ["other", "$.token.up", "$.token.other", "$.token.not", "$.token.yes"] {
            assert_eq!(fill(&format!("https://x.example/{{{place}}}"), true), Err(Missing(place.to_owned())));
        }
        assert!(Template::try_from("{$.token[}".to_owned()).is_err());
    }
}
