//! Who calls with an access token (RFC 6750, RFC 9449 §7), and for whom.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header;

use super::dpop::{self, Expected};
use super::token::AccessClaims;
use super::{Client, Clients, OAuthError};
use crate::app::App;
use crate::config::Dpop;
use crate::error::Result;
use crate::key::Keys;
use crate::session::family;
use crate::types::UserId;
use crate::user::{self, Person};

/// An access token, as it was presented.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// As it came.
    pub token: &'a str,
    /// With a proof beside it: `Authorization: DPoP`.
    pub with_proof: bool,
}

/// The token in the `Authorization` header; one that is anything else opens nothing.
pub fn in_header(request: &HttpRequest) -> Result<Option<Presented<'_>>, OAuthError> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else { return Ok(None) };
    let malformed = || OAuthError::invalid_token("the Authorization header is not a bearer token");
    if headers.next().is_some() {
        return Err(malformed());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
    let with_proof = scheme.eq_ignore_ascii_case("dpop");
    if !with_proof && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(malformed());
    }
    Ok(Some(Presented { token, with_proof }))
}

/// What an access token of ours says, if it is not over by age. Whether what it descends from still lives is not asked.
pub fn read(app: &App, keys: &Keys, token: &str) -> Option<AccessClaims> {
    let claims: AccessClaims = keys.verify(token, "at+jwt").ok()?;
    let ours = claims.iss == app.config.issuer.as_str() && claims.exp > app.clock.now().seconds();
    ours.then_some(claims)
}

/// The person that an access token speaks for: of a family that lives, and not shut out.
pub async fn person(app: &App, claims: &AccessClaims) -> Result<Option<Person>> {
    let Some((family, user)) = claims.family().zip(claims.sub.parse::<UserId>().ok()) else { return Ok(None) };
    let person = family::person_of_living(&app.db, family, app.clock.now()).await?;
    Ok(person.filter(|person| person.id == user && user::gate(person).is_ok()))
}

/// Whose token this request presents to us, what it says, and the person it speaks for. It must be for us: for its client's own
/// audience, not for another API that it was given to; and with the key that it is bound to, if it is.
pub async fn verify(
    app: &App,
    keys: &Keys,
    clients: &Clients,
    (request, presented): (&HttpRequest, Presented<'_>),
) -> Result<(Arc<Client>, AccessClaims, Person), OAuthError> {
    let refused = || OAuthError::invalid_token("the access token is not valid here");
    let claims = read(app, keys, presented.token).ok_or_else(refused)?;
    let client = clients.find(app, &claims.client_id).await?.filter(|client| client.audience() == claims.aud).ok_or_else(refused)?;
    if !is_held(app, &client, &claims, (request, presented)).await? {
        return Err(refused());
    }
    let person = person(app, &claims).await?.ok_or_else(refused)?;
    Ok((client, claims, person))
}

/// Whether whoever presents a token holds the key that it is bound to; and whether one that is bound to none comes as such.
async fn is_held(
    app: &App,
    client: &Client,
    claims: &AccessClaims,
    (request, Presented { token, with_proof }): (&HttpRequest, Presented<'_>),
) -> Result<bool, OAuthError> {
    let Some(confirmation) = &claims.cnf else { return Ok(!with_proof) };
    if !with_proof {
        return Ok(false);
    }
    let expected = Expected { access_token: Some(token), nonce: client.entry.dpop == Dpop::Nonce };
    let proved = dpop::verify(app, request, &expected).await.map_err(OAuthError::of_resource)?;
    Ok(proved.is_some_and(|proved| proved.jkt == confirmation.jkt))
}
