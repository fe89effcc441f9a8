//! `POST /revoke` (RFC 7009): a client gives back a token, and with it everything that the same sign-in gave it. Its access
//! tokens are dead at our own endpoints from then on; who only looks at their signature believes them until they are over.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{Clients, OAuthError, OAuthResult, bearer, client, cors};
use crate::app::App;
use crate::error::Error;
use crate::form::{self, Body};
use crate::key::Keys;
use crate::session::{RefreshToken, family};
use crate::types::FamilyId;
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
    let caller = form::caller(request);
    let client = client::authenticate(app, clients, request, &mut parameters, &caller).await?;
    // A token says itself what it is: a token_type_hint is not needed, and a wrong one does no harm (§2.1).
    let token = parameters.take("token").ok_or_else(|| OAuthError::invalid_request("token is missing"))?;
    if let Some(family) = family_in(app, keys, &token)
        && let Some(owner) = family::client_of(app.db.read(), family).await?
    {
        // V-39.
        if owner != client.id {
            return Err(OAuthError::invalid_grant("the token is another client's"));
        }
        let mut work = app.begin(Actor::Client(caller, owner)).await?;
        family::give_back(&mut work, &client.id, family).await?;
        work.commit().await?;
    }
    // Without a content type: programs read what one promises (§2.2 asks for no body).
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

/// The line that a token descends from. A refresh token that was replaced names it as well: its client may have lost an answer.
fn family_in(app: &App, keys: &Keys, token: &str) -> Option<FamilyId> {
    match RefreshToken::parse(&app.crypto, token) {
        Some(refresh) => Some(refresh.family),
        None => bearer::read(app, keys, token)?.family(),
    }
}
