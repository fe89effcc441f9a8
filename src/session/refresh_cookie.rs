//! The refresh cookie: one for each client, of our host alone.

use std::time::Duration;

use actix_web::cookie;
use actix_web::{HttpRequest, HttpResponse};

use super::RefreshToken;
use crate::app::App;
use crate::config::SameSite;
use crate::form::cookie::{read, set_for};
use crate::types::ClientId;

/// The cookie of one client.
pub struct RefreshCookie {
    name: String,
    sites: cookie::SameSite,
}

impl RefreshCookie {
    /// That of this client.
    pub fn of(client: &ClientId, same_site: SameSite) -> Self {
        let sites = match same_site {
            SameSite::Lax => cookie::SameSite::Lax,
            SameSite::None => cookie::SameSite::None,
        };
        Self { name: format!("__Host-hk-refresh-{client}"), sites }
    }

    /// What the browser holds.
    pub fn read(&self, app: &App, request: &HttpRequest) -> Option<RefreshToken> {
        RefreshToken::parse(&app.crypto, &read(request, &self.name)?)
    }

    /// Gives the browser the token.
    pub fn set(&self, response: &mut HttpResponse, token: &RefreshToken, lifetime: Duration) {
        set_for(self.sites, response, (&self.name, token.reveal()), Some(lifetime));
    }

    /// Takes it away. With the same attributes: a page on another site could not remove a cookie of ours otherwise.
    pub fn clear(&self, response: &mut HttpResponse) {
        set_for(self.sites, response, (&self.name, ""), Some(Duration::ZERO));
    }
}
