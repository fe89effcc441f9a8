//! What failure looks like to a person: a status now, the page itself where all answers pass.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};

use crate::error::Error;

/// What a handler of a page returns.
pub type PageResult = Result<HttpResponse, PageError>;

/// A failure that a person will see.
#[derive(Debug)]
pub struct PageError(pub Error);

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl std::fmt::Display for PageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        status(&self.0)
    }

    /// Words for when nobody puts the real page in its place.
    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        if let Error::TooMany { retry_after } | Error::Busy { retry_after } = &self.0 {
            response.insert_header((RETRY_AFTER, retry_after.as_secs().max(1)));
        }
        response.content_type("text/plain; charset=utf-8").body(status.canonical_reason().unwrap_or("Error"))
    }
}

/// The status that says this.
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Forbidden(_) | Error::Stale { .. } => StatusCode::FORBIDDEN,
        Error::NoCookies | Error::Malformed(_) | Error::App(_) => StatusCode::BAD_REQUEST,
        Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Broken { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
