//! Authorization requests that clients handed over (RFC 9126).

use crate::column::{bytes, index, number, text};

crate::migration! { "m0019_pushed_requests":
    Table::create()
        .table("pushed_requests")
        .col(bytes("request_hash").primary_key().take())
        .col(text("client_id", 64))
        .col(bytes("parameters"))
        .col(number("expires_at"))
        .take(),
    index("pushed_requests", "pushed_requests_expires_at", &["expires_at"]),
}
