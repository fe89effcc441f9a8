//! Access tokens (RFC 9068) and ID tokens (OpenID Connect Core §2), from one grant.
//!
//! Claims other than `iat`, `exp` and `jti` stay the same from refresh to refresh: relying parties
//! such as Convex key their caches by them. Hence no `at_hash`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::App;
use crate::error::Result;
use crate::key::{Keys, b64};
use crate::oidc::{Client, scope};
use crate::session::family::Grant;
use crate::types::{FamilyId, UnixMillis};
use crate::user::Person;

/// A pair of signed tokens.
pub struct Minted {
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
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// `<family>.<random>`: tells which line of tokens it descends from. A client's own is of no family, and has no dot.
    pub jti: String,
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
    sid: String,
    /// No two tokens are the same text, not even of one second: Convex's client does not renew one that it got twice.
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// Signs what a grant gives. `nonce` only in the first answer after an authorization (OpenID Connect Core §12.2).
pub fn mint(app: &App, keys: &Keys, client: &Client, (grant, person): (&Grant, &Person), nonce: Option<&str>) -> Result<Minted> {
    let now = app.clock.now();
    let tokens = &app.config.tokens;
    let issuer = app.config.issuer.as_str();
    let algorithm = client.algorithm(tokens);
    let access = AccessClaims {
        iss: issuer.to_owned(),
        sub: person.id.to_string(),
        aud: client.audience().to_owned(),
        client_id: client.id.to_string(),
        scope: grant.scope.clone(),
        iat: now.seconds(),
        exp: UnixMillis::seconds(now + tokens.access_ttl),
        auth_time: Some(grant.auth_time.seconds()),
        sid: Some(grant.session.to_string()),
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
            sid: grant.session.to_string(),
            jti: b64(app.random.bytes::<12>()),
            nonce,
            person: scope::claims(person, &grant.scope),
        };
        Some(keys.sign(algorithm, "JWT", &claims)?)
    } else {
        None
    };
    Ok(Minted { access_token: keys.sign(algorithm, "at+jwt", &access)?, id_token, expires_in: tokens.access_ttl.as_secs() })
}

/// Signs what a client gets that acts for itself (RFC 9068 §2.2): an access token, and nothing about anybody.
pub fn mint_for_itself(app: &App, keys: &Keys, client: &Client, scope: &str) -> Result<Minted> {
    let now = app.clock.now();
    let tokens = &app.config.tokens;
    let access = AccessClaims {
        iss: app.config.issuer.to_string(),
        sub: client.id.to_string(),
        aud: client.audience().to_owned(),
        client_id: client.id.to_string(),
        scope: scope.to_owned(),
        iat: now.seconds(),
        exp: UnixMillis::seconds(now + tokens.access_ttl),
        auth_time: None,
        sid: None,
        jti: b64(app.random.bytes::<12>()),
    };
    let access_token = keys.sign(client.algorithm(tokens), "at+jwt", &access)?;
    Ok(Minted { access_token, id_token: None, expires_in: tokens.access_ttl.as_secs() })
}
