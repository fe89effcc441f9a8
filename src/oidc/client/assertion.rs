//! `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9): a client proves itself by a JWT that it signed a moment ago, for us
//! alone, and that is good for one request.

use jsonwebtoken::{DecodingKey, Header};
use serde_json::Value;

use super::{Client, Clients};
use crate::app::App;
use crate::config::{ClientKeys, PROOF_ALGORITHMS};
use crate::key::{signed_by, unverified_part};
use crate::oidc::{OAuthError, spent_jti};
use crate::types::UnixMillis;

/// The `client_assertion_type` (RFC 7523 §2.2).
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 60;
/// The longest that an assertion may be good for, in seconds: it is made for one request.
const LONGEST: i64 = 600;

/// Who an assertion says that it is from. Nothing is proved by that.
pub(super) fn subject(assertion: &str) -> Option<String> {
    unverified_part(assertion, 1)?["sub"].as_str().map(str::to_owned)
}

/// Whether a client has signed this, for us, now, and shows it for the first time. Why not goes to the log: its operator may
/// have to know, and nobody else.
pub(super) async fn proves(app: &App, clients: &Clients, client: &Client, assertion: &str) -> Result<bool, OAuthError> {
    let judge = |keys: &ClientKeys| judge((client, keys), app.config.issuer.as_str(), assertion, app.clock.now());
    let judged = match (&client.entry.jwks, &client.entry.jwks_uri) {
        (Some(keys), _) => judge(keys),
        (None, Some(uri)) => {
            let unavailable = |why: String| {
                tracing::warn!(client = %client.id, why, "a client's keys cannot be fetched");
                OAuthError::unavailable("the keys of this client cannot be fetched from its jwks_uri")
            };
            let keys = clients.remote_keys.get(app, uri.as_str(), false).await.map_err(unavailable)?;
            match judge(&keys) {
                Err(NO_KEY) => judge(&*clients.remote_keys.get(app, uri.as_str(), true).await.map_err(unavailable)?),
                judged => judged,
            }
        }
        (None, None) => Err(NO_KEY),
    };
    let why = match judged {
        // V-46: one statement, so that no two requests can use it, at whatever replica.
        Ok((jti, until)) if spent_jti::spend(app, (client.id.as_str(), &jti), until).await? => return Ok(true),
        Ok(_) => "its jti was used before",
        Err(why) => why,
    };
    tracing::warn!(client = %client.id, why, "a client assertion was refused");
    Ok(false)
}

const NO_KEY: &str = "none of the client's keys has signed it";

/// Its `jti`, and until when that has to be remembered.
fn judge(
    (client, keys): (&Client, &ClientKeys),
    issuer: &str,
    assertion: &str,
    now: UnixMillis,
) -> Result<(String, UnixMillis), &'static str> {
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| "it is no JWT, or its algorithm is none that proves something")?;
    // what is critical and unknown (RFC 7515 §4.1.11); what is another kind of token (RFC 8725 §3.11).
    if header.crit.is_some() {
        return Err("its header has crit");
    }
    let kinds = ["JWT", "client-authentication+jwt"];
    if header.typ.as_deref().is_some_and(|typ| !kinds.iter().any(|kind| kind.eq_ignore_ascii_case(typ))) {
        return Err("its typ is another");
    }
    let claims = signed(keys, &header, assertion).ok_or(NO_KEY)?;
    if claims["iss"] != client.id.as_str() || claims["sub"] != client.id.as_str() {
        return Err("its iss and sub are not both the client_id");
    }
    // V-47: rfc7523bis. A token endpoint is what another server can claim to be its own; the issuer is not.
    let audience = match &claims["aud"] {
        Value::Array(all) if all.len() == 1 => &all[0],
        other => other,
    };
    if audience != issuer {
        return Err("its aud is not the issuer alone");
    }
    let seconds = now.seconds();
    let exp = claims["exp"].as_i64().filter(|exp| (seconds - SKEW + 1..=seconds + LONGEST + SKEW).contains(exp));
    let exp = exp.ok_or("its exp is missing, over, or more than ten minutes ahead")?;
    let began = |claim: &str| claims[claim].is_null() || claims[claim].as_i64().is_some_and(|at| at <= seconds + SKEW);
    if !began("iat") || !began("nbf") {
        return Err("it is yet to come");
    }
    let jti = claims["jti"].as_str().filter(|jti| (1..=255).contains(&jti.len())).ok_or("its jti is missing or too long")?;
    Ok((jti.to_owned(), UnixMillis((exp + SKEW) * 1000)))
}

/// The claims, if a registered key has signed them with an algorithm of its own. Where the header says that keys are to be
/// found (`jku`, `jwk`, `x5u`, `x5c`) is not looked at.
fn signed(keys: &ClientKeys, header: &Header, assertion: &str) -> Option<Value> {
    let (_, name) = PROOF_ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == header.alg)?;
    let named = keys.keys().iter().filter(|key| header.kid.is_none() || key.common.key_id.is_none() || key.common.key_id == header.kid);
    let mut fit = named.filter(|key| key.common.key_algorithm.is_none_or(|alg| alg.to_string() == *name));
    fit.find_map(|key| {
        let key = DecodingKey::from_jwk(key).ok().filter(|key| key.family() == header.alg.family())?;
        signed_by(&key, header.alg, assertion).ok()
    })
}
