//! Who a provider says a person is. Nothing is guessed and nothing is converted: a subject of another type, or an address
//! whose confirmation is anything but `true`, is not taken for what was meant.

use serde_json::{Map, Value};

use super::provider::{Provider, SubjectIs, Verified};
use super::source::Sources;
use crate::types::is_invisible;

/// The longest subject (`OpenID` Connect Core §2), in characters.
const SUBJECT: usize = 255;
/// The longest name, in characters.
const NAME: usize = 200;
/// The longest address of a picture, in bytes.
const PICTURE: usize = 2000;

/// What a provider answered, for the paths of its file to lead into.
#[derive(Debug, Clone)]
pub struct Document(Value);

/// A part of a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The verified ID token's claims, completed by userinfo.
    Claims,
    /// The profile.
    Userinfo,
    /// The addresses.
    Emails,
    /// The token answer.
    Token,
    /// What the person's browser brought: nobody signed it.
    Form,
}

/// Who somebody is at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable and never given to anybody else, at this provider.
    pub subject: String,
    /// The address as it was given: not parsed yet.
    pub email: Option<String>,
    /// Whether the provider confirmed the address. Whether that is believed is another question.
    #[serde(default)]
    pub email_verified: bool,
    /// The whole name.
    pub name: Option<String>,
    /// The first name.
    pub given_name: Option<String>,
    /// The last name.
    pub family_name: Option<String>,
    /// What the person is called there.
    pub username: Option<String>,
    /// The address of a picture, on https.
    pub picture: Option<String>,
}

/// Why nobody can be signed in with what a provider answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing, or more than one thing, is where the subject should be.
    #[error("the provider did not say who it is")]
    SubjectMissing,
    /// It is something else, where the provider always sends a text.
    #[error("the subject is not a text")]
    SubjectIsNotAString,
    /// It is something else, where the provider always sends a number.
    #[error("the subject is not a whole number")]
    SubjectIsNotAnInteger,
    /// A text with nothing in it.
    #[error("the subject is empty")]
    SubjectEmpty,
    /// More than 255 characters.
    #[error("the subject is too long")]
    SubjectTooLong,
    /// A text with a control character in it.
    #[error("the subject has a control character in it")]
    SubjectUnprintable,
}

impl Document {
    /// With nothing in it.
    pub fn new() -> Self {
        Self(Value::Object(Map::new()))
    }

    /// With one more answer.
    #[must_use]
    pub fn with(mut self, part: Part, answer: Value) -> Self {
        if let Value::Object(parts) = &mut self.0 {
            parts.insert(part.name().to_owned(), answer);
        }
        self
    }

    /// All of it, for [`super::Values::answers`].
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::Userinfo => "userinfo",
            Self::Emails => "emails",
            Self::Token => "token",
            Self::Form => "form",
        }
    }
}

impl Provider {
    /// Who it is, from what the provider answered.
    pub fn profile(&self, document: &Document) -> Result<Profile, Refused> {
        let claims = &self.claims;
        let text = |sources: &Option<Sources>| sources.as_ref().and_then(|sources| sources.text(&document.0));
        let name = |sources: &Option<Sources>| text(sources).and_then(|name| tidy(&name));
        let email = text(&claims.email).map(std::borrow::Cow::into_owned);
        Ok(Profile {
            subject: self.subject(document)?,
            email_verified: email.is_some() && self.is_verified(document),
            email,
            name: name(&claims.name),
            given_name: name(&claims.given_name),
            family_name: name(&claims.family_name),
            username: name(&claims.username),
            picture: text(&claims.picture).and_then(|address| picture(&address)),
        })
    }

