//! The session cookie.

use actix_web::{HttpRequest, HttpResponse};
use std::time::Duration;

use crate::form::cookie;
use crate::types::{SessionSecret, Token};

const NAME: &str = "__Host-hk-session";

/// What the browser presents, if it can be one of ours.
pub(super) fn read(request: &HttpRequest) -> Option<Token<SessionSecret>> {
    Token::parse(&cookie::read(request, NAME)?)
}

/// Gives the browser its session, for as long as the session can live.
pub fn set(response: &mut HttpResponse, token: &Token<SessionSecret>, lifetime: Duration) {
    cookie::set(response, NAME, token.reveal(), Some(lifetime));
}

/// Takes it away.
pub fn clear(response: &mut HttpResponse) {
    cookie::clear(response, NAME);
}
