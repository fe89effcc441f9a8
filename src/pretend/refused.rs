//! A refusal as programs read it (RFC 6749 §5.2, RFC 6750 §3).

use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

/// A code and a sentence for the developer.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {description}")]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    challenge: Option<&'static str>,
}

impl Refused {
    /// A refusal of what was asked.
    pub(super) fn new(code: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description, challenge: None }
    }

    /// A refusal of who asks. A 401 says how to ask (RFC 9110 §11.6.1).
    pub(super) fn unauthorized(code: &'static str, description: &'static str, challenge: &'static str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, code, description, challenge: Some(challenge) }
    }

    /// Our own failure.
    pub(super) fn broken(description: &'static str) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "server_error", description, challenge: None }
    }
}

impl ResponseError for Refused {
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(challenge) = self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        response.json(json!({ "error": self.code, "error_description": self.description }))
    }
}
