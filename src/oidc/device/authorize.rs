//! `POST /device/authorize`: a device asks for a code to show (RFC 8628 §3.1).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::store::{INTERVAL, LIFETIME, NewDevice, insert};
use crate::app::App;
use crate::config::ClientKind;
use crate::error::Error;
use crate::form::{self, Body};
use crate::limit::{self, Action};
use crate::oidc::{Clients, OAuthError, OAuthResult, client, scope};
use crate::work::Actor;

/// The endpoint. No script calls it: it is for programs without a browser.
pub async fn post_device_authorize(
    app: web::Data<App>,
    clients: web::Data<Clients>,
    request: HttpRequest,
    body: Result<Body, Error>,
) -> OAuthResult {
    let Body(mut parameters) = body?;
    let client = client::authenticate(&app, &clients, &request, &mut parameters).await?;
    if client.entry.kind != ClientKind::Device {
        let told = format!("{} is registered as {}: a device is registered with --kind device", client.id, client.entry.kind);
        return Err(OAuthError::new("unauthorized_client", told));
    }
    let asked = parameters.get("scope").unwrap_or("openid profile email offline_access");
    if asked.len() > 1000 {
        return Err(OAuthError::new("invalid_scope", "scope is longer than 1000 bytes"));
    }
    let caller = form::caller(&request);
    limit::take(&app, &[Action::DeviceFrom(caller.network())]).await?;
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = scope::known(asked);
    let address = caller.address.to_string();
    let mut work = app.begin(Actor::Client(caller, client.id.clone())).await?;
    let new = NewDevice { client: &client.id, scope: &scope, user_agent: agent, address };
    let (device_code, user_code) = insert(&mut work, new).await?;
    work.commit().await?;
    let uri = app.config.issuer.join("/device");
    let answer = json!({
        "device_code": device_code.reveal(),
        "user_code": user_code.to_string(),
        "verification_uri": uri,
        "verification_uri_complete": format!("{uri}?user_code={user_code}"),
        "expires_in": LIFETIME.as_secs(),
        "interval": INTERVAL,
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}
