//! Claims that an operator adds to a client's tokens: a JSON object whose texts have places for what is known of the person,
//! as `{"role": "authenticated", "https://hasura.io/jwt/claims": {"x-hasura-user-id": "{sub}"}}`.

use serde_json::{Map, Value};

/// What is known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Who it is.
    Sub,
    /// What to call them.
    Name,
    /// The primary address.
    Email,
    /// Whether it has been proved.
    EmailVerified,
    /// What stands behind its `@`.
    EmailDomain,
}

impl Place {
    const ALL: [Self; 5] = [Self::Sub, Self::Name, Self::Email, Self::EmailVerified, Self::EmailDomain];

    fn as_str(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Name => "name",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::EmailDomain => "email_domain",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == text)
    }

    /// The scope that opens it (OpenID Connect Core §5.4), if one has to.
    fn scope(self) -> Option<&'static str> {
        match self {
            Self::Sub => None,
            Self::Name => Some("profile"),
            Self::Email | Self::EmailVerified | Self::EmailDomain => Some("email"),
        }
    }
}

/// Names that mean something already: in JWTs and access tokens (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7800 §3.1, RFC 8693 §4), in
/// OpenID Connect (Core §2 and §5.1, logout), and to Convex, which lets them take the place of who somebody is.
const TAKEN: [&str; 50] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "cnf",
    "act",
    "may_act",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "sub_jwk",
    "events",
    "txn",
    "trust_framework",
    "active",
    "token_type",
    "username",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "tokenIdentifier",
    "subject",
    "issuer",
];

const LONGEST: usize = 4096;

/// At least one claim; none of a name that means something already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomClaims {
    text: String,
    members: Map<String, Value>,
}

impl CustomClaims {
    /// Reads a JSON object, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes, and would be in every token"));
        }
        let value: Value = serde_json::from_str(text).map_err(|why| format!("is no JSON: {why}"))?;
        let Value::Object(members) = value else { return Err("is no JSON object".into()) };
        if members.is_empty() {
            return Err("has no claims in it".into());
        }
        for (name, value) in &members {
            if TAKEN.contains(&name.as_str()) || name.is_empty() {
                return Err(format!("has a claim \"{}\", a name that means something already", name.escape_debug()));
            }
            check(value)?;
        }
        Ok(Self { text: Value::Object(members.clone()).to_string(), members })
    }

    /// As JSON.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The claims with their places filled: `of` gives what is known of the person, where the scope is granted that opens it. What
    /// nothing fills is left out.
    pub fn fill(&self, has_scope: impl Fn(&str) -> bool, of: impl Fn(Place) -> Option<Value>) -> Map<String, Value> {
        let open = |name: &str| {
            let place = Place::parse(name)?;
            place.scope().is_none_or(&has_scope).then(|| of(place)).flatten()
        };
        members(&self.members, &open)
    }
}

fn check(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) => pieces(text).try_for_each(|piece| match piece {
            Piece::Place(name) if Place::parse(name).is_none() => {
                let known = Place::ALL.map(|place| format!("{{{}}}", place.as_str())).join(", ");
                Err(format!("has a place {{{name}}}; there are {known}"))
            }
            Piece::Place(_) | Piece::Text(_) => Ok(()),
        }),
        Value::Array(all) => all.iter().try_for_each(check),
        Value::Object(all) => all.values().try_for_each(check),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Nothing if a place in it stays empty.
fn fill(value: &Value, open: &impl Fn(&str) -> Option<Value>) -> Option<Value> {
    match value {
        Value::String(text) => fill_text(text, open),
        Value::Array(all) => Some(all.iter().filter_map(|one| fill(one, open)).collect()),
        Value::Object(all) => Some(members(all, open).into()),
        other => Some(other.clone()),
    }
}

fn members(all: &Map<String, Value>, open: &impl Fn(&str) -> Option<Value>) -> Map<String, Value> {
    all.iter().filter_map(|(name, one)| Some((name.clone(), fill(one, open)?))).collect()
}

