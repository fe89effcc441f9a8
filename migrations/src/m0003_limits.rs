//! How often what was tried: shared by all replicas.

use crate::column::{bytes, index, number, uuid_null, yes_no};

crate::migration! { "m0003_limits":
    crate::Compact(Table::create()
        .table("limit_buckets")
        .col(bytes("key").primary_key().take())
        .col(number("arrival"))
        .col(number("step"))
        .col(number("burst"))
        .col(yes_no("granted"))
        .col(number("expires_at"))
        .take()),
    crate::Compact(Table::create()
        .table("lockouts")
        .col(bytes("key").primary_key().take())
        .col(uuid_null("user_id"))
        .col(number("failures"))
        .col(number("next_at"))
        .col(number("last_failed_at"))
        .take()),
    index("lockouts", "lockouts_last_failed_at", &["last_failed_at"]),
    index("lockouts", "lockouts_user_id", &["user_id"]),
}
