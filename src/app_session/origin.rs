//! Who may ask for an app's session: scripts of an origin that this client registered, with a header
//! that no form and no image can send. Checked on every call, before the cookie is looked at.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use crate::app::App;
use crate::oidc::{Client, Clients, OAuthError, OAuthResult, cors};

/// Names the client. A browser asks permission before it sends this across origins.
const HEADER: &str = "x-housekey-client";

/// The client whose script calls.
pub(super) async fn client(app: &App, clients: &Clients, request: &HttpRequest) -> Result<Arc<Client>, OAuthError> {
    let named = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let named = named.ok_or_else(|| OAuthError::forbidden("the X-Housekey-Client header is missing"))?;
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let origin = origin.ok_or_else(|| OAuthError::forbidden("the Origin header is missing"))?;
    let client = clients.find(app, named).await?.filter(|client| client.refreshes_by_cookie());
    let client = client.filter(|client| client.may_call_from(origin));
    client.ok_or_else(|| OAuthError::forbidden("this origin is not registered for this client, or the client has no refresh cookie"))
}

/// Lets a registered origin's script read this answer, made with its cookies.
pub(super) async fn allow(app: &App, clients: &Clients, request: &HttpRequest, answer: OAuthResult) -> OAuthResult {
    let mut response = answer.unwrap_or_else(|error| error.error_response());
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = cors::registered_origin(app, clients, request).await? {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, DPoP-Nonce"));
    }
    Ok(response)
}

/// `OPTIONS`: a browser asks before it sends.
pub async fn preflight(app: web::Data<App>, clients: web::Data<Clients>, request: HttpRequest) -> OAuthResult {
    let answer = HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "X-Housekey-Client, Content-Type, DPoP, If-None-Match"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .finish();
    allow(&app, &clients, &request, Ok(answer)).await
}
