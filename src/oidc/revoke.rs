//! `POST /revoke` (RFC 7009): a client gives back a token, and with it everything that the same sign-in gave it. Its access
//! tokens are dead at our own endpoints from then on; who only looks at their signature believes them until they are over.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::token::AccessClaims;
use super::{Client, Clients, OAuthError, OAuthResult, bearer, client, cors, spent_jti};
use crate::app::App;
use crate::error::Error;
use crate::form::{self, Body};
use crate::key::Keys;
use crate::session::{RefreshToken, family};
use crate::types::{Caller, FamilyId, UnixMillis};
use crate::work::Actor;

/// The endpoint.
pub async fn post_revoke(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    request: HttpRequest,
    body: Result<Body, Error>,
) -> OAuthResult {
    // V-45: whoever is told that a token is gone forgets it.
    let answer = respond(&app, &keys, &clients, &request, body).await.map_err(OAuthError::to_be_retried);
    cors::allow(&app, &clients, &request, answer).await.map_err(OAuthError::to_be_retried)
}

async fn respond(app: &App, keys: &Keys, clients: &Clients, request: &HttpRequest, body: Result<Body, Error>) -> OAuthResult {
    let Body(mut parameters) = body?;
    let client = client::authenticate(app, clients, request, &mut parameters).await?;
    // A token says itself what it is: a token_type_hint is not needed, and a wrong one does no harm (§2.1).
    let token = parameters.take("token").ok_or_else(|| OAuthError::invalid_request("token is missing"))?;
    match given(app, keys, &token) {
        Some(Given::Family(family)) => end(app, &client, form::caller(request), family).await?,
        Some(Given::Own(claims)) if claims.client_id == client.id.as_str() => {
            spent_jti::spend(app, (&claims.iss, &claims.jti), UnixMillis(claims.exp * 1000)).await?;
        }
        Some(Given::Own(_)) => return Err(foreign()),
        None => {}
    }
    // Without a content type: programs read what one promises (§2.2 asks for no body).
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

/// What a token of ours stands for.
enum Given {
    /// The line that it descends from.
    Family(FamilyId),
    /// Nothing else: a program asked for it by itself.
    Own(Box<AccessClaims>),
}

/// A refresh token that was replaced names its line as well: its client may have lost an answer.
fn given(app: &App, keys: &Keys, token: &str) -> Option<Given> {
    if let Some(refresh) = RefreshToken::parse(&app.crypto, token) {
        return Some(Given::Family(refresh.family));
    }
    let claims = bearer::read(app, keys, token)?;
    Some(claims.family().map_or_else(|| Given::Own(Box::new(claims)), Given::Family))
}

async fn end(app: &App, client: &Client, caller: Caller, family: FamilyId) -> Result<(), OAuthError> {
    let Some(owner) = family::client_of(app.db.read(), family).await? else { return Ok(()) };
    if owner != client.id {
        return Err(foreign());
    }
    let mut work = app.begin(Actor::Client(caller, owner)).await?;
    family::give_back(&mut work, &client.id, family).await?;
    work.commit().await?;
    Ok(())
}

/// V-39.
fn foreign() -> OAuthError {
    OAuthError::invalid_grant("the token is another client's")
}
