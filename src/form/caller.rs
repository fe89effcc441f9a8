//! Who is calling, as the server found out before the handler ran.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::{HttpMessage, HttpRequest};

use crate::types::Caller;

/// The caller that the server attached to this request; for a request without one, the bare peer.
pub fn caller(request: &HttpRequest) -> Caller {
    if let Some(caller) = request.extensions().get::<Caller>() {
        return caller.clone();
    }
    let address = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    Caller { address, request_id: String::new() }
}
