//! Scopes (RFC 6749 §3.3, OpenID Connect Core §5.4).

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
