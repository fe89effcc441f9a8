//! Devices without a browser that wait for their person to connect them (RFC 8628).

use crate::column::{bytes, index, number, number_null, text, text_null, uuid_null, yes_no};

crate::migration! { "m0017_devices":
    crate::Compact(Table::create()
        .table("device_authorizations")
        .col(bytes("device_code_hash").primary_key().take())
        .col(bytes("user_code_mark").unique_key().take())
        .col(text("client_id", 64))
        .col(text("scope", 1000))
        .col(text("user_agent", 300))
        .col(text("address", 64))
        .col(text("state", 8))
        .col(number("wait"))
        .col(number_null("polled_at"))
        .col(yes_no("hurried"))
        .col(uuid_null("user_id"))
        .col(text_null("amr", 100))
        .col(number_null("auth_time"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .take()),
    index("device_authorizations", "device_authorizations_expires_at", &["expires_at"]),
}
