//! Where customJwt has its keys from: our address, or the keys themselves, copied once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm};
use serde_json::json;

use super::schema::ALGORITHMS;
use super::{CHECK, Ours, unseen};
use crate::config::SigningAlgorithm;
use crate::doctor::auth_config::{Provider, Value};
use crate::doctor::{Finding, differing};

const COPY: &str = "housekey client snippet ID convex-jwt --inline-jwks, and paste it again each time keys change";

/// What is wrong with it.
pub(super) fn check(provider: &Provider, ours: &Ours<'_>) -> Option<Finding> {
    let whole = ours.config.issuer.join("/.well-known/jwks.json");
    let algorithm = match provider.get("algorithm") {
        Some(Value::Text(text)) if ALGORITHMS.contains(&text.as_str()) => SigningAlgorithm::parse(text),
        _ => None,
    };
    let expected = algorithm.map_or_else(|| whole.clone(), |algorithm| format!("{whole}?alg={algorithm}"));
    match provider.get("jwks")? {
        Value::Text(text) if text.starts_with("data:") => inline(text, algorithm, ours),
        Value::Text(text) if *text == expected || *text == whole => None,
        // That the algorithm is wrong has been said.
        Value::Text(text) if algorithm.is_none() && text.starts_with(&format!("{whole}?alg=")) => None,
        Value::Text(text) => {
            let says = format!(
                "jwks is {}, and the keys are at {expected}: Could not fetch JWKS from URL …, or no key fits",
                differing(text, &expected)
            );
            Some(Finding::broken(CHECK, says, format!("jwks: \"{expected}\"")))
        }
        value => Some(unseen("jwks", value, &expected)),
    }
}

/// Copied keys do not change with ours.
fn inline(text: &str, algorithm: Option<SigningAlgorithm>, ours: &Ours<'_>) -> Option<Finding> {
    let Some(copied) = decode(text) else {
        let says = "jwks is a data: address without a key set in it: Invalid JWKS response body";
        return Some(Finding::broken(CHECK, says, COPY));
    };
    let fits = |key: &&Jwk| match algorithm {
        Some(SigningAlgorithm::Rs256) => key.common.key_algorithm == Some(KeyAlgorithm::RS256),
        Some(SigningAlgorithm::Es256) => key.common.key_algorithm == Some(KeyAlgorithm::ES256),
        _ => true,
    };
    let kid = |key: &Jwk| key.common.key_id.clone();
    let there: Vec<_> = copied.keys.iter().filter_map(kid).collect();
    let here: Vec<_> = ours.keys.keys.iter().filter(fits).filter_map(kid).collect();
    let missing: Vec<_> = here.iter().filter(|kid| !there.contains(kid)).cloned().collect();
    if missing.is_empty() {
        return None;
    }
    let says = format!(
        "the keys in jwks are not those of this server: {} is missing, so a key was changed, or they are another server's: Could not decode token. The JWT's 'kid' (key ID) header is '{}', does this key match …",
        missing.join(", "),
        missing[0]
    );
    Some(Finding::broken(CHECK, says, COPY).with(json!({ "found": there, "expected": here })))
}

/// RFC 2397: base64 or percent-encoded, whatever the media type.
fn decode(text: &str) -> Option<JwkSet> {
    let (head, data) = text.strip_prefix("data:")?.split_once(',')?;
    let plain: Vec<u8> = percent_encoding::percent_decode_str(data).collect();
    let bytes = if head.ends_with(";base64") { STANDARD.decode(plain).ok()? } else { plain };
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copied_keys_are_read_in_both_forms() {
        let set = r#"{"keys":[{"kty":"oct","k":"AA","kid":"a"}]}"#;
        let percent = percent_encoding::utf8_percent_encode(set, percent_encoding::NON_ALPHANUMERIC);
        for text in [format!("data:text/plain;charset=utf-8;base64,{}", STANDARD.encode(set)), format!("data:application/json,{percent}")] {
            assert_eq!(decode(&text).unwrap().keys[0].common.key_id.as_deref(), Some("a"), "{text}");
        }
        for text in ["data:", "data:,", "data:text/plain;base64,%%", "data:application/json,{}"] {
            assert!(decode(text).is_none(), "{text}");
        }
    }
}
