//! `GET /.well-known/jwks.json` (RFC 7517 §5): the keys of the algorithms that some app uses, or, with `?alg=RS256`, of
//! that one.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{Clients, OAuthError, OAuthResult, discovery};
use crate::app::App;
use crate::config::SigningAlgorithm;
use crate::key::Keys;

/// The endpoint. From memory; no database call.
pub async fn get_jwks(app: web::Data<App>, keys: web::Data<Keys>, clients: web::Data<Clients>, request: HttpRequest) -> OAuthResult {
    let algorithms = match request.query_string().strip_prefix("alg=") {
        None => clients.algorithms(&app.config.tokens),
        Some(name) => vec![SigningAlgorithm::parse(name).ok_or_else(|| OAuthError::invalid_request("alg is RS256, ES256 or EdDSA"))?],
    };
    let set = keys.public_set(&algorithms).ok_or_else(|| OAuthError::invalid_request("no such set"))?;
    let mut response: HttpResponse = discovery::public_document(&request, &set.body, &set.etag);
    if response.status().is_success() {
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/jwk-set+json"));
    }
    Ok(response)
}
