//! Answers of authenticators that are not believed again.

use crate::column::{id, index, number};

crate::migration! { "m0020_passkeys":
    crate::Compact(Table::create().table("spent_ceremonies").col(id()).col(number("expires_at")).take()),
    index("spent_ceremonies", "spent_ceremonies_expires_at", &["expires_at"]),
}
