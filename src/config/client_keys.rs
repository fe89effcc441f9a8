//! The public keys of a client that proves itself by signatures: a JWK set (RFC 7517 §5). What could not be one is refused here,
//! and a private key above all: whoever registers one has given it away.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use serde_json::Value;

/// What clients may sign with, in the order of the discovery document.
pub const PROOF_ALGORITHMS: [(Algorithm, &str); 4] =
    [(Algorithm::RS256, "RS256"), (Algorithm::PS256, "PS256"), (Algorithm::ES256, "ES256"), (Algorithm::EdDSA, "EdDSA")];

/// At least one key, all of them public, asymmetric and for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKeys {
    text: String,
    keys: Vec<Jwk>,
}

impl ClientKeys {
    /// Reads a JWK set, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let set: Value = serde_json::from_str(text).map_err(|why| format!("is no JSON: {why}"))?;
        let keys: Vec<Jwk> = members(&set)?.iter().map(public_key).collect::<Result<_, _>>()?;
        let mut names: Vec<_> = keys.iter().map(|key| key.common.key_id.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        // RFC 7523bis: the header says by kid which one it was.
        if keys.len() > 1 && (names.len() < keys.len() || names.contains(&None)) {
            return Err("has several keys: each needs a kid of its own".into());
        }
        Ok(Self { text: set.to_string(), keys })
    }

    /// Reads a set that a client publishes, where other keys may stand beside those that it signs with here.
    pub fn of_others(set: &Value) -> Result<Self, String> {
        let keys: Vec<Jwk> = members(set)?.iter().filter_map(|key| public_key(key).ok()).collect();
        if keys.is_empty() { Err("has no key that signs".into()) } else { Ok(Self { text: set.to_string(), keys }) }
    }

    /// The set as JSON.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The keys.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }
}

fn members(set: &Value) -> Result<&Vec<Value>, String> {
    let keys = set["keys"].as_array().filter(|keys| !keys.is_empty());
    keys.ok_or_else(|| "is no JWK set: {\"keys\": [ … ]} with a key in it".to_owned())
}

/// A key that is public, asymmetric, good enough and for signatures; or what is wrong with it, after "it …".
pub fn public_key(value: &Value) -> Result<Jwk, String> {
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| value.get(name).is_some()) {
        return Err("holds a private or shared key: make a new one, and register its public half alone".into());
    }
    let key: Jwk = serde_json::from_value(value.clone()).map_err(|why| format!("has a key that does not read: {why}"))?;
    if key.common.public_key_use.as_ref().is_some_and(|used| *used != PublicKeyUse::Signature) {
        return Err("has a key that is not for signatures (use)".into());
    }
    let fits = match &key.algorithm {
        // RFC 7518 §3.3.
        AlgorithmParameters::RSA(rsa) => URL_SAFE_NO_PAD.decode(&rsa.n).is_ok_and(|n| n.len() >= 256),
        AlgorithmParameters::EllipticCurve(ec) => ec.curve == EllipticCurve::P256,
        AlgorithmParameters::OctetKeyPair(pair) => pair.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    // And its numbers are numbers.
    let reads = jsonwebtoken::DecodingKey::from_jwk(&key).is_ok();
    if fits && reads { Ok(key) } else { Err("has a key that is neither RSA of 2048 bits or more, nor P-256, nor Ed25519".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_keys_that_are_good_enough() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let one = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
        let named = |kid: &str| one.replacen('{', &format!(r#"{{"kid":"{kid}","#), 1);
        assert_eq!(ClientKeys::parse(&format!(r#"{{"keys":[{one}]}}"#)).unwrap().keys().len(), 1);
        assert_eq!(ClientKeys::parse(&format!(r#"{{"keys":[{},{}]}}"#, named("a"), named("b"))).unwrap().keys().len(), 2);
        let short = URL_SAFE_NO_PAD.encode([0xff; 128]);
        for (keys, says) in [
            (String::new(), "JWK set"),
            (format!("{one},{one}"), "kid of its own"),
            (format!("{},{}", named("a"), named("a")), "kid of its own"),
            (one.replacen('{', r#"{"d":"x","#, 1), "private"),
            (r#"{"kty":"oct","k":"c2VjcmV0"}"#.into(), "private"),
            (one.replacen('{', r#"{"use":"enc","#, 1), "signatures"),
            (format!(r#"{{"kty":"RSA","e":"AQAB","n":"{short}"}}"#), "2048"),
            (one.replace("Ed25519", "P-256"), "Ed25519"),
            (r#"{"kty":"nonsense"}"#.into(), "Ed25519"),
        ] {
            let refused = ClientKeys::parse(&format!(r#"{{"keys":[{keys}]}}"#)).unwrap_err();
            assert!(refused.contains(says), "{keys}: {refused}");
        }
        assert!(ClientKeys::parse("nonsense").unwrap_err().contains("no JSON"));
        assert!(ClientKeys::parse(&one).unwrap_err().contains("JWK set"));
    }
}
