//! Cookies. All of ours are `__Host-`: `Secure`, of this host alone, for all its paths.

use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

/// A cookie's value, if exactly one cookie has that name. With two, one of them was planted by
/// somebody else, and there is no telling which.
pub fn read(request: &HttpRequest, name: &str) -> Option<String> {
    let mut found = None;
    for header in request.headers().get_all(header::COOKIE) {
        for pair in header.to_str().ok()?.split(';') {
            let Some((key, value)) = pair.split_once('=') else { continue };
            if key.trim() == name {
                if found.is_some() {
                    return None;
                }
                found = Some(value.trim().trim_matches('"').to_owned());
            }
        }
    }
    found.filter(|value| !value.is_empty() && value.len() <= 4096)
}

/// Sets a cookie that scripts cannot read and other sites' requests do not carry, except by navigation.
/// Without `max_age` it ends with the browser.
pub fn set(response: &mut HttpResponse, name: &str, value: &str, max_age: Option<Duration>) {
    set_for(SameSite::Lax, response, (name, value), max_age);
}

/// The same for requests from these sites.
pub fn set_for(sites: SameSite, response: &mut HttpResponse, (name, value): (&str, &str), max_age: Option<Duration>) {
    let mut cookie = Cookie::build(name, value).path("/").secure(true).http_only(true).same_site(sites).finish();
    if let Some(age) = max_age {
        cookie.set_max_age(actix_web::cookie::time::Duration::seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX)));
    }
    append(response, &cookie);
}

/// Makes the browser forget a cookie.
pub fn clear(response: &mut HttpResponse, name: &str) {
    set(response, name, "", Some(Duration::ZERO));
}

fn append(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
