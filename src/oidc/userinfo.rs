//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::token::AccessClaims;
use super::{Clients, OAuthError, OAuthResult, cors, scope};
use crate::app::App;
use crate::error::Error;
use crate::form::Body;
use crate::key::Keys;
use crate::session::family;
use crate::types::UserId;
use crate::user;

/// With the token in the header.
pub async fn get_userinfo(app: web::Data<App>, keys: web::Data<Keys>, clients: web::Data<Clients>, request: HttpRequest) -> OAuthResult {
    let answer = match in_header(&request) {
        Ok(Some(token)) => answer(&app, &keys, token).await,
        Ok(None) => Err(OAuthError::no_token()),
        Err(error) => Err(error),
    };
    cors::allow(&app, &clients, &request, answer).await
}

/// With the token in the header or in the body (RFC 6750 §2.2), never in both.
pub async fn post_userinfo(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    request: HttpRequest,
    body: Result<Body, Error>,
) -> OAuthResult {
    let in_body = body.ok().and_then(|Body(mut parameters)| parameters.take("access_token"));
    let answer = match (in_header(&request), in_body) {
        (Ok(Some(_)), Some(_)) => Err(OAuthError::invalid_request("the access token was sent in two ways")),
        (Ok(Some(token)), None) => answer(&app, &keys, token).await,
        (Ok(None), Some(token)) => answer(&app, &keys, &token).await,
        (Ok(None), None) => Err(OAuthError::no_token()),
        (Err(error), _) => Err(error),
    };
    cors::allow(&app, &clients, &request, answer).await
}

/// The bearer token; an `Authorization` header that is anything else opens nothing.
fn in_header(request: &HttpRequest) -> Result<Option<&str>, OAuthError> {
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

async fn answer(app: &App, keys: &Keys, token: &str) -> OAuthResult {
    let refused = || OAuthError::invalid_token("the access token is not valid here");
    let claims: AccessClaims = keys.verify(token, "at+jwt").map_err(|_| refused())?;
    let now = app.clock.now();
    if claims.iss != app.config.issuer.as_str() || claims.exp <= now.seconds() {
        return Err(refused());
    }
    if !scope::has(&claims.scope, "openid") {
        return Err(OAuthError::insufficient_scope("openid"));
    }
    let (family, user) = claims.family().zip(claims.sub.parse::<UserId>().ok()).ok_or_else(refused)?;
    if !family::is_alive(app.db.read(), family, now).await? {
        return Err(refused());
    }
    let person = user::find(app.db.read(), user).await?.ok_or_else(refused)?.person;
    user::gate(&person).map_err(|_| refused())?;
    let mut body = scope::claims(&person, &claims.scope);
    body.insert("sub".into(), json!(claims.sub));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body))
}
