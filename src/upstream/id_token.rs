//! ID tokens of other servers (OpenID Connect Core §3.1.3.7). Their signature is the library's to check, with the same
//! library that checks our own; what they say is checked here, and only what it is checked for: a claim that nobody reads
//! may look as it likes.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde_json::Value;

use super::configured::Upstream;
use super::description::Described;
use super::failed::Failed;
use crate::key::{numeric_date, signed_by};
use crate::types::UnixMillis;

/// How far two clocks may be apart, in seconds.
pub(super) const SKEW: i64 = 60;

/// Signatures that only the provider can make. Not HMAC: its key is the client secret, which others know as well.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a token is not believed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// No key that we know fits: there may be new ones.
    UnknownKey,
    /// Whatever keys there are.
    Refused(String),
}

impl From<Doubt> for Failed {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::UnknownKey => Self::IdToken("it is signed with none of the provider's keys".into()),
            Doubt::Refused(why) => Self::IdToken(why),
        }
    }
}

/// What a token must have been made for.
pub(super) struct Expected<'a> {
    /// What was sent along, if anything was.
    pub(super) nonce: Option<&'a str>,
    pub(super) now: UnixMillis,
}

/// The claims of a token that this provider signed, for us, now, and in answer to our question.
pub(super) fn verify(upstream: &Upstream, described: &Described, token: &str, expected: &Expected<'_>) -> Result<Value, Doubt> {
    let header = jsonwebtoken::decode_header(token).map_err(|why| Doubt::Refused(why.to_string()))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Doubt::Refused(format!("it is signed with {:?}", header.alg)));
    }
    let claims = signed(token, &header, &described.keys)?;
    let issuer = issuer(upstream, described, &claims).map_err(Doubt::Refused)?;
    check(&claims, &issuer, &upstream.client_id, expected).map_err(Doubt::Refused)?;
    Ok(claims)
}

/// The claims, if one of these keys has signed them.
fn signed(token: &str, header: &Header, keys: &[Jwk]) -> Result<Value, Doubt> {
    let named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    let signs = |key: &&Jwk| key.common.public_key_use != Some(PublicKeyUse::Encryption);
    let mut candidates = 0;
    for key in keys.iter().filter(named).filter(signs).filter_map(|key| DecodingKey::from_jwk(key).ok()) {
        if key.family() != header.alg.family() {
            continue;
        }
        candidates += 1;
        if let Ok(claims) = signed_by(&key, header.alg, token) {
            return Ok(claims);
        }
    }
    // A key that is there by name and does not fit is no news.
    let forged = candidates > 0 && header.kid.is_some();
    Err(if forged { Doubt::Refused("the signature is wrong".into()) } else { Doubt::UnknownKey })
}

/// Who must have signed it.
fn issuer(upstream: &Upstream, described: &Described, claims: &Value) -> Result<String, String> {
    let Some(template) = &upstream.facts.issuer_in_tokens else { return Ok(described.metadata.issuer.clone()) };
    let tenant = claims["tid"].as_str().filter(|tenant| is_guid(tenant)).ok_or("it names no tenant")?;
    // A server for one tenant signs for all of them with the same keys.
    let ours = upstream.settings.get("tenant").filter(|ours| is_guid(ours));
    if ours.is_some_and(|ours| !ours.eq_ignore_ascii_case(tenant)) {
        return Err(format!("it is of the tenant {tenant}"));
    }
    template.url(&upstream.values().word("tenantid", tenant)).map_err(|why| why.to_string())
}

/// §3.1.3.7: 2 the issuer, 3 to 5 for whom, 9 until when, 10 since when, 11 in answer to what.
fn check(claims: &Value, issuer: &str, client_id: &str, expected: &Expected<'_>) -> Result<(), String> {
    if claims["iss"].as_str() != Some(issuer) {
        return Err(format!("its issuer is {} and not {issuer}", claims["iss"]));
    }
    let (audiences, several) = match &claims["aud"] {
        Value::String(one) => (vec![one.as_str()], false),
        Value::Array(all) => (all.iter().filter_map(Value::as_str).collect(), all.len() > 1),
        _ => (Vec::new(), false),
    };
    if !audiences.contains(&client_id) {
        return Err(format!("it is for {} and not for {client_id}", claims["aud"]));
    }
    match &claims["azp"] {
        Value::Null if several => return Err("it is for several, and does not say who asked".into()),
        Value::Null => {}
        Value::String(party) if party == client_id => {}
        party => return Err(format!("{party} asked for it")),
    }
    let now = expected.now.seconds();
    let at = |claim: &str| numeric_date(&claims[claim]);
    if at("exp").is_none_or(|at| at <= now - SKEW) {
        return Err(format!("it is over since {}", claims["exp"]));
    }
    if at("iat").is_none_or(|at| at > now + SKEW) || at("nbf").is_some_and(|at| at > now + SKEW) {
        return Err(format!("it is of {}, which is yet to come", claims["iat"]));
    }
    let Some(nonce) = expected.nonce else { return Ok(()) };
    match claims["nonce"].as_str() {
        Some(sent) if crate::crypto::equal(nonce.as_bytes(), sent.as_bytes()) => Ok(()),
        _ => Err("it answers another question: the nonce is missing, or another one".into()),
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The keys of a JWK set (RFC 7517 §5). One that nobody understands does not spoil the others.
pub(super) fn keys(set: &Value) -> Option<Vec<Jwk>> {
    let keys = set["keys"].as_array()?;
    Some(keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect())
}
