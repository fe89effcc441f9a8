//! What happened, to whom, by whom.

use crate::column::{id, index, long_text, number, text, text_null, uuid_null};

crate::migration! { "m0007_audit":
    crate::Compact(Table::create()
        .table("audit_events")
        .col(id())
        .col(number("at"))
        .col(text("name", 64))
        .col(text("actor", 64))
        .col(uuid_null("user_id"))
        .col(text_null("client_id", 64))
        .col(uuid_null("session_id"))
        .col(text_null("address", 64))
        .col(text_null("request_id", 64))
        .col(long_text("data"))
        .take()),
    index("audit_events", "audit_events_user_id_at", &["user_id", "at"]),
}
