//! What it looks like to a person that a page is not shown: a status now, the page that says why where all answers pass.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};

use crate::error::Error;
use crate::form::{Browser, see_other};

/// What a handler of a page returns.
pub type PageResult = Result<HttpResponse, PageError>;

/// Why a handler shows no page of its own.
#[derive(Debug)]
pub enum PageError {
    /// It failed. The page that says so is put in the place of the answer where all answers pass.
    Failed(Error),
    /// The person goes to this address first, in a browser that from then on has a name.
    First(String, Browser),
}

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl std::fmt::Display for PageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::First(..) => f.write_str("somewhere else first"),
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Failed(error) => status(error),
            Self::First(..) => StatusCode::SEE_OTHER,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Failed(error) => in_short(error),
            Self::First(to, browser) => {
                let mut response = see_other(to);
                browser.introduce(&mut response);
                response
            }
        }
    }
}

/// Words for when nobody puts the real page in its place.
fn in_short(error: &Error) -> HttpResponse {
    let status = status(error);
    let mut response = HttpResponse::build(status);
    if let Error::TooMany { retry_after } | Error::Busy { retry_after } = error {
        response.insert_header((RETRY_AFTER, retry_after.as_secs().max(1)));
    }
    response.content_type("text/plain; charset=utf-8").body(status.canonical_reason().unwrap_or("Error"))
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
