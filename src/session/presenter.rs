//! Who presents a refresh token: a client, by a request.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName};

use crate::form;
use crate::language::{Language, negotiate};
use crate::types::{Caller, ClientId};
use crate::work::Actor;

/// A client that presents a refresh token.
pub struct Presenter<'a> {
    /// Which.
    pub client: &'a ClientId,
    caller: Caller,
    user_agent: Option<&'a str>,
    accept_language: Option<&'a str>,
}

impl<'a> Presenter<'a> {
    /// The client that sent this request.
    pub fn of(request: &'a HttpRequest, client: &'a ClientId) -> Self {
        let said = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        Self { client, caller: form::caller(request), user_agent: said(header::USER_AGENT), accept_language: said(header::ACCEPT_LANGUAGE) }
    }

    /// Who makes the change.
    pub fn actor(&self) -> Actor {
        Actor::Client(self.caller.clone(), self.client.clone())
    }

    /// What the program calls itself: for apps in a browser, that browser.
    pub fn user_agent(&self) -> &str {
        self.user_agent.unwrap_or_default()
    }

    /// The language that it asks for.
    pub fn language(&self) -> Language {
        negotiate(None, None, self.accept_language)
    }
}
