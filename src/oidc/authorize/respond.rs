//! Answers to the app: a code or an error in the query or the fragment of the redirect URI, or in a form that the
//! browser sends there. With `iss` in each (RFC 9207).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

use super::store;
use super::view::FormPostPage;
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::see_other;
use crate::oidc::{Client, consent};
use crate::page::csp_for_form_to;
use crate::session::{Session, Visitor};
use crate::sign_in::{AppRequest, ResponseMode};
use crate::types::RedirectUri;
use crate::work::Actor;

/// An answer, as the browser takes it to the app.
#[derive(Debug, Clone)]
pub enum Reply {
    /// In an address to go to.
    Go(String),
    /// In a form to send (OAuth 2.0 Form Post Response Mode 1.0 §2).
    Send {
        /// Where to.
        to: String,
        /// What is in it.
        fields: Vec<(String, String)>,
    },
}

/// Where an answer goes, and in what.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    /// Registered, and compared.
    pub redirect_uri: &'a str,
    /// Returned as it came.
    pub state: Option<&'a str>,
    /// What it travels in.
    pub mode: ResponseMode,
}

impl<'a> From<&'a AppRequest> for Addressee<'a> {
    fn from(request: &'a AppRequest) -> Self {
        Self { redirect_uri: &request.redirect_uri, state: request.state.as_deref(), mode: request.response_mode }
    }
}

/// Gives the session's person a code for what was asked.
pub async fn code_reply(app: &App, actor: Actor, client: &Client, request: &AppRequest, session: &Session) -> Result<Reply> {
    let mut ledger = app.ledger(actor);
    let code = store::insert(&mut ledger, &app.config.tokens, request, session);
    if !client.entry.first_party {
        consent::note_use(&mut ledger, session.user, &client.id);
    }
    ledger.commit().await?;
    Ok(reply(app, &request.into(), &[("code", code.reveal())]))
}

/// The news that there will be no code.
pub fn error_reply(app: &App, to: &Addressee<'_>, code: &str, description: &str) -> Reply {
    let description = crate::oidc::error::printable(description);
    reply(app, to, &[("error", code), ("error_description", &description)])
}

fn reply(app: &App, to: &Addressee<'_>, pairs: &[(&str, &str)]) -> Reply {
    let state = to.state.map(|state| ("state", state));
    let pairs = pairs.iter().copied().chain(state).chain([("iss", app.config.issuer.as_str())]);
    if to.mode == ResponseMode::FormPost {
        let fields = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        return Reply::Send { to: to.redirect_uri.to_owned(), fields };
    }
    // The registered URI is kept byte for byte; parameters are only added.
    let separator = match (to.mode, to.redirect_uri.split_once('?')) {
        (ResponseMode::Fragment, _) => "#",
        (_, None) => "?",
        (_, Some((_, ""))) => "",
        (_, Some(_)) => "&",
    };
    let pairs = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Reply::Go(format!("{}{separator}{pairs}", to.redirect_uri))
}

/// Sends the browser off with an answer, at once if no form of ours has brought it here.
pub(super) fn depart(app: &App, visitor: &Visitor, client: &Client, reply: Reply) -> Result<HttpResponse> {
    match reply {
        Reply::Go(to) => Ok(see_other(&to)),
        Reply::Send { to, fields } => form_post(app, visitor, client, to, fields),
    }
}

/// The page with the form. It may send it to the app's origin and nowhere else, and no other page may.
pub fn form_post(app: &App, visitor: &Visitor, client: &Client, to: String, fields: Vec<(String, String)>) -> Result<HttpResponse> {
    let uri = RedirectUri::parse(&to).ok().filter(RedirectUri::takes_forms);
    let origin = uri.and_then(|uri| uri.origin()).ok_or_else(|| Error::broken("no form may be sent there", to.clone()))?;
    let policy = HeaderValue::from_str(&csp_for_form_to(&origin)).map_err(|error| Error::broken("a policy cannot be written", error))?;
    let page = FormPostPage { page: visitor.page(app, Some(&client.id)), to, fields, app: client.name().to_owned() };
    let mut response = visitor.show(StatusCode::OK, &page);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