/// A text that is one place and nothing else becomes what fills it, a truth value for example.
fn fill_text(text: &str, open: &impl Fn(&str) -> Option<Value>) -> Option<Value> {
    let pieces: Vec<_> = pieces(text).collect();
    if let [Piece::Place(name)] = pieces[..] {
        return open(name);
    }
    let mut filled = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Place(name) => match open(name)? {
                Value::String(text) => filled.push_str(&text),
                other => filled.push_str(&other.to_string()),
            },
        }
    }
    Some(filled.into())
}

enum Piece<'a> {
    Text(&'a str),
    Place(&'a str),
}

/// `{word}` is a place; braces around anything else are just braces.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let place = |from: usize| rest[from + 1..].split_once('}').map(|(word, _)| word).filter(|word| is_word(word));
        let next = rest.match_indices('{').find_map(|(at, _)| Some((at, place(at)?)));
        let (piece, length) = match next {
            Some((0, word)) => (Piece::Place(word), word.len() + 2),
            Some((at, _)) => (Piece::Text(&rest[..at]), at),
            None => (Piece::Text(rest), rest.len()),
        };
        rest = &rest[length..];
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(claims: &Value, scopes: &[&str]) -> Value {
        let of = |place| match place {
            Place::Sub => Some(json!("u1")),
            Place::Name => None,
            Place::Email => Some(json!("maya@okafor.example")),
            Place::EmailDomain => Some(json!("okafor.example")),
            Place::EmailVerified => Some(json!(true)),
        };
        CustomClaims::parse(&claims.to_string()).unwrap().fill(|scope| scopes.contains(&scope), of).into()
    }

    #[test]
    fn places_are_filled_wherever_they_stand() {
        let claims = json!({
            "role": "authenticated",
            "https://hasura.io/jwt/claims": { "x-hasura-user-id": "{sub}", "x-hasura-allowed-roles": ["user", "at {email_domain}"] },
            "proved": "{email_verified}",
            "level": 3,
            "braces": "{} {A} { {sub}{sub} {\"a\": 1}",
        });
        let expected = json!({
            "role": "authenticated",
            "https://hasura.io/jwt/claims": { "x-hasura-user-id": "u1", "x-hasura-allowed-roles": ["user", "at okafor.example"] },
            "proved": true,
            "level": 3,
            "braces": "{} {A} { u1u1 {\"a\": 1}",
        });
        assert_eq!(filled(&claims, &["email"]), expected);
    }

    #[test]
    fn what_no_scope_opens_or_nobody_knows_is_left_out() {
        let claims = json!({ "mail": "<{email}>", "all": ["{email}", "{sub}"], "inside": { "name": "{name}", "of": "{sub}" } });
        assert_eq!(filled(&claims, &["profile"]), json!({ "all": ["u1"], "inside": { "of": "u1" } }));
    }

    #[test]
    fn names_that_mean_something_and_unknown_places_are_refused() {
        for (claims, says) in [
            (json!({ "sub": "x" }), "means something already"),
            (json!({ "role": 1, "tokenIdentifier": "x" }), "means something already"),
            (json!({ "email": "{sub}@x.example" }), "means something already"),
            (json!({ "": 1 }), "means something already"),
            (json!({ "a": { "b": ["{phone}"] } }), "a place {phone}; there are {sub}"),
            (json!({}), "no claims"),
            (json!(["a"]), "no JSON object"),
            (json!({ "a": "x".repeat(LONGEST) }), "longer"),
        ] {
            let refused = CustomClaims::parse(&claims.to_string()).unwrap_err();
            assert!(refused.contains(says), "{claims}: {refused}");
        }
        assert!(CustomClaims::parse("{").unwrap_err().contains("no JSON"));
        // Inside a claim of one's own, names are free.
        assert!(CustomClaims::parse(r#"{"user": {"sub": "{sub}"}}"#).is_ok());
    }
}
