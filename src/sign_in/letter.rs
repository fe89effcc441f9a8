//! Asking for a letter in the course of a journey, and what every page says to those who ask too often.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use super::{Flow, page};
use crate::app::App;
use crate::email_challenge::{Asked, Asking, Purpose, ask};
use crate::error::Result;
use crate::form::see_other;
use crate::session::Visitor;
use crate::types::Words;

/// Asks for a letter and goes to the page that waits for its code. `password` is the hash of one chosen with it.
pub async fn send_letter(app: &App, visitor: &Visitor, flow: &Flow, purpose: Purpose, password: Option<&str>) -> Result<HttpResponse> {
    let Some(address) = flow.address() else { return go(app, "/sign-in", flow) };
    match ask(app, purpose, &address, password, asking(app, visitor, flow)?).await? {
        Asked::Sent(challenge) => go(app, "/sign-in/check", &flow.clone().awaiting(challenge)),
        Asked::Wait(wait) => {
            let mut response = page::show_problem(app, visitor, flow, &address.to_string(), wait_words(wait))?;
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

/// Whoever asks at this browser, on this journey, for a letter in its look.
pub fn asking<'a>(app: &App, visitor: &'a Visitor, flow: &'a Flow) -> Result<Asking<'a>> {
    Ok(Asking {
        caller: visitor.caller(),
        browser: visitor.browser().mark(app),
        user_agent: crate::user_agent::describe(visitor.user_agent()),
        client: flow.client(),
        language: visitor.language(),
        journey: flow.keep()?,
        replaces: flow.challenge,
        account: None,
    })
}

/// Goes on to another page of the journey.
pub fn go(app: &App, path: &str, flow: &Flow) -> Result<HttpResponse> {
    Ok(see_other(&address_of(app, path, flow)?))
}

/// Where another page of the journey is.
pub(super) fn address_of(app: &App, path: &str, flow: &Flow) -> Result<String> {
    Ok(app.config.issuer.join(&format!("{path}?flow={}", flow.seal(app)?)))
}

/// When it may be done again.
pub fn wait_words(wait: Duration) -> Words {
    Words::new("check-wait").with("seconds", wait.as_secs().max(1))
}

/// Makes an answer say so to programs.
pub fn too_soon(response: &mut HttpResponse, wait: Duration) {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait.as_secs().max(1)));
}
