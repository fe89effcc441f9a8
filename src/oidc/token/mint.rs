//! Access tokens (RFC 9068) and ID tokens (OpenID Connect Core §2), from one grant.
//!
//! Claims other than `iat`, `exp` and `jti` stay the same from refresh to refresh: relying parties
//! such as Convex key their caches by them. Hence no `at_hash`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::App;
use crate::config::IdTokenClaims;
use crate::error::Result;
use crate::key::{Keys, b64};
use crate::oidc::{Client, acr, claims, scope};
use crate::session::family::Grant;
use crate::types::{FamilyId, UnixMillis};
use crate::user::Person;

/// A pair of signed tokens.
pub struct Minted {
    /// How the access token is presented: `Bearer`, or `DPoP` with a proof.
    pub token_type: &'static str,
    /// `typ: at+jwt`.
    pub access_token: String,
    /// `typ: JWT`; present when `openid` was granted.
    pub id_token: Option<String>,
    /// Seconds.
    pub expires_in: u64,
}

/// What an access token says (RFC 9068 §2.2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The person; or the client, when it acts for itself. One is never taken for the other: see [`crate::types::ClientId`].
    pub sub: String,
    /// The client's audience: one.
    pub aud: String,
    /// The client.
    pub client_id: String,
    /// Space-separated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
    /// When the person proved who they are, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How strongly they proved it: see [`acr`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<Cow<'static, str>>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The key that it is bound to (RFC 9449 §6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// `<family>.<random>`: tells which line of tokens it descends from. A client's own is of no family, and has no dot.
    pub jti: String,
}

/// What a token is bound to (RFC 7800 §3.1).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of a key.
    pub jkt: String,
}

/// What a token is for, and who holds it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Binding<'a> {
    /// One of the registered APIs (RFC 8707); the client's own audience if absent.
    pub resource: Option<&'a str>,
    /// The thumbprint of the key that was proved.
    pub jkt: Option<&'a str>,
}

impl Binding<'_> {
    fn confirmation(self) -> Option<Confirmation> {
        self.jkt.map(|jkt| Confirmation { jkt: jkt.to_owned() })
    }
}

impl AccessClaims {
    /// The family it descends from.
    pub fn family(&self) -> Option<FamilyId> {
        self.jti.split_once('.').and_then(|(family, _)| family.parse().ok())
    }
}

#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    amr: Vec<&'a str>,
    acr: &'static str,
    sid: String,
    /// No two tokens are the same text, not even of one second: Convex's client does not renew one that it got twice.
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// Claims, and those of the operator's.
#[derive(Serialize)]
struct With<'a, T: Serialize> {
    #[serde(flatten)]
    claims: &'a T,
    #[serde(flatten)]
    custom: Map<String, Value>,
}

/// Signs what a grant gives. `nonce` only in the first answer after an authorization (OpenID Connect Core §12.2).
pub fn mint(
    app: &App,
    keys: &Keys,
    client: &Client,
    (grant, person): (&Grant, &Person),
    (nonce, binding): (Option<&str>, Binding<'_>),
) -> Result<Minted> {
    let now = app.clock.now();
    let tokens = &app.config.tokens;
    let issuer = app.config.issuer.as_str();
    let algorithm = client.algorithm(tokens);
    let custom = claims::custom(client, person, &grant.scope);
    let access = AccessClaims {
        iss: issuer.to_owned(),
        sub: person.id.to_string(),
        aud: binding.resource.unwrap_or(client.audience()).to_owned(),
        client_id: client.id.to_string(),
        scope: grant.scope.clone(),
        iat: now.seconds(),
        exp: UnixMillis::seconds(now + tokens.access_ttl),
        auth_time: Some(grant.auth_time.seconds()),
        acr: Some(acr::of(&grant.amr).into()),
        sid: Some(grant.session.to_string()),
        cnf: binding.confirmation(),
        jti: format!("{}.{}", grant.family, b64(app.random.bytes::<12>())),
    };
    let id_token = if scope::has(&grant.scope, "openid") {
        let claims = IdClaims {
            iss: issuer,
            sub: person.id.to_string(),
            aud: client.audience(),
            iat: now.seconds(),
            exp: UnixMillis::seconds(now + tokens.id_ttl),
            auth_time: grant.auth_time.seconds(),
            amr: grant.amr.split(' ').collect(),
            acr: acr::of(&grant.amr),
            sid: grant.session.to_string(),
            jti: b64(app.random.bytes::<12>()),
            nonce,
            person: if client.entry.id_token == IdTokenClaims::Full { claims::of_scopes(person, &grant.scope) } else { Map::new() },
        };
        Some(keys.sign(algorithm, "JWT", &With { claims: &claims, custom: custom.clone() })?)
    } else {
        None
    };
    let token_type = token_type(binding);
    Ok(Minted {
        token_type,
        access_token: keys.sign(algorithm, "at+jwt", &With { claims: &access, custom })?,
        id_token,
        expires_in: tokens.access_ttl.as_secs(),
    })
}

/// Signs what a client gets that acts for itself (RFC 9068 §2.2): an access token, and nothing about anybody.
pub fn mint_for_itself(app: &App, keys: &Keys, client: &Client, (scope, binding): (&str, Binding<'_>)) -> Result<Minted> {
    let now = app.clock.now();
    let tokens = &app.config.tokens;
    let access = AccessClaims {
        iss: app.config.issuer.to_string(),
        sub: client.id.to_string(),
        aud: binding.resource.unwrap_or(client.audience()).to_owned(),
        client_id: client.id.to_string(),
        scope: scope.to_owned(),
        iat: now.seconds(),
        exp: UnixMillis::seconds(now + tokens.access_ttl),
        auth_time: None,
        acr: None,
        sid: None,
        cnf: binding.confirmation(),
        jti: b64(app.random.bytes::<12>()),
    };
    let access_token = keys.sign(client.algorithm(tokens), "at+jwt", &access)?;
    Ok(Minted { token_type: token_type(binding), access_token, id_token: None, expires_in: tokens.access_ttl.as_secs() })
}

fn token_type(binding: Binding<'_>) -> &'static str {
    if binding.jkt.is_some() { "DPoP" } else { "Bearer" }
}
