//! Accounts that somebody asked for and nobody has confirmed yet.

use crate::column::{bytes, id, index, number, number_null, text};

crate::migration! { "m0006_pending_sign_ups":
    Table::create()
        .table("pending_sign_ups")
        .col(id())
        .col(text("address", 254))
        .col(bytes("password"))
        .col(number("tries"))
        .col(number("sends"))
        .col(number("sent_at"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .col(number_null("used_at"))
        .take(),
    index("pending_sign_ups", "pending_sign_ups_expires_at", &["expires_at"]),
}
