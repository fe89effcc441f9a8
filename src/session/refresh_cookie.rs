//! The refresh cookie: one for each client, of our host alone.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};

use super::RefreshToken;
use crate::app::App;
use crate::form::cookie;
use crate::types::ClientId;

fn name(client: &ClientId) -> String {
    format!("__Host-hk-refresh-{client}")
}

/// What the browser holds for this client.
pub fn read(app: &App, request: &HttpRequest, client: &ClientId) -> Option<RefreshToken> {
    RefreshToken::parse(&app.crypto, &cookie::read(request, &name(client))?)
}

/// Gives the browser the token.
pub fn set(response: &mut HttpResponse, client: &ClientId, token: &RefreshToken, lifetime: Duration) {
    cookie::set(response, &name(client), token.reveal(), Some(lifetime));
}

/// Takes it away.
pub fn clear(response: &mut HttpResponse, client: &ClientId) {
    cookie::clear(response, &name(client));
}
