//! What this provider can do, as a document (OpenID Connect Discovery §3, RFC 8414 §2). Written once
//! at start; served from memory.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{acr, client, cors, scope, token};
use crate::config::{Config, PROOF_ALGORITHMS, SigningAlgorithm};
use crate::key::b64;
use crate::language::Language;
use crate::sign_in::ResponseMode;

/// How long others may keep the document and the keys. Short, so that a new key is seen soon.
pub const MAX_AGE: &str = "public, max-age=60";

/// The document as bytes, with its entity tag.
pub struct Discovery {
    body: web::Bytes,
    etag: String,
}

impl Discovery {
    /// Writes the document.
    pub fn new(config: &Config) -> Self {
        let issuer = &config.issuer;
        let algorithms: Vec<_> = SigningAlgorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
        let proofs = PROOF_ALGORITHMS.map(|(_, name)| name);
        let document = json!({
            "issuer": issuer.as_str(),
            "authorization_endpoint": issuer.join("/authorize"),
            "token_endpoint": issuer.join("/token"),
            "userinfo_endpoint": issuer.join("/userinfo"),
            "revocation_endpoint": issuer.join("/revoke"),
            "introspection_endpoint": issuer.join("/introspect"),
            "jwks_uri": issuer.join("/.well-known/jwks.json"),
            "end_session_endpoint": issuer.join("/end-session"),
            "device_authorization_endpoint": issuer.join("/device/authorize"),
            "pushed_authorization_request_endpoint": issuer.join("/par"),
            "require_pushed_authorization_requests": false,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "scopes_supported": scope::SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
            "grant_types_supported": token::GRANT_TYPES,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
            "token_endpoint_auth_methods_supported": client::METHODS,
            "token_endpoint_auth_signing_alg_values_supported": proofs,
            "revocation_endpoint_auth_signing_alg_values_supported": proofs,
            "introspection_endpoint_auth_signing_alg_values_supported": proofs,
            "revocation_endpoint_auth_methods_supported": client::METHODS,
            "introspection_endpoint_auth_methods_supported": client::METHODS.iter().filter(|method| **method != "none").collect::<Vec<_>>(),
            "dpop_signing_alg_values_supported": proofs,
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": [acr::ONE_STEP, acr::TWO_STEPS],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "claims_supported": ["iss", "sub", "aud", "iat", "exp", "auth_time", "acr", "amr", "nonce", "sid", "jti", "email", "email_verified", "name"],
            "ui_locales_supported": Language::all().map(Language::code).collect::<Vec<_>>(),
            // What it could ask for comes with the scopes anyway: auth_time always, name and email in both places.
            "claims_parameter_supported": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "authorization_response_iss_parameter_supported": true,
        });
        let body = document.to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        Self { etag: format!("\"{}\"", b64(&digest.as_ref()[..12])), body: body.into() }
    }

    /// The document.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
pub async fn get_discovery(discovery: web::Data<Discovery>, request: HttpRequest) -> HttpResponse {
    public_document(&request, &discovery.body, &discovery.etag)
}

/// A document for everybody: cacheable, readable from any origin, no cookies.
pub(super) fn public_document(request: &HttpRequest, body: &web::Bytes, etag: &str) -> HttpResponse {
    let unchanged = request.headers().get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, MAX_AGE))
        .insert_header((header::ETAG, etag))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, cors::ANYONE));
    if unchanged { response.finish() } else { response.content_type("application/json").body(body.clone()) }
}