    fn subject(&self, document: &Document) -> Result<String, Refused> {
        let path = self.claims.subject.as_ref().and_then(Sources::only_path);
        let value = path.and_then(|path| path.only(&document.0)).filter(|value| !value.is_null()).ok_or(Refused::SubjectMissing)?;
        let subject = match (self.claims.subject_is, value) {
            (SubjectIs::String, Value::String(text)) => text.clone(),
            (SubjectIs::String, _) => return Err(Refused::SubjectIsNotAString),
            (SubjectIs::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
            (SubjectIs::Integer, _) => return Err(Refused::SubjectIsNotAnInteger),
        };
        if subject.trim().is_empty() {
            Err(Refused::SubjectEmpty)
        } else if subject.chars().count() > SUBJECT {
            Err(Refused::SubjectTooLong)
        } else if subject.chars().any(char::is_control) {
            Err(Refused::SubjectUnprintable)
        } else {
            Ok(subject)
        }
    }

    fn is_verified(&self, document: &Document) -> bool {
        match self.verified() {
            Verified::Always => true,
            Verified::Never => false,
            Verified::Claim => self.is_claimed(document).unwrap_or(false),
        }
    }

    fn is_claimed(&self, document: &Document) -> Option<bool> {
        let email = self.claims.email.as_ref()?.giving(&document.0)?;
        let verified = self.claims.email_verified.as_ref()?.only_path()?;
        // The claim is about the address beside it, and of several nobody can say which belong together.
        Some(match verified.only(&document.0).filter(|_| verified.stands_beside(email, &document.0))? {
            Value::Bool(verified) => *verified,
            Value::String(text) => self.email.accept.contains(text),
            _ => false,
        })
    }
}

/// A name as it may be shown: on one line, in one direction, and not too long.
fn tidy(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    let name: String = name.trim().chars().take(NAME).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// An address that a page may show a picture from.
fn picture(address: &str) -> Option<String> {
    let address = address.trim();
    let url = url::Url::parse(address).ok()?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    let clean = address.len() <= PICTURE && !address.chars().any(|c| c.is_control() || c.is_whitespace());
    (plain && clean).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::catalogue;

    fn provider(id: &str) -> Provider {
        catalogue::find(id).unwrap().unwrap().facts
    }

    /// Everybody's facts, with the answers of each example.
    fn examples() -> Vec<(&'static str, Provider, Document)> {
        let mut all = Vec::new();
        for id in catalogue::ids() {
            let facts = provider(id);
            for example in &facts.examples {
                all.push((id, facts.clone(), example.document().unwrap()));
            }
        }
        all
    }

    /// Puts something else at the place that a path leads to; nothing removes it. Says whether there was such a place.
    fn put(document: &mut Document, sources: Option<&Sources>, value: Option<&Value>) -> bool {
        let text = sources.and_then(Sources::only_path).unwrap().as_str();
        let found = serde_json_path::JsonPath::parse(text).unwrap().query_located(&document.0);
        let places: Vec<_> = found.locations().map(serde_json_path::NormalizedPath::to_json_pointer).collect();
        drop(found);
        for place in &places {
            let (parent, name) = place.rsplit_once('/').unwrap();
            match (document.0.pointer_mut(parent).unwrap(), value) {
                (Value::Object(members), None) => drop(members.remove(&name.replace("~1", "/").replace("~0", "~"))),
                (_, None) => panic!("{place}"),
                (_, Some(value)) => *document.0.pointer_mut(place).unwrap() = value.clone(),
            }
        }
        !places.is_empty()
    }

    /// V-6, V-7.
    #[test]
    fn only_json_true_is_verified() {
        let nots = [json!(false), json!("false"), json!("true"), json!("TRUE"), json!(1), json!(null), json!([]), json!([true]), json!({})];
        let mut tried = std::collections::BTreeSet::new();
        for (id, facts, document) in examples() {
            if facts.verified() != Verified::Claim {
                continue;
            }
            for not in nots.iter().map(Some).chain([None]) {
                let mut document = document.clone();
                if put(&mut document, facts.claims.email_verified.as_ref(), not) && facts.profile(&document).unwrap().email.is_some() {
                    // The one that documents another yes.
                    let documented = id == "apple" && not == Some(&json!("true"));
                    assert_eq!(facts.profile(&document).unwrap().email_verified, documented, "{id}: {not:?}");
                    tried.insert(id);
                }
            }
            let mut document = document.clone();
            if put(&mut document, facts.claims.email_verified.as_ref(), Some(&json!(true))) {
                let profile = facts.profile(&document).unwrap();
                assert_eq!(profile.email_verified, profile.email.is_some(), "{id}");
            }
        }
        for id in catalogue::ids().filter(|id| provider(id).email.trusted) {
            assert!(tried.contains(id) || provider(id).verified() != Verified::Claim, "{id} has no example of a claim");
        }
        assert!(tried.len() >= 30, "{tried:?}");
    }

    /// V-9.
    #[test]
    fn a_subject_that_is_missing_empty_a_number_or_too_long_is_refused() {
        let long = |length: usize| json!("x".repeat(length));
        let texts = [
            (None, Err(Refused::SubjectMissing)),
            (Some(json!(null)), Err(Refused::SubjectMissing)),
            (Some(json!("")), Err(Refused::SubjectEmpty)),
            (Some(json!(" \t")), Err(Refused::SubjectEmpty)),
            (Some(json!(123)), Err(Refused::SubjectIsNotAString)),
            (Some(json!(true)), Err(Refused::SubjectIsNotAString)),
            (Some(json!(["x"])), Err(Refused::SubjectIsNotAString)),
            (Some(json!({ "sub": "x" })), Err(Refused::SubjectIsNotAString)),
            (Some(long(256)), Err(Refused::SubjectTooLong)),
            (Some(json!("a\u{0}b")), Err(Refused::SubjectUnprintable)),
            (Some(long(255)), Ok("x".repeat(255))),
            // Not trimmed, and not what somebody else's code made of nothing.
            (Some(json!(" A ")), Ok(" A ".to_owned())),
        ];
        let numbers = [
            (None, Err(Refused::SubjectMissing)),
            (Some(json!(null)), Err(Refused::SubjectMissing)),
            (Some(json!("")), Err(Refused::SubjectIsNotAnInteger)),
            (Some(json!("123")), Err(Refused::SubjectIsNotAnInteger)),
            (Some(json!(1.5)), Err(Refused::SubjectIsNotAnInteger)),
            (Some(json!(1e300)), Err(Refused::SubjectIsNotAnInteger)),
            (Some(json!(false)), Err(Refused::SubjectIsNotAnInteger)),
            (Some(json!(u64::MAX)), Ok(u64::MAX.to_string())),
        ];
        for (id, facts, document) in examples() {
            let table = if facts.claims.subject_is == SubjectIs::String { &texts[..] } else { &numbers[..] };
            for (value, expected) in table {
                let mut document = document.clone();
                assert!(put(&mut document, facts.claims.subject.as_ref(), value.as_ref()), "{id}");
                assert_eq!(facts.profile(&document).map(|profile| profile.subject), *expected, "{id}: {value:?}");
            }
            assert_eq!(facts.profile(&Document::new()), Err(Refused::SubjectMissing), "{id}");
        }
    }

    #[test]
    fn two_primary_addresses_confirm_nothing() {
        let emails = json!([
            { "email": "ada@example.com", "primary": true, "verified": false },
            { "email": "mallory@example.org", "primary": true, "verified": true },
        ]);
        let document = Document::new().with(Part::Userinfo, json!({ "id": 1 })).with(Part::Emails, emails);
        assert!(!provider("github").profile(&document).unwrap().email_verified);
        // Nor one whose confirmation is another's.
        let emails = json!([{ "email": "ada@example.com", "primary": true }, { "primary": true, "verified": true }]);
        assert!(!provider("github").profile(&document.with(Part::Emails, emails)).unwrap().email_verified);
    }

    #[test]
    fn a_confirmation_is_about_the_address_beside_it() {
        let claims = json!({ "sub": "1", "emails": ["ada@example.com"], "email": "mallory@example.org", "email_verified": true });
        let profile = provider("azure-ad-b2c").profile(&Document::new().with(Part::Claims, claims)).unwrap();
        assert_eq!((profile.email.as_deref(), profile.email_verified), (Some("ada@example.com"), false));
    }

    #[test]
    fn names_are_made_fit_to_be_shown_and_addresses_are_left_alone() {
        let claims = json!({
            "sub": "1", "name": " Ada\u{202e}\n\u{0}Example ", "given_name": "\u{200f}\u{7}", "family_name": "é".repeat(300),
            "email": " Ada@Example.com ", "email_verified": true, "preferred_username": 7, "picture": "http://example.com/a.png",
        });
        let profile = |claims| provider("google").profile(&Document::new().with(Part::Claims, claims)).unwrap();
        let ada = profile(claims);
        assert_eq!(ada.name.as_deref(), Some("AdaExample"));
        assert_eq!((ada.given_name, ada.family_name), (None, Some("é".repeat(200))));
        assert_eq!(ada.email.as_deref(), Some(" Ada@Example.com "));
        assert_eq!(ada.picture, None);
        for (address, is_kept) in [
            ("https://example.com/a.png", true),
            ("javascript:alert(1)", false),
            ("data:image/png;base64,AA", false),
            ("//example.com/a.png", false),
            ("https://a:b@example.com/a.png", false),
            ("https://example.com/a b", false),
            (&format!("https://example.com/{}", "a".repeat(2000)), false),
        ] {
            let picture = profile(json!({ "sub": "1", "picture": address })).picture;
            assert_eq!(picture.as_deref(), is_kept.then_some(address));
        }
        let none = profile(json!({ "sub": "1", "email": "  ", "email_verified": true }));
        assert_eq!((none.email, none.email_verified), (None, false));
    }
}
