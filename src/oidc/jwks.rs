//! `GET /.well-known/jwks.json` (RFC 7517 §5), whole or, with `?alg=RS256`, of one algorithm.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{OAuthError, OAuthResult, discovery};
use crate::config::SigningAlgorithm;
use crate::key::Keys;

/// The endpoint. From memory; no database call.
pub async fn get_jwks(keys: web::Data<Keys>, request: HttpRequest) -> OAuthResult {
    let choice = match request.query_string().strip_prefix("alg=") {
        None => None,
        Some(name) => Some(SigningAlgorithm::parse(name).ok_or_else(|| OAuthError::invalid_request("alg is RS256, ES256 or EdDSA"))?),
    };
    let set = keys.public_set(choice).ok_or_else(|| OAuthError::invalid_request("no such set"))?;
    let mut response: HttpResponse = discovery::public_document(&request, &set.body, &set.etag);
    if response.status().is_success() {
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/jwk-set+json"));
    }
    Ok(response)
}
