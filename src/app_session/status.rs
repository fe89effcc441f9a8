//! `GET /session/status`: whether the app's session still lives, for pages that look now and then. Costs one row, and
//! nothing at all in bytes while nothing changes.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::origin;
use crate::app::App;
use crate::key::b64;
use crate::oidc::{Client, Clients, OAuthResult};
use crate::session::family;

/// The answer: `{"status": "signed-in", "sid": …}` or `{"status": "signed-out"}`.
pub async fn get_session_status(app: web::Data<App>, clients: web::Data<Clients>, request: HttpRequest) -> OAuthResult {
    let answer = match origin::client(&app, &clients, &request).await {
        Ok(client) => status(&app, &client, &request).await,
        Err(error) => Err(error),
    };
    let mut response = origin::allow(&app, &clients, &request, answer).await?;
    // Kept by this browser alone, and asked for each time.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

async fn status(app: &App, client: &Client, request: &HttpRequest) -> OAuthResult {
    let session = match client.refresh_cookie().read(app, request) {
        Some(token) => family::session_of(app.db.read(), &client.id, &token, app.clock.now()).await?,
        None => None,
    };
    let tag = match &session {
        Some(session) => format!("\"{}\"", b64(session.0.as_bytes())),
        None => "\"signed-out\"".to_owned(),
    };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(tag.as_str()) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::ETAG, tag));
    Ok(match session {
        Some(session) => answer.json(json!({ "status": "signed-in", "sid": session })),
        None => answer.json(json!({ "status": "signed-out" })),
    })
}
