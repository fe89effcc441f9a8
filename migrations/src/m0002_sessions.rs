//! Signed-in browsers.

use crate::column::{bytes, id, index, number, of_user, text, uuid};

crate::migration! { "m0002_sessions":
    Table::create()
        .table("sessions")
        .col(id())
        .col(uuid("user_id"))
        .col(bytes("token_hash").unique_key().take())
        .col(text("amr", 100))
        .col(text("user_agent", 300))
        .col(text("address", 64))
        .col(number("auth_time"))
        .col(number("created_at"))
        .col(number("last_seen_at"))
        .col(number("idle_expires_at"))
        .col(number("expires_at"))
        .foreign_key(&mut of_user("sessions"))
        .take(),
    index("sessions", "sessions_user_id", &["user_id"]),
    index("sessions", "sessions_expires_at", &["expires_at"]),
}
