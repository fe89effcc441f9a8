//! What people allow apps of others, so that they are asked once.

use crate::column::{number, number_null, of_user, text, uuid};

crate::migration! { "m0013_grants":
    crate::Compact(Table::create()
        .table("grants")
        .col(uuid("user_id"))
        .col(text("client_id", 64))
        .col(text("scope", 1000))
        .col(number("created_at"))
        .col(number("updated_at"))
        .col(number_null("used_at"))
        .primary_key(Index::create().col("user_id").col("client_id"))
        .foreign_key(&mut of_user("grants"))
        .take()),
}
