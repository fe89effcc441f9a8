//! What the provider says about itself (OpenID Connect Discovery §3, RFC 8414, RFC 9207 §3).

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::Provider;
use super::request::SCOPES;

/// `GET /.well-known/openid-configuration`
pub(super) async fn get_configuration(provider: web::Data<Provider>) -> HttpResponse {
    let origin = &provider.settings.origin;
    HttpResponse::Ok().json(json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "userinfo_endpoint": format!("{origin}/userinfo"),
        "jwks_uri": format!("{origin}/jwks"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "sub", "iss", "aud", "iat", "exp", "auth_time", "nonce", "email", "email_verified",
            "name", "given_name", "family_name", "preferred_username",
        ],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    }))
}

/// `GET /jwks`
pub(super) async fn get_jwks(provider: web::Data<Provider>) -> HttpResponse {
    HttpResponse::Ok().json(&provider.key.published)
}
