//! What surrounds every request, in one layer: its name, its caller, what it cost, its line in the
//! log, the headers of every answer. One layer, because each costs an allocation on the paths that
//! machines poll.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use super::failed;
use super::measure::Measures;
use super::real_ip::real_ip;
use crate::app::App;
use crate::types::Caller;

/// Wraps a request. Never fails: what a handler's error looks like has been decided further in.
pub async fn edge(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let app = request.app_data::<web::Data<App>>().cloned();
    let measures = request.app_data::<web::Data<Measures>>().cloned();
    if let Some(app) = &app {
        let caller = caller(app, &request);
        request.extensions_mut().insert(caller);
    }
    let response = next.call(request).await?;
    let https = app.as_ref().is_some_and(|app| app.config.issuer.is_https());
    let mut response = match &app {
        Some(app) => failed::render(app, response),
        None => response.map_into_boxed_body(),
    };
    dress(response.headers_mut(), https);
    let took = began.elapsed();
    if let Some(measures) = measures {
        measures.count(response.status(), took);
    }
    log(&response, took);
    Ok(response)
}

fn caller(app: &App, request: &ServiceRequest) -> Caller {
    let peer = request.peer_addr().map_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let address = real_ip(peer, request.headers(), &app.config.server.trusted_proxies);
    Caller { address, request_id: request_id(app) }
}

/// Ten characters that a person can read out: `01JD4-K7QXM`.
fn request_id(app: &App) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut id = String::with_capacity(11);
    for (at, byte) in app.random.bytes::<10>().into_iter().enumerate() {
        if at == 5 {
            id.push('-');
        }
        id.push(char::from(LETTERS[usize::from(byte) % 32]));
    }
    id
}

fn dress(headers: &mut header::HeaderMap, https: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
}

/// The route's pattern, never the path as sent: that may carry what must not be written down.
fn log<B>(response: &ServiceResponse<B>, took: std::time::Duration) {
    let request = response.request();
    let status = response.status().as_u16();
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("(none)");
    let polled =
        status < 400 && (route.starts_with("/.well-known/") || route.starts_with("/assets/") || route == "/health" || route == "/ready");
    let millis = took.as_secs_f64() * 1e3;
    if polled {
        tracing::debug!(method = %request.method(), route, status, millis, "request");
        return;
    }
    let extensions = request.extensions();
    let caller = extensions.get::<Caller>();
    let (id, address) = (caller.map(|caller| caller.request_id.as_str()), caller.map(|caller| tracing::field::display(caller.address)));
    tracing::info!(id, address, method = %request.method(), route, status, millis, "request");
}
