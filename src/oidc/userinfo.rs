//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::bearer::Presented;
use super::{Clients, OAuthError, OAuthResult, bearer, claims, cors, scope};
use crate::app::App;
use crate::error::Error;
use crate::form::Body;
use crate::key::Keys;

/// With the token in the header.
pub async fn get_userinfo(app: web::Data<App>, keys: web::Data<Keys>, clients: web::Data<Clients>, request: HttpRequest) -> OAuthResult {
    let answer = match bearer::in_header(&request) {
        Ok(Some(presented)) => answer(&app, &keys, &clients, (&request, presented)).await,
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
    let answer = match (bearer::in_header(&request), in_body) {
        (Ok(Some(_)), Some(_)) => Err(OAuthError::invalid_request("the access token was sent in two ways")),
        (Ok(Some(presented)), None) => answer(&app, &keys, &clients, (&request, presented)).await,
        (Ok(None), Some(token)) => answer(&app, &keys, &clients, (&request, Presented { token: &token, with_proof: false })).await,
        (Ok(None), None) => Err(OAuthError::no_token()),
        (Err(error), _) => Err(error),
    };
    cors::allow(&app, &clients, &request, answer).await
}

async fn answer(app: &App, keys: &Keys, clients: &Clients, presented: (&HttpRequest, Presented<'_>)) -> OAuthResult {
    let (_, said, person) = bearer::verify(app, keys, clients, presented).await?;
    if !scope::has(&said.scope, "openid") {
        return Err(OAuthError::insufficient_scope("openid"));
    }
    let mut body = claims::of_scopes(&person, &said.scope);
    body.insert("sub".into(), json!(said.sub));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body))
}
