//! Scopes, and the claims each opens (OpenID Connect Core §5.4).

use serde_json::{Map, Value, json};

use crate::user::Person;

/// Every scope this server knows, in the order of the discovery document.
pub const SCOPES: &[&str] = &["openid", "profile", "email", "offline_access"];

/// The scopes of a request that this server knows, once each and in our order. Unknown ones are
/// ignored (OpenID Connect Core §3.1.2.1).
pub fn known(requested: &str) -> String {
    let asked: Vec<_> = requested.split(' ').collect();
    SCOPES.iter().filter(|scope| asked.contains(scope)).copied().collect::<Vec<_>>().join(" ")
}

/// Whether a space-separated list holds a scope.
pub fn has(scope: &str, wanted: &str) -> bool {
    scope.split(' ').any(|one| one == wanted)
}

/// Whether every scope of `narrow` is in `wide`.
pub fn is_within(narrow: &str, wide: &str) -> bool {
    narrow.split(' ').filter(|one| !one.is_empty()).all(|one| has(wide, one))
}

/// The claims about a person that a scope opens.
pub fn claims(person: &Person, scope: &str) -> Map<String, Value> {
    let mut claims = Map::new();
    if has(scope, "profile")
        && let Some(name) = &person.name
    {
        claims.insert("name".into(), json!(name));
    }
    if has(scope, "email")
        && let Some(email) = &person.email
    {
        claims.insert("email".into(), json!(email.to_string()));
        claims.insert("email_verified".into(), json!(person.email_verified));
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_ignored_and_known_ones_come_once() {
        assert_eq!(known("email openid nonsense email"), "openid email");
        assert_eq!(known(""), "");
        assert!(is_within("openid", "openid email") && is_within("", "") && !is_within("openid profile", "openid"));
        assert!(!has("openid_x", "openid"));
    }
}
