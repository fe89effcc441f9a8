//! `POST /introspect` (RFC 7662): a server asks what a token is worth at this moment. It is told of tokens that it was given
//! and of those that are meant for it; about everything else there is one answer, the same for all.

use std::borrow::Cow;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::token::{AccessClaims, Confirmation};
use super::{Client, Clients, OAuthError, OAuthResult, bearer, client, spent_jti};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::Body;
use crate::key::Keys;
use crate::session::{RefreshToken, family};
use crate::types::UnixMillis;

/// The endpoint. For servers: no script of any origin may read it.
pub async fn post_introspect(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    request: HttpRequest,
    body: Result<Body, Error>,
) -> OAuthResult {
    let Body(mut parameters) = body?;
    let client = client::authenticate(&app, &clients, &request, &mut parameters).await?;
    // §2.1: a name that everybody knows authorizes nobody; tokens could be tried out with it (§4).
    if !client.is_confidential() {
        return Err(OAuthError::invalid_client(false));
    }
    let token = parameters.take("token").ok_or_else(|| OAuthError::invalid_request("token is missing"))?;
    let worth = match RefreshToken::parse(&app.crypto, &token) {
        Some(presented) => refresh_token(&app, &client, &presented).await?,
        None => access_token(&app, &clients, &client, bearer::read(&app, &keys, &token)).await?,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    Ok(response.json(worth.unwrap_or_default()))
}

/// The answer (§2.2). By default the one for what is worth nothing, with nothing else in it.
#[derive(Default, Serialize)]
struct Worth {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// When the person proved who they are, and how strongly (RFC 9470 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Cow<'static, str>>,
    /// Only of what can be sent as a bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// The key that it is bound to (RFC 9449 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

async fn access_token(app: &App, clients: &Clients, asks: &Client, claims: Option<AccessClaims>) -> Result<Option<Worth>> {
    let Some(claims) = claims else { return Ok(None) };
    if claims.client_id != asks.id.as_str() && claims.aud != asks.audience() {
        return Ok(None);
    }
    // A client that was removed takes its tokens with it.
    let Some(holder) = clients.find(app, &claims.client_id).await? else { return Ok(None) };
    let speaks = match claims.family() {
        Some(_) => bearer::person(app, &claims).await?.is_some(),
        None if claims.sub != claims.client_id || !holder.acts_for_itself() => false,
        None => !spent_jti::is_spent(app.db.read(), &claims.iss, &claims.jti).await?,
    };
    Ok(speaks.then(|| Worth {
        active: true,
        scope: Some(claims.scope).filter(|scope| !scope.is_empty()),
        client_id: Some(claims.client_id),
        sub: Some(claims.sub),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        jti: Some(claims.jti),
        auth_time: claims.auth_time,
        acr: claims.acr,
        token_type: Some(if claims.cnf.is_some() { "DPoP" } else { "Bearer" }),
        cnf: claims.cnf,
    }))
}

/// Its own client's business alone.
async fn refresh_token(app: &App, asks: &Client, presented: &RefreshToken) -> Result<Option<Worth>> {
    let found = family::look(app, &asks.id, presented).await?;
    Ok(found.map(|(grant, until)| Worth {
        active: true,
        scope: Some(grant.scope).filter(|scope| !scope.is_empty()),
        client_id: Some(grant.client.to_string()),
        sub: Some(grant.user.to_string()),
        iss: Some(app.config.issuer.to_string()),
        exp: Some(UnixMillis::seconds(until)),
        ..Worth::default()
    }))
}
