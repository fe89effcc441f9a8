//! What is done later.

use crate::column::{bytes, id, index, number, text, text_null};

crate::migration! { "m0008_jobs":
    crate::Compact(Table::create()
        .table("jobs")
        .col(id())
        .col(text("kind", 32))
        .col(bytes("payload"))
        .col(number("attempts"))
        .col(number("run_at"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .col(text_null("last_error", 300))
        .take()),
    index("jobs", "jobs_kind_run_at", &["kind", "run_at"]),
}
