//! `POST /token`: authenticate, grant, respond (RFC 6749 §3.2).

mod authorization_code;
mod client_credentials;
mod device_code;
mod mint;
mod refresh_token;

pub use mint::{AccessClaims, Binding, Confirmation, Minted, mint, mint_for_itself};

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::dpop::{self, Expected, Proved};
use super::{Client, Clients, OAuthError, OAuthResult, client, cors};
use crate::app::App;
use crate::config::Dpop;
use crate::error::Error;
use crate::form::{Body, Parameters};
use crate::key::Keys;
use crate::session::RefreshToken;

/// What a grant is made with.
pub(super) struct Granting<'a> {
    pub(super) app: &'a App,
    pub(super) keys: &'a Keys,
    pub(super) client: Arc<Client>,
    pub(super) parameters: &'a Parameters,
    pub(super) request: &'a HttpRequest,
    pub(super) proved: Option<Proved>,
}

impl Granting<'_> {
    /// The key that was proved.
    fn jkt(&self) -> Option<&str> {
        self.proved.as_ref().map(|proved| proved.jkt.as_str())
    }

    /// The key that a refresh token is bound to: whoever has a secret proves itself by that (RFC 9449 §5).
    fn jkt_of_refresh_token(&self) -> Option<&str> {
        self.jkt().filter(|_| !self.client.is_confidential())
    }
}

/// The grant types of the discovery document, in its order.
pub const GRANT_TYPES: &[&str] = &["authorization_code", "refresh_token", "client_credentials", device_code::GRANT_TYPE];

/// The endpoint.
pub async fn post_token(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    request: HttpRequest,
    body: Result<Body, Error>,
) -> OAuthResult {
    let answer = respond(&app, &keys, &clients, &request, body).await;
    cors::allow(&app, &clients, &request, answer).await
}

async fn respond(app: &App, keys: &Keys, clients: &Clients, request: &HttpRequest, body: Result<Body, Error>) -> OAuthResult {
    let Body(mut parameters) = body?;
    let client = client::authenticate(app, clients, request, &mut parameters).await?;
    let proved = prove(app, &client, request).await?;
    let granting = Granting { app, keys, client, parameters: &parameters, request, proved };
    match parameters.get("grant_type") {
        Some("authorization_code") => authorization_code::grant(granting).await,
        Some("refresh_token") => refresh_token::grant(granting).await,
        Some(device_code::GRANT_TYPE) => device_code::grant(granting).await,
        Some("client_credentials") => client_credentials::grant(&granting),
        Some(_) => Err(OAuthError::new("unsupported_grant_type", format!("this server grants {}", GRANT_TYPES.join(", ")))),
        None => Err(OAuthError::invalid_request("grant_type is missing")),
    }
}

/// The key that a client's request proves, if it does.
pub async fn proved(app: &App, client: &Client, request: &HttpRequest) -> Result<Option<Proved>, OAuthError> {
    dpop::verify(app, request, &Expected { access_token: None, nonce: client.entry.dpop == Dpop::Nonce }).await
}

/// The key that a request for tokens proves; one at least where the client's tokens must be bound.
pub async fn prove(app: &App, client: &Client, request: &HttpRequest) -> Result<Option<Proved>, OAuthError> {
    let proved = proved(app, client, request).await?;
    if proved.is_none() && client.entry.dpop != Dpop::Optional {
        return Err(OAuthError::invalid_dpop_proof("there is none, and this client's tokens are bound to a key"));
    }
    Ok(proved)
}

#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

/// The one successful answer (RFC 6749 §5.1).
fn answer(minted: &Minted, scope: &str, refresh_token: Option<&RefreshToken>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache")).json(TokenResponse {
        access_token: &minted.access_token,
        token_type: minted.token_type,
        expires_in: minted.expires_in,
        scope,
        id_token: minted.id_token.as_deref(),
        refresh_token: refresh_token.map(RefreshToken::reveal),
    })
}
