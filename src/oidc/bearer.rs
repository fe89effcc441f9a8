//! Who calls with an access token (RFC 6750), and for whom.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::OAuthError;
use super::token::AccessClaims;
use crate::app::App;
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

/// What a token says, and the person it speaks for: of a family that lives, and not shut out.
pub async fn verify(app: &App, keys: &Keys, token: &str) -> Result<(AccessClaims, Person), OAuthError> {
    let refused = || OAuthError::invalid_token("the access token is not valid here");
    let claims: AccessClaims = keys.verify(token, "at+jwt").map_err(|_| refused())?;
    let now = app.clock.now();
    if claims.iss != app.config.issuer.as_str() || claims.exp <= now.seconds() {
        return Err(refused());
    }
    let (family, user) = claims.family().zip(claims.sub.parse::<UserId>().ok()).ok_or_else(refused)?;
    let person = family::person_of_living(&app.db, family, now).await?.filter(|person| person.id == user).ok_or_else(refused)?;
    user::gate(&person).map_err(|_| refused())?;
    Ok((claims, person))
}
