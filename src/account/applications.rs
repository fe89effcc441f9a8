//! `/account/applications`: an app of others may no longer use the account of the person who let it. They are listed at
//! `/account/connections`.

use actix_web::{HttpResponse, web};

use super::recent::signed_in;
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::oidc::consent;
use crate::page::PageResult;
use crate::session::{Session, Visitor};
use crate::sign_in::Destination;
use crate::types::ClientId;
use crate::work::Actor;

/// `POST /account/applications`: one less. Twice is once.
pub async fn post_applications(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let (session, _) = signed_in(&app, &visitor, Destination::Connections).await?;
    let client = form.get("remove").and_then(ClientId::parse).ok_or_else(|| Error::Malformed("remove must be a client_id".into()))?;
    withdraw(&app, &visitor, &session, &client).await?;
    Ok(there(&app))
}

/// `GET /account/applications`: where the list is.
pub async fn get_applications(app: web::Data<App>) -> HttpResponse {
    there(&app)
}

async fn withdraw(app: &App, visitor: &Visitor, session: &Session, client: &ClientId) -> Result<()> {
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(session.user))).await?;
    consent::withdraw(&mut work, session.user, client).await?;
    work.commit().await
}

fn there(app: &App) -> HttpResponse {
    see_other(&app.config.issuer.join("/account/connections#apps"))
}
