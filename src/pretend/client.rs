//! The client proves that it is itself: `client_secret_basic` or `client_secret_post` (RFC 6749 §2.3.1).

use actix_web::HttpRequest;
use actix_web::http::header;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use super::Settings;
use super::parameters::Parameters;
use super::refused::Refused;

const CHALLENGE: &str = "Basic realm=\"pretend\", charset=\"UTF-8\"";

/// Refuses who is not the client. Which part was wrong is not said.
pub(super) fn authenticate(settings: &Settings, request: &HttpRequest, parameters: &Parameters) -> Result<(), Refused> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let (id, secret) = match (headers.next(), parameters.get("client_secret")) {
        (Some(_), Some(_)) => return Err(Refused::new("invalid_request", "two ways of client authentication in one request")),
        (Some(value), None) => value.to_str().ok().and_then(basic).ok_or_else(wrong)?,
        (None, Some(secret)) => (parameters.text("client_id").to_owned(), secret.to_owned()),
        (None, None) => return Err(wrong()),
    };
    if headers.next().is_some() || parameters.get("client_id").is_some_and(|named| named != id) {
        return Err(Refused::new("invalid_request", "the request names more than one client"));
    }
    let ours = settings.client_secret.expose_secret().as_bytes();
    if id == settings.client_id && verify_slices_are_equal(secret.as_bytes(), ours).is_ok() { Ok(()) } else { Err(wrong()) }
}

fn wrong() -> Refused {
    Refused::unauthorized("invalid_client", "client authentication failed", CHALLENGE)
}

/// Both halves are form-encoded before they are joined.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    // `&` and `=` do not appear in encoded text; a raw one stays what it is.
    let guarded = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(guarded.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}
