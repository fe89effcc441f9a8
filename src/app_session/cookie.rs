//! The refresh cookie: one for each client, of our host alone.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::form::cookie;
use crate::session::RefreshToken;
use crate::types::ClientId;

fn name(client: &ClientId) -> String {
    format!("__Host-hk-refresh-{client}")
}

pub(super) fn read(app: &App, request: &HttpRequest, client: &ClientId) -> Option<RefreshToken> {
    RefreshToken::parse(&app.crypto, &cookie::read(request, &name(client))?)
}

pub(super) fn set(response: &mut HttpResponse, client: &ClientId, token: &RefreshToken, lifetime: Duration) {
    cookie::set(response, &name(client), token.reveal(), Some(lifetime));
}

pub(super) fn clear(response: &mut HttpResponse, client: &ClientId) {
    cookie::clear(response, &name(client));
}
