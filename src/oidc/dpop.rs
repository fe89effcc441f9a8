//! Proofs of possession (RFC 9449): a client shows with each request that it holds a key, and its tokens are worth nothing without.

use actix_web::HttpRequest;
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{DecodingKey, decode_header};
use serde_json::Value;
use url::Url;

use super::{OAuthError, spent_jti};
use crate::app::App;
use crate::config::{PROOF_ALGORITHMS, public_key};
use crate::crypto::{Purpose, equal};
use crate::key::{b64, b64_sha256, numeric_date, signed_by, unverified_part};
use crate::types::UnixMillis;

/// The header that a proof comes in.
pub const HEADER: &str = "DPoP";
/// How old a proof may be, or how far ahead the client's clock, in seconds.
const WINDOW: i64 = 60;
/// How long a nonce of ours is given out, in seconds. It is believed for once more as long.
const NONCE: i64 = 150;

/// What a proof must have been made for.
pub struct Expected<'a> {
    /// The access token that it comes with (§7.1).
    pub access_token: Option<&'a str>,
    /// Whether it must have a nonce of ours in it (§8).
    pub nonce: bool,
}

/// A key that was proved, as its thumbprint (RFC 7638).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// SHA-256, 43 characters of base64url.
    pub jkt: String,
}

/// The key that this request proves, if it does. A proof that is wrong in any way is refused, not overlooked; a good one is good once,
/// on whatever replica.
pub async fn verify(app: &App, request: &HttpRequest, expected: &Expected<'_>) -> Result<Option<Proved>, OAuthError> {
    let mut headers = request.headers().get_all(HEADER);
    let Some(proof) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(OAuthError::invalid_dpop_proof("there is more than one DPoP header"));
    }
    let proof = proof.to_str().map_err(|_| OAuthError::invalid_dpop_proof("the DPoP header is no text"))?;
    let now = app.clock.now();
    // Where it was sent, as everybody names it, whatever stands in front of this server.
    let target = format!("{}{}", app.config.issuer.origin(), request.path());
    let read = read(proof, (request.method().as_str(), &target), expected.access_token, now);
    let Read { jkt, jti, nonce, until } = read.map_err(OAuthError::invalid_dpop_proof)?;
    let is_ours = |nonce: &str| [0, 1].into_iter().any(|before| equal(nonce_at(app, now, before).as_bytes(), nonce.as_bytes()));
    // One that is wrong is told of even where none is asked for: the client means to have a fresh one.
    if expected.nonce && nonce.is_none() || nonce.is_some_and(|nonce| !is_ours(&nonce)) {
        return Err(OAuthError::use_dpop_nonce(nonce_at(app, now, 0)));
    }
    if !spent_jti::spend(app, (&format!("dpop {jkt}"), &jti), until).await? {
        return Err(OAuthError::invalid_dpop_proof("its jti was used before"));
    }
    Ok(Some(Proved { jkt }))
}

/// A nonce for the next proof, or that of a period before. Nothing is kept of it: every replica knows it again.
fn nonce_at(app: &App, now: UnixMillis, before: i64) -> String {
    let period = now.seconds() / NONCE - before;
    b64(&app.crypto.mark(Purpose::DpopNonce, &[&period.to_be_bytes()])[..16])
}

/// What a proof says that can be believed.
pub(crate) struct Read {
    pub(crate) jkt: String,
    pub(crate) jti: String,
    nonce: Option<String>,
    /// Until when its `jti` has to be remembered.
    pub(crate) until: UnixMillis,
}

/// §4.3, in its order; whether the `jti` and the nonce are good is the caller's to find out.
pub(crate) fn read(proof: &str, (method, target): (&str, &str), access_token: Option<&str>, now: UnixMillis) -> Result<Read, &'static str> {
    let header = decode_header(proof).map_err(|_| "it is no JWT, or its algorithm is none that proves something")?;
    if header.typ.as_deref() != Some("dpop+jwt") {
        return Err("its typ is not dpop+jwt");
    }
    if header.crit.is_some() {
        return Err("its header has crit");
    }
    if !PROOF_ALGORITHMS.iter().any(|(algorithm, _)| *algorithm == header.alg) {
        return Err("its algorithm is none of dpop_signing_alg_values_supported");
    }
    // The library's type would overlook a private key beside the public one.
    let raw = unverified_part(proof, 0).unwrap_or_default();
    let raw = raw.get("jwk").ok_or("its header has no jwk")?;
    let jwk = public_key(raw).map_err(|_| "its jwk is not a public key of RSA (2048 bits or more), P-256 or Ed25519")?;
    let key = DecodingKey::from_jwk(&jwk).ok().filter(|key| key.family() == header.alg.family()).ok_or("its alg is not that of its jwk")?;
    let claims: Value = signed_by(&key, header.alg, proof).map_err(|_| "its signature is wrong")?;
    if claims["htm"] != method {
        return Err("its htm is another method");
    }
    if !claims["htu"].as_str().is_some_and(|htu| is_same_target(htu, target)) {
        return Err("its htu is another address");
    }
    let seconds = now.seconds();
    let iat = numeric_date(&claims["iat"]).ok_or("its iat is missing")?;
    if !(seconds - WINDOW..=seconds + WINDOW).contains(&iat) {
        return Err("its iat is more than a minute away");
    }
    let jti = claims["jti"].as_str().filter(|jti| (1..=255).contains(&jti.len())).ok_or("its jti is missing or too long")?;
    if access_token.is_some_and(|token| claims["ath"] != b64_sha256(token)) {
        return Err("its ath is not that of the access token");
    }
    let jkt = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| "its jwk has no thumbprint")?;
    let nonce = claims["nonce"].as_str().map(str::to_owned);
    Ok(Read { jkt, jti: jti.to_owned(), nonce, until: UnixMillis((iat + WINDOW + 1) * 1000) })
}

/// §4.3, 9: without query and fragment, and normalised (RFC 3986 §6.2.2 and §6.2.3).
fn is_same_target(htu: &str, target: &str) -> bool {
    let plain = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    plain(htu).is_some_and(|htu| Some(htu) == plain(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_compared_without_what_does_not_count() {
        let target = "https://id.example/auth/token";
        for same in
            [target, "https://id.example/auth/token?a=1", "https://ID.example:443/auth/token#x", "https://id.example/auth/x/../token"]
        {
            assert!(is_same_target(same, target), "{same}");
        }
        let others = ["http://id.example/auth/token", "https://id.example/token", "https://id.example:444/auth/token", "token", ""];
        for other in others {
            assert!(!is_same_target(other, target), "{other}");
        }
    }
}
