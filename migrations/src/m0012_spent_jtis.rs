//! Identifiers of JWTs that are not believed again.

use crate::column::{bytes, index, number};

crate::migration! { "m0012_spent_jtis":
    crate::Compact(Table::create()
        .table("spent_jtis")
        .col(bytes("jti_hash").primary_key().take())
        .col(number("expires_at"))
        .take()),
    index("spent_jtis", "spent_jtis_expires_at", &["expires_at"]),
}
