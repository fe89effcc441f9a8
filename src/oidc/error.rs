//! Errors as programs read them: RFC 6749 §5.2 JSON. Public words and private detail stay apart.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::config::PROOF_ALGORITHMS;
use crate::error::Error;
use crate::session::family::Ending;

/// What an OAuth endpoint answers.
pub type OAuthResult = Result<HttpResponse, OAuthError>;

/// An error answer of an OAuth endpoint.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {description}")]
pub struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: String,
    challenge: Option<String>,
    retry_after: Option<u64>,
    ending: Option<Ending>,
    dpop_nonce: Option<String>,
}

impl OAuthError {
    /// An error with its code (RFC 6749 §5.2) and a sentence for the developer.
    pub fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            description: description.into(),
            challenge: None,
            retry_after: None,
            ending: None,
            dpop_nonce: None,
        }
    }

    /// The request is missing something, or repeats it.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// The code or refresh token is unknown, spent, expired, revoked or another client's. One answer for all.
    pub fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// What a refresh token led to is over; `reason` in the answer says why (an addition of ours to RFC 6749 §5.2).
    pub fn over(ending: Ending) -> Self {
        let description = match ending {
            Ending::Expired => "the refresh token is unknown or expired, or another client's or key's",
            Ending::SignedOut => "the session was ended",
            Ending::Revoked => "a token that had been replaced came back: all tokens of this sign-in are revoked",
        };
        Self { ending: Some(ending), ..Self::invalid_grant(description) }
    }

    /// The client is unknown or could not prove itself. `basic`: it tried by the `Authorization` header.
    pub fn invalid_client(basic: bool) -> Self {
        let challenge = basic.then(|| "Basic realm=\"housekey\", charset=\"UTF-8\"".to_owned());
        Self { status: StatusCode::UNAUTHORIZED, challenge, ..Self::new("invalid_client", "client authentication failed") }
    }

    /// A proof of possession that proves nothing (RFC 9449 §5).
    pub fn invalid_dpop_proof(why: &str) -> Self {
        Self::new("invalid_dpop_proof", format!("the DPoP proof is refused: {why}"))
    }

    /// A proof of possession must have this in it (RFC 9449 §8).
    pub fn use_dpop_nonce(nonce: String) -> Self {
        Self { dpop_nonce: Some(nonce), ..Self::new("use_dpop_nonce", "the DPoP proof needs the nonce of the DPoP-Nonce header") }
    }

    /// The same where a resource is asked for and not a token (RFC 9449 §7.1 and §9).
    #[must_use]
    pub fn of_resource(self) -> Self {
        if !matches!(self.code, "invalid_dpop_proof" | "use_dpop_nonce") {
            return self;
        }
        let algorithms = PROOF_ALGORITHMS.map(|(_, name)| name).join(" ");
        let challenge =
            format!("DPoP error=\"{}\", error_description=\"{}\", algs=\"{algorithms}\"", self.code, printable(&self.description));
        Self { status: StatusCode::UNAUTHORIZED, challenge: Some(challenge), ..self }
    }

    /// A bearer token that does not open this (RFC 6750 §3.1).
    pub fn invalid_token(description: &'static str) -> Self {
        let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{description}\"");
        Self { status: StatusCode::UNAUTHORIZED, challenge: Some(challenge), ..Self::new("invalid_token", description) }
    }

    /// No bearer token at all (RFC 6750 §3.1: no error code then).
    pub fn no_token() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            challenge: Some("Bearer".into()),
            ..Self::new("invalid_token", "no access token was sent")
        }
    }

    /// The token is good, but not for this.
    pub fn insufficient_scope(scope: &'static str) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        Self { status: StatusCode::FORBIDDEN, challenge: Some(challenge), ..Self::new("insufficient_scope", "the token lacks a scope") }
    }

    /// The caller's page is not registered for what it asks.
    pub fn forbidden(description: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, ..Self::new("access_denied", description) }
    }

    /// There is nothing of the kind.
    pub fn not_found(code: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::new(code, description) }
    }

    /// Another server, on which the answer depends, does not answer.
    pub fn unavailable(description: impl Into<String>) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self { status, retry_after: Some(10), ..Self::new("temporarily_unavailable", description) }
    }

    /// The same for clients that would take a failure of ours for the end of the matter: come again (RFC 7009 §2.2.1).
    #[must_use]
    pub fn to_be_retried(self) -> Self {
        if self.status == StatusCode::INTERNAL_SERVER_ERROR { Self::unavailable("nothing was done: try again") } else { self }
    }

    fn temporary(status: StatusCode, retry_after: std::time::Duration) -> Self {
        let seconds = retry_after.as_secs().max(1);
        Self { status, retry_after: Some(seconds), ..Self::new("temporarily_unavailable", format!("try again in {seconds} seconds")) }
    }

    /// The code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        match error {
            Error::Malformed(why) => Self::invalid_request(why),
            Error::TooLarge => Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Self::invalid_request("the body is too large") },
            Error::TooMany { retry_after } => Self::temporary(StatusCode::TOO_MANY_REQUESTS, retry_after),
            Error::Busy { retry_after } => Self::temporary(StatusCode::SERVICE_UNAVAILABLE, retry_after),
            Error::Broken { what, source } => {
                tracing::error!(what, cause = %source, "an OAuth endpoint failed");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self { status, ..Self::new("server_error", "the server failed; its log says why") }
            }
            other => Self::invalid_request(other.to_string()),
        }
    }
}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(challenge) = self.challenge.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(nonce) = &self.dpop_nonce {
            response.insert_header(("DPoP-Nonce", nonce.as_str()));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut body = json!({ "error": self.code, "error_description": printable(&self.description) });
        if let Some(ending) = self.ending {
            body["reason"] = ending.as_str().into();
        }
        response.json(body)
    }
}

/// RFC 6749 §5.2: descriptions are ASCII without quotes, backslashes and control characters.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '?' }).collect()
}
