//! Redirects.

use actix_web::HttpResponse;
use actix_web::http::header;

/// A redirect that forgets the request's body (303, RFC 9700 §4.12), is never stored, and does not say where it came from.
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}
