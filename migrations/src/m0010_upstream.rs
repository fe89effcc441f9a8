//! Sign-ins at other login servers that are under way, and identities that wait for their person's proof.

use crate::column::{bytes, id, number, text};

crate::migration! { "m0010_upstream":
    crate::Compact(Table::create()
        .table("upstream_attempts")
        .col(ColumnDef::new("state_hash").blob().not_null().primary_key().take())
        .col(text("provider", 64))
        .col(bytes("browser"))
        .col(bytes("data"))
        .col(number("expires_at"))
        .take()),
    crate::Compact(Table::create()
        .table("pending_identities")
        .col(id())
        .col(bytes("browser"))
        .col(bytes("data"))
        .col(number("expires_at"))
        .take()),
}
