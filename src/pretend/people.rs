//! Who one can be: a few people who differ in what a client must tell apart, or anybody at all.

use serde_json::{Map, Value, json};

use super::parameters::Parameters;

/// Somebody, as the claims say it (OpenID Connect Core §5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Who it is, for ever.
    pub(super) sub: String,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    preferred_username: Option<String>,
}

/// Somebody who needs no typing.
pub(super) struct ReadyMade {
    /// The button's value, and the subject.
    pub(super) who: &'static str,
    /// What the button says.
    pub(super) label: &'static str,
    /// Their name.
    pub(super) name: &'static str,
    /// Their address.
    pub(super) email: Option<&'static str>,
    /// Whether we say that it is theirs.
    pub(super) verified: bool,
}

/// In the page's order.
pub(super) const READY_MADE: [ReadyMade; 4] = [
    ReadyMade { who: "ada", label: "Ada Example", name: "Ada Example", email: Some("ada@example.com"), verified: true },
    ReadyMade { who: "ben", label: "Ben", name: "Ben", email: Some("ben@example.com"), verified: false },
    ReadyMade { who: "cleo", label: "Cleo", name: "Cleo", email: None, verified: false },
    // A second account with the first one's address: it must not become the first one by that alone.
    ReadyMade { who: "another-ada", label: "Another Ada", name: "Ada Example", email: Some("ada@example.com"), verified: true },
];

impl ReadyMade {
    /// The first letter of the name, for a face.
    pub(super) fn initial(&self) -> &str {
        self.name.get(..1).unwrap_or("")
    }
}

/// OpenID Connect Core §2: a subject is at most 255 ASCII characters.
const LONGEST_SUB: usize = 255;

impl Person {
    /// The one whose button was pressed.
    pub(super) fn ready_made(who: &str) -> Option<Self> {
        let found = READY_MADE.iter().find(|person| person.who == who)?;
        Some(Self {
            sub: found.who.to_owned(),
            email: found.email.map(str::to_owned),
            email_verified: found.verified,
            name: Some(found.name.to_owned()),
            preferred_username: Some(found.who.to_owned()),
        })
    }

    /// The one who was typed. The address may be anything: a client must bear what providers say.
    pub(super) fn typed(parameters: &Parameters) -> Option<Self> {
        let typed = |name: &str| Some(parameters.text(name).trim().to_owned()).filter(|text| !text.is_empty());
        let sub = typed("sub").filter(|sub| sub.len() <= LONGEST_SUB && sub.bytes().all(|b| b.is_ascii_graphic() || b == b' '))?;
        let email = typed("email");
        let preferred_username = email.as_deref().and_then(|email| Some(email.split_once('@')?.0.to_owned()));
        Some(Self { sub, email, email_verified: parameters.get("email_verified").is_some(), name: typed("name"), preferred_username })
    }

    /// What these scopes tell a client about them (OpenID Connect Core §5.4).
    pub(super) fn claims(&self, scope: &str) -> Map<String, Value> {
        let asked = |word: &str| scope.split(' ').any(|scope| scope == word);
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!(self.sub));
        if let Some(email) = self.email.as_deref().filter(|_| asked("email")) {
            claims.insert("email".to_owned(), json!(email));
            claims.insert("email_verified".to_owned(), json!(self.email_verified));
        }
        if asked("profile") {
            let (given, family) = self.name.as_deref().map(|name| name.split_once(' ').unwrap_or((name, ""))).unwrap_or_default();
            put(&mut claims, "name", self.name.as_deref());
            put(&mut claims, "given_name", Some(given));
            put(&mut claims, "family_name", Some(family));
            put(&mut claims, "preferred_username", self.preferred_username.as_deref());
        }
        claims
    }
}

/// A claim without a value is left out.
fn put(claims: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        claims.insert(name.to_owned(), json!(value));
    }
}
