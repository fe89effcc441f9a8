//! The demo's API: one question, answered only to who brings an access token of ours.
//!
//! What any API in front of this server does: fetch the JWKS, keep it, check every token against it.

use std::time::{Duration, Instant};

use actix_web::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::types::IssuerUrl;

/// What a signature may be made with. Never the token's own choice: `none` and the symmetric
/// algorithms are how forged tokens have passed before (RFC 8725 §3.1).
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// An unknown `kid` may mean a new key, or anybody who makes one up: ask this often at most.
const BETWEEN_FETCHES: Duration = Duration::from_secs(30);

/// A withdrawn key is trusted no longer than this.
const KEYS_LIVE: Duration = Duration::from_mins(10);

/// Forgiveness for clocks that differ, in seconds.
const LEEWAY: u64 = 10;

/// Checks access tokens of one issuer.
pub(super) struct Api {
    issuer: IssuerUrl,
    audiences: Vec<String>,
    http: reqwest::Client,
    keys: Mutex<Option<Keys>>,
}

struct Keys {
    set: JwkSet,
    fetched: Instant,
}

/// Why a request is not answered. The words are for the developer who made it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("send the access token in a header: Authorization: Bearer <token>")]
    Missing,
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the issuer's keys could not be fetched, so no token can be checked: try again soon")]
    NoKeys(#[source] reqwest::Error),
}

impl ResponseError for Refusal {
    // RFC 6750 §3: a 401 says how to ask, and what was wrong only if something was brought.
    fn error_response(&self) -> HttpResponse {
        let description = self.to_string();
        match self {
            Self::Missing => {
                let body = json!({ "error": "missing_token", "error_description": description });
                HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, "Bearer realm=\"demo\"")).json(body)
            }
            Self::Invalid(_) => {
                let challenge = format!("Bearer realm=\"demo\", error=\"invalid_token\", error_description=\"{description}\"");
                let body = json!({ "error": "invalid_token", "error_description": description });
                HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, challenge)).json(body)
            }
            // Not a 401: the token may be good, and an app that hears 401 signs its person out.
            Self::NoKeys(_) => {
                let body = json!({ "error": "temporarily_unavailable", "error_description": description });
                HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, "5")).json(body)
            }
        }
    }
}

/// `GET /api/me`: a greeting, and what the access token says.
pub(super) async fn get_me(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, Refusal> {
    let claims = api.check(bearer(&request)?).await?;
    let who = ["name", "email", "sub"].iter().find_map(|claim| claims[claim].as_str()).unwrap_or("you");
    Ok(HttpResponse::Ok().json(json!({ "message": format!("Hello {who}"), "claims": claims })))
}

/// The token of `Authorization: Bearer …`, whose scheme may be spelled in any case.
fn bearer(request: &HttpRequest) -> Result<&str, Refusal> {
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Refusal::Missing)?;
    let (scheme, token) = value.split_once(' ').ok_or(Refusal::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Refusal::Missing) }
}

impl Api {
    pub(super) fn new(issuer: &IssuerUrl, audiences: &[&str]) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).redirect(reqwest::redirect::Policy::none()).build()?;
        let audiences = audiences.iter().copied().map(str::to_owned).collect();
        Ok(Self { issuer: issuer.clone(), audiences, http, keys: Mutex::new(None) })
    }

    /// The claims of an access token that is ours, for us, and still good (RFC 9068 §4).
    async fn check(&self, token: &str) -> Result<Value, Refusal> {
        let header = decode_header(token).map_err(|error| Refusal::Invalid(because(error.kind())))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Refusal::Invalid("the token is signed with an algorithm that is not accepted here"));
        }
        // An ID token is for the app and says `JWT`. It must not open an API, though its `aud` is the same.
        let kind = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        if kind != "at+jwt" && kind != "application/at+jwt" {
            return Err(Refusal::Invalid("not an access token: its typ is not at+jwt"));
        }
        let key = self.key(header.kid.as_deref().unwrap_or_default()).await?;
        if key.common.key_algorithm.is_some_and(|named| named != header.alg.into()) {
            return Err(Refusal::Invalid("the token's algorithm is not its key's"));
        }
        let key = DecodingKey::from_jwk(&key).map_err(|error| Refusal::Invalid(because(error.kind())))?;
        let claims = decode::<Value>(token, &key, &self.validation(header.alg)).map_err(|error| Refusal::Invalid(because(error.kind())))?;
        Ok(claims.claims)
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[self.issuer.as_str()]);
        validation.set_audience(&self.audiences);
        // Without this, a token that lacks a claim would not be compared at all.
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation
    }

    /// The key of that name, fetched again if it is new to us and we have not just asked.
    async fn key(&self, kid: &str) -> Result<Jwk, Refusal> {
        let mut keys = self.keys.lock().await;
        let wait = match keys.as_ref() {
            None => Duration::ZERO,
            Some(known) if known.set.find(kid).is_some() => KEYS_LIVE,
            Some(_) => BETWEEN_FETCHES,
        };
        if keys.as_ref().is_none_or(|known| known.fetched.elapsed() >= wait) {
            let set = self.fetch_keys().await.map_err(Refusal::NoKeys)?;
            *keys = Some(Keys { set, fetched: Instant::now() });
        }
        let found = keys.as_ref().and_then(|known| known.set.find(kid)).cloned();
        found.ok_or(Refusal::Invalid("the token is signed with a key that the issuer does not publish"))
    }

    async fn fetch_keys(&self) -> Result<JwkSet, reqwest::Error> {
        self.http.get(self.issuer.join("/.well-known/jwks.json")).send().await?.error_for_status()?.json().await
    }
}

fn because(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidIssuer => "the token is from another issuer",
        ErrorKind::InvalidAudience => "the token is for another audience",
        ErrorKind::InvalidSignature => "the signature does not match: the token was changed, or made by somebody else",
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => "the token lacks one of exp, iss, aud and sub",
        _ => "not a token that can be read here",
    }
}

#[cfg(test)]
mod tests;
