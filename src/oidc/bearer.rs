//! Who calls with an access token (RFC 6750), and for whom.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::OAuthError;
use super::token::AccessClaims;
use crate::app::App;
use crate::error::Result;
use crate::key::Keys;
use crate::session::family;
use crate::types::UserId;
use crate::user::{self, Person};

/// The bearer token; an `Authorization` header that is anything else opens nothing.
pub fn in_header(request: &HttpRequest) -> Result<Option<&str>, OAuthError> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else { return Ok(None) };
    let malformed = || OAuthError::invalid_token("the Authorization header is not a bearer token");
    if headers.next().is_some() {
        return Err(malformed());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(malformed());
    }
    Ok(Some(token))
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

/// What a token says, and the person it speaks for.
pub async fn verify(app: &App, keys: &Keys, token: &str) -> Result<(AccessClaims, Person), OAuthError> {
    let refused = || OAuthError::invalid_token("the access token is not valid here");
    let claims = read(app, keys, token).ok_or_else(refused)?;
    let person = person(app, &claims).await?.ok_or_else(refused)?;
    Ok((claims, person))
}
