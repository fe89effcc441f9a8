//! `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4): a device asks whether its person has connected it.

use actix_web::HttpResponse;

use super::{Binding, Granting, answer, mint};
use crate::app::App;
use crate::error::Result;
use crate::oidc::device::{self, Approved, Asked};
use crate::oidc::{Client, OAuthError, resource, scope};
use crate::session::family::{self, Grant, Holder, NewFamily};
use crate::session::{self, NewSession, RefreshToken};
use crate::types::{DeviceCode, Token};
use crate::user::{self, Person};
use crate::work::{Actor, Work};

/// As it is asked for.
pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

const UNKNOWN: &str = "the device_code is unknown, spent or another client's";

pub(super) async fn grant(granting: Granting<'_>) -> Result<HttpResponse, OAuthError> {
    let Granting { app, keys, ref client, parameters, request, .. } = granting;
    let binding = Binding { resource: resource::of_token(None, parameters)?, jkt: granting.jkt() };
    let code = parameters.get("device_code").ok_or_else(|| OAuthError::invalid_request("device_code is missing"))?;
    let code = Token::<DeviceCode>::parse(code).ok_or_else(|| OAuthError::invalid_grant(UNKNOWN))?;
    match device::poll(app, &client.id, &code).await? {
        Asked::Approved => {}
        Asked::Pending => return Err(OAuthError::new("authorization_pending", "nobody has typed the code yet")),
        Asked::TooSoon => return Err(OAuthError::new("slow_down", "ask five seconds less often from now on")),
        Asked::Denied => return Err(OAuthError::new("access_denied", "the person refused")),
        Asked::Expired => return Err(OAuthError::new("expired_token", "nobody typed the code in time: begin again")),
        Asked::Unknown => return Err(OAuthError::invalid_grant(UNKNOWN)),
    }
    let mut work = app.begin(Actor::Client(crate::form::caller(request), client.id.clone())).await?;
    let begun = match device::spend(&work, &client.id, &code).await? {
        Some(approved) => begin(app, &mut work, client, (&approved, granting.jkt_of_refresh_token())).await?,
        None => None,
    };
    // A refusal is committed as well: the code stays spent.
    work.commit().await?;
    let Some((grant, person, token)) = begun else { return Err(OAuthError::invalid_grant(UNKNOWN)) };
    let minted = mint(app, keys, client, (&grant, &person), (None, binding))?;
    let offline = scope::has(&grant.scope, "offline_access");
    Ok(answer(&minted, &grant.scope, offline.then_some(&token)))
}

/// A session of the device's own: signed out from there or from the account, and by nothing that the phone does.
async fn begin(
    app: &App,
    work: &mut Work<'_>,
    client: &Client,
    (approved, jkt): (&Approved, Option<&str>),
) -> Result<Option<(Grant, Person, RefreshToken)>> {
    let Some(person) = user::find(work.db(), approved.user).await?.map(|user| user.person) else { return Ok(None) };
    if user::gate(&person).is_err() {
        return Ok(None);
    }
    let amr: Vec<_> = approved.amr.split(' ').collect();
    let sign_in = &app.config.sign_in;
    let new = NewSession {
        user: person.id,
        amr: &amr,
        proved_for: None,
        user_agent: &approved.user_agent,
        address: approved.address.clone(),
        idle: sign_in.session,
        lifetime: sign_in.session,
    };
    let (session, _) = session::insert(work, new);
    let new = NewFamily {
        client: &client.id,
        user: person.id,
        session,
        holder: Holder::Body,
        scope: &approved.scope,
        auth_time: approved.auth_time,
        amr: &approved.amr,
        resource: None,
        jkt,
    };
    let (grant, token) = family::begin(work, &app.config.tokens, new).await?;
    Ok(Some((grant, person, token)))
}
