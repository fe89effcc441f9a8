//! `/sign-in/passkey`: what a page's script asks, and the form that it sends.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use webauthn_rs::prelude::PublicKeyCredential;

use super::sign_in::{self, Outcome, Presented, find};
use super::{Begun, Ceremony, Purpose};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{At, Flow, notices_of, onward, page};
use crate::types::Words;

/// `POST /sign-in/passkey/options`: what the browser is to ask for. Says nothing of anybody, and writes nothing.
pub async fn post_options(app: web::Data<App>, ceremony: Option<web::Data<Ceremony>>, visitor: Visitor, form: Result<Form>) -> PageResult {
    form?;
    let ceremony = ceremony.ok_or(Error::NotFound)?;
    Ok(answer(&ceremony.ask(&app, visitor.browser())?))
}

/// `POST /sign-in/passkey`
pub async fn post_passkey(app: web::Data<App>, ceremony: Option<web::Data<Ceremony>>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let ceremony = ceremony.ok_or(Error::NotFound)?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    // A second step is refused where it was asked for.
    let half = flow.proved.is_some();
    let problem = |key| {
        if half {
            let asks = format!("/sign-in/two-step?flow={}&with=passkey&refused=1", flow.seal(&app)?);
            return Ok(see_other(&app.config.issuer.join(&asks)));
        }
        Ok(page::show_problem(&app, &visitor, &flow, flow.typed(), Words::new(key))?)
    };
    let Some(begun) = Begun::open(&app, Purpose::SignIn, (visitor.browser(), None), form.text("state")) else {
        return problem("passkey-late");
    };
    let response = sign_in::read(form.text("response"))?;
    let found = find(&app, &response).await?;
    let told = match &found {
        Some((user, _)) => {
            let browser = (&visitor.devices(&app), visitor.user_agent());
            notices_of(&app, *user, browser, (flow.client(), visitor.language())).await?
        }
        None => Vec::new(),
    };
    let at = At { notices: told, ..visitor.at(flow.asked()) };
    let presented = Presented { begun, response: &response, caller: visitor.caller(), at, after: flow.proved.as_ref() };
    match sign_in::sign_in(&app, &ceremony, presented, found).await? {
        Outcome::SignedIn { user, secret } => Ok(onward(&app, &visitor, &flow.unproved(), user, &secret).await?),
        Outcome::Unknown if half => problem("passkey-unknown"),
        Outcome::Unknown => Ok(page::show_unknown_passkey(&app, &visitor, &flow, unknown(&app, &response))?),
        Outcome::Refused => problem("passkey-refused"),
    }
}

/// What a password manager is told of a passkey that is of no use (WebAuthn §5.1.10 `signalUnknownCredential`).
fn unknown(app: &App, response: &PublicKeyCredential) -> String {
    json!({ "rpId": app.config.passkeys.rp_id, "credentialId": URL_SAFE_NO_PAD.encode(&response.raw_id) }).to_string()
}

/// For a script of ours.
pub fn answer(value: &Value) -> HttpResponse {
    HttpResponse::build(StatusCode::OK).insert_header((header::CACHE_CONTROL, "no-store")).json(value)
}
