//! ID tokens of other servers (OpenID Connect Core §3.1.3.7). The library verifies; the claims are then read as they were
//! sent, because [`Profile`](super::Profile) is stricter about types than it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreGenderClaim, CoreIdTokenVerifier, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm};
use openidconnect::{ClaimsVerificationError, ClientId, EmptyAdditionalClaims, IdToken, IssuerUrl, Nonce, SignatureVerificationError};
use serde_json::Value;

use super::configured::Upstream;
use super::description::Described;
use super::failed::Failed;
use crate::types::UnixMillis;

type Token = IdToken<EmptyAdditionalClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// How far two clocks may be apart, in milliseconds.
const SKEW: i64 = 60_000;

/// Signatures that only the provider can make. Not HMAC: its key is the client secret, which others know as well.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 10] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EcdsaP521Sha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a token is not believed.
pub(super) enum Doubt {
    /// No key of this name is known: there may be new ones.
    UnknownKey(String),
    /// Whatever keys there are.
    Refused(String),
}

impl From<Doubt> for Failed {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::UnknownKey(why) | Doubt::Refused(why) => Self::IdToken(why),
        }
    }
}

/// The claims of a token that this provider signed, for us, now, and in answer to the question with this nonce.
pub(super) fn verify(upstream: &Upstream, described: &Described, text: &str, nonce: Option<&str>, now: UnixMillis) -> Result<Value, Doubt> {
    let refused = |why: &dyn std::fmt::Display| Doubt::Refused(why.to_string());
    let token: Token = text.parse().map_err(|why: serde_json::Error| refused(&why))?;
    let claims = payload(text).ok_or_else(|| Doubt::Refused("its claims are no JSON object".into()))?;
    let issuer = issuer(upstream, described, &claims).map_err(Doubt::Refused)?;
    let issuer = IssuerUrl::new(issuer).map_err(|why| refused(&why))?;
    let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new(upstream.client_id.clone()), issuer, described.keys.clone())
        .set_allowed_algs(ALGORITHMS)
        // Who else it is for is looked at below, together with azp.
        .set_other_audience_verifier_fn(|_| true)
        .set_time_fn(move || time(UnixMillis(now.0 - SKEW)))
        .set_issue_time_verifier_fn(
            move |at| if at <= time(UnixMillis(now.0 + SKEW)) { Ok(()) } else { Err("issued in the future".into()) },
        );
    let asked = |sent: Option<&Nonce>| match (nonce, sent) {
        (None, _) => Ok(()),
        (Some(_), None) => Err("missing nonce claim".to_owned()),
        (Some(nonce), Some(sent)) if crate::crypto::equal(nonce.as_bytes(), sent.secret().as_bytes()) => Ok(()),
        (Some(_), Some(_)) => Err("nonce mismatch".to_owned()),
    };
    token.claims(&verifier, asked).map_err(|why| match why {
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::AmbiguousKeyId(_),
        ) => Doubt::UnknownKey(why.to_string()),
        why => refused(&why),
    })?;
    authorized_party(&claims, &upstream.client_id).map_err(Doubt::Refused)?;
    Ok(claims)
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

/// §3.1.3.7, 4 and 5: a token for several must name us as the one who asked.
fn authorized_party(claims: &Value, client_id: &str) -> Result<(), String> {
    let several = claims["aud"].as_array().is_some_and(|audiences| audiences.len() > 1);
    match &claims["azp"] {
        Value::Null if several => Err("it is for several, and does not say who asked".into()),
        Value::Null => Ok(()),
        Value::String(party) if party == client_id => Ok(()),
        _ => Err("somebody else asked for it".into()),
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

fn payload(token: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

fn time(at: UnixMillis) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}
