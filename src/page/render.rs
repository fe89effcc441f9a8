//! The one way for a page to become a response, with the headers that keep it ours.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use askama::Template;

use super::Sample;
use crate::types::Origin;

/// What a page may load: our own files, nothing inline, nothing from elsewhere, and nobody may frame it.
pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for the one page whose form goes to an app.
pub fn csp_for_form_to(origin: &Origin) -> String {
    CSP.replace("form-action 'self'", &format!("form-action {}", origin.as_str()))
}

const PERMISSIONS: &str = "publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// Answers with a page.
pub fn respond<P: Template + Sample>(status: StatusCode, page: &P) -> HttpResponse {
    respond_with(status, page, CSP)
}

/// Answers with a page that may load something else.
pub fn respond_with<P: Template + Sample>(status: StatusCode, page: &P, csp: &'static str) -> HttpResponse {
    match page.render() {
        Ok(html) => respond_with_html(status, html, csp),
        Err(error) => {
            tracing::error!(%error, page = std::any::type_name::<P>(), "a page cannot be rendered");
            HttpResponse::InternalServerError().content_type("text/plain; charset=utf-8").body("Internal Server Error")
        }
    }
}

/// Answers with a page that has been rendered already: a sample. Whoever has a page uses [`respond`].
pub fn respond_with_html(status: StatusCode, html: String, csp: &'static str) -> HttpResponse {
    let mut response = HttpResponse::with_body(status, actix_web::body::BoxBody::new(html));
    let headers = response.headers_mut();
    headers.reserve(10);
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
