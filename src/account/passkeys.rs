//! The passkeys of the signed-in person, one more or one less.

use actix_web::web;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::recent::{Who, recently_proved, signed_in};
use super::security;
use crate::app::App;
use crate::credential;
use crate::error::{Error, Result};
use crate::form::{Form, Parameters};
use crate::mail::Notice;
use crate::page::{PageError, PageResult};
use crate::passkey::page::answer;
use crate::passkey::{self, Added, Begun, Ceremony, NewPasskey, Purpose};
use crate::session::Visitor;
use crate::sign_in::{Destination, ways_in};
use crate::types::{CredentialId, Words, typed_name};

const LONGEST_NAME: usize = 60;

/// Who may, and with what.
pub(super) async fn may(
    app: &App,
    ceremony: Option<web::Data<Ceremony>>,
    visitor: &Visitor,
) -> Result<(web::Data<Ceremony>, Who), PageError> {
    let ceremony = ceremony.ok_or(Error::NotFound)?;
    Ok((ceremony, recently_proved(app, visitor, Destination::Security).await?))
}

/// `POST /account/security/passkeys/options`: what the browser is to make.
pub async fn post_options(app: web::Data<App>, ceremony: Option<web::Data<Ceremony>>, visitor: Visitor, form: Result<Form>) -> PageResult {
    form?;
    let (ceremony, (_, person)) = may(&app, ceremony, &visitor).await?;
    Ok(answer(&passkey::begin(&app, &ceremony, visitor.browser(), &person).await?))
}

/// `POST /account/security/passkeys`: what it made.
pub async fn post_passkeys(app: web::Data<App>, ceremony: Option<web::Data<Ceremony>>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let (ceremony, who) = may(&app, ceremony, &visitor).await?;
    match make(&app, &ceremony, (&visitor, &who), &form).await? {
        None => Ok(security::here(&app)),
        problem => Ok(security::page(&app, &visitor, &who, problem).await?),
    }
}

/// Adds what a browser made, or says why not.
pub(super) async fn make(app: &App, ceremony: &Ceremony, (visitor, who): (&Visitor, &Who), form: &Parameters) -> Result<Option<Words>> {
    let user = who.1.id;
    let Some(begun) = Begun::open(app, Purpose::Register, (visitor.browser(), Some(user)), form.text("state")) else {
        return Ok(Some(Words::new("passkey-late")));
    };
    let response = serde_json::from_str(form.text("response"));
    let response = response.map_err(|_| Error::Malformed("the answer of the authenticator cannot be read".into()))?;
    let data = URL_SAFE_NO_PAD.decode(form.text("authenticator")).unwrap_or_default();
    let letters = security::notices(app, visitor, &who.1, Notice::PasskeyAdded).await?;
    let mut work = security::begin(app, visitor, &who.1).await?;
    let new = NewPasskey { user, begun, response: &response, authenticator_data: &data, notices: &letters };
    match passkey::add((&app.config, ceremony), &mut work, new).await? {
        Added::Yes => {
            work.commit().await?;
            Ok(None)
        }
        Added::Refused => Ok(Some(Words::new("passkey-not-added"))),
        Added::TooMany => Ok(Some(Words::new("passkey-too-many"))),
    }
}

/// `POST /account/security/passkeys/rename`: only a name, for which being signed in is enough.
pub async fn post_rename(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let (_, person) = signed_in(&app, &visitor, Destination::Security).await?;
    if let Ok(id) = form.text("passkey").parse::<CredentialId>() {
        let name: String = typed_name(form.text("name")).chars().take(LONGEST_NAME).collect();
        let mut work = security::begin(&app, &visitor, &person).await?;
        passkey::rename(&mut work, person.id, id, &name).await?;
        work.commit().await?;
    }
    Ok(security::here(&app))
}

/// `POST /account/security/passkeys/remove`: never the last way in.
pub async fn post_remove(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = recently_proved(&app, &visitor, Destination::Security).await?;
    let person = &who.1;
    let Ok(id) = form.text("passkey").parse::<CredentialId>() else { return Ok(security::here(&app)) };
    let letters = security::notices(&app, &visitor, person, Notice::PasskeyRemoved).await?;
    let mut work = security::begin(&app, &visitor, person).await?;
    // Two at once, in two tabs, must not take the last two away.
    credential::lock(&work, person.id).await?;
    let (_, ways) = ways_in(&app, work.db(), &visitor, person).await?;
    if !ways.without_passkey().any() {
        drop(work);
        return Ok(security::page(&app, &visitor, &who, Some(Words::new("passkey-last"))).await?);
    }
    passkey::remove(&mut work, person.id, id, &letters).await?;
    work.commit().await?;
    Ok(security::here(&app))
}
