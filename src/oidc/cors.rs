//! Which pages' scripts may read our answers (Fetch §3.2). Documents: anyone's, without cookies.
//! Tokens and user info: those of registered origins, without cookies. Pages: nobody's.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use super::{Clients, OAuthError, OAuthResult};
use crate::app::App;

/// For what everybody may read.
pub const ANYONE: &str = "*";

/// Lets a registered origin's script read this answer, be it good or bad.
pub async fn allow(app: &App, clients: &Clients, request: &HttpRequest, answer: OAuthResult) -> OAuthResult {
    let mut response = answer.unwrap_or_else(|error| error.error_response());
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = registered_origin(app, clients, request).await? {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate, Retry-After, DPoP-Nonce"));
    }
    Ok(response)
}

/// The request's `Origin`, if some client registered it. `null` is never among them.
pub async fn registered_origin(app: &App, clients: &Clients, request: &HttpRequest) -> Result<Option<HeaderValue>, OAuthError> {
    let Some(value) = request.headers().get(header::ORIGIN) else { return Ok(None) };
    let Ok(origin) = value.to_str() else { return Ok(None) };
    Ok(clients.is_origin(app, origin).await?.then(|| value.clone()))
}

/// `OPTIONS` on `/token`, `/revoke` and `/userinfo`: a browser asks before it sends.
pub async fn preflight(app: web::Data<App>, clients: web::Data<Clients>, request: HttpRequest) -> OAuthResult {
    let mut response = HttpResponse::NoContent();
    if registered_origin(&app, &clients, &request).await?.is_some() {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, DPoP, X-Housekey-Client"))
            // For the refresh cookie that a code exchange may set; the answer itself says whether it may be read with cookies.
            .insert_header((header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"));
    }
    allow(&app, &clients, &request, Ok(response.finish())).await
}

/// `OPTIONS` on the public documents.
pub async fn preflight_for_anyone() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYONE))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, If-None-Match"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .finish()
}
