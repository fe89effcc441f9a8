//! One browser, known by a random cookie before anybody signs in. A form carries a mark made of it,
//! which no other site can know (a double submit, signed).

use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cookie;
use crate::app::App;
use crate::crypto::{Purpose, equal};

const COOKIE: &str = "__Host-hk-browser";

/// A browser. Says nothing about who sits at it.
#[derive(Clone, Debug)]
pub struct Browser {
    id: [u8; 16],
    is_new: bool,
}

impl Browser {
    /// The browser that sent this request; a new name for one that has none.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        match Self::known(request) {
            Some(browser) => browser,
            None => Self { id: app.random.bytes(), is_new: true },
        }
    }

    /// The browser that sent this request, if it has been here before.
    pub fn known(request: &HttpRequest) -> Option<Self> {
        let value = cookie::read(request, COOKIE)?;
        let id = URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok()?;
        Some(Self { id, is_new: false })
    }

    /// Whether its name has yet to be told to it.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Tells a new browser its name. It forgets it when it is closed.
    pub fn introduce(&self, response: &mut HttpResponse) {
        if self.is_new {
            cookie::set(response, COOKIE, &URL_SAFE_NO_PAD.encode(self.id), None);
        }
    }

    /// What a flow is bound to.
    pub fn binding(&self) -> [u8; 16] {
        self.id
    }

    /// What a row knows this browser by.
    pub fn mark(&self, app: &App) -> Vec<u8> {
        app.crypto.mark(Purpose::Browser, &[&self.id])[..16].to_vec()
    }

    /// The value of the hidden field `csrf` in every form for this browser.
    pub fn csrf(&self, app: &App) -> String {
        URL_SAFE_NO_PAD.encode(&app.crypto.mark(Purpose::Csrf, &[&self.id])[..18])
    }

    /// Whether a form's field is ours for this browser.
    pub fn allows(&self, app: &App, csrf: &str) -> bool {
        equal(self.csrf(app).as_bytes(), csrf.as_bytes())
    }
}
