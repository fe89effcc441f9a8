//! The way from a finished sign-in to where the journey leads.

use actix_web::{HttpResponse, ResponseError};

use super::{Destination, Flow, Proved, address_of, go, offer};
use crate::app::App;
use crate::error::Result;
use crate::form::see_other;
use crate::page::PageError;
use crate::session::{Visitor, set_cookie};
use crate::types::{SessionSecret, Token, UserId};

/// Gives the browser its session and sends it where the journey leads, perhaps past the offer of a passkey.
pub async fn onward(app: &App, visitor: &Visitor, flow: &Flow, user: UserId, secret: &Token<SessionSecret>) -> Result<HttpResponse> {
    let mut response =
        if offer::is_offered(app, visitor, flow, user).await? { go(app, "/passkey/offer", flow)? } else { see_other(&next(app, flow)?) };
    set_cookie(&mut response, secret, app.config.sign_in.session);
    visitor.devices(app).remember(app, (user, flow.by.as_ref()), &mut response);
    Ok(response)
}

/// To the page that asks for a second step.
pub fn second_step(app: &App, flow: &Flow, proved: Proved) -> Result<HttpResponse> {
    go(app, "/sign-in/two-step", &flow.clone().proved(proved))
}

/// Begins a journey at one of our pages, in a browser that from then on has a name.
pub fn set_out(app: &App, visitor: &Visitor, destination: Destination, path: &str) -> Result<HttpResponse> {
    Ok(first(app, visitor, destination, path)?.error_response())
}

/// The same, for a handler that ends early: its person goes there first.
pub fn first(app: &App, visitor: &Visitor, destination: Destination, path: &str) -> Result<PageError> {
    let begun = Flow::begin(app, visitor.browser(), destination);
    Ok(PageError::First(address_of(app, path, &begun)?, visitor.browser().clone()))
}

/// Where a signed-in person goes next: first to what this journey still has to ask them.
pub fn next(app: &App, flow: &Flow) -> Result<String> {
    let path = match flow.destination {
        _ if flow.pending.is_some() => format!("/link?flow={}", flow.seal(app)?),
        _ if flow.linked.is_some() => format!("/linked?flow={}", flow.seal(app)?),
        Destination::Account | Destination::ProviderTest => "/account".to_owned(),
        Destination::Email => "/account/email".to_owned(),
        Destination::Connections => "/account/connections".to_owned(),
        Destination::Device(_) => format!("/device/confirm?flow={}", flow.seal(app)?),
        Destination::Devices => "/account/devices".to_owned(),
        Destination::Security => "/account/security".to_owned(),
        Destination::Password => "/account/password".to_owned(),
        Destination::Data => "/account/data".to_owned(),
        Destination::Delete => "/account/delete".to_owned(),
        Destination::App(_) => format!("/continue?flow={}", flow.seal(app)?),
    };
    Ok(app.config.issuer.join(&path))
}
