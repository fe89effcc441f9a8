//! People, their addresses and their ways in.

use crate::column::{bytes, id, index, number, number_null, of_user, text, text_null, uuid, yes_no};

crate::migration! { "m0001_people":
    Table::create()
        .table("users")
        .col(id())
        .col(text("state", 16))
        .col(text_null("name", 200))
        .col(number("created_at"))
        .col(number("updated_at"))
        .take(),
    Table::create()
        .table("emails")
        .col(id())
        .col(uuid("user_id"))
        .col(text("address", 254))
        .col(text("canonical", 254).unique_key().take())
        .col(yes_no("is_primary"))
        .col(number_null("verified_at"))
        .col(number("created_at"))
        .foreign_key(&mut of_user("emails"))
        .take(),
    index("emails", "emails_user_id", &["user_id"]),
    Table::create()
        .table("credentials")
        .col(id())
        .col(uuid("user_id"))
        .col(text("kind", 16))
        .col(text("label", 100))
        .col(bytes("lookup_key"))
        .col(bytes("data"))
        .col(number("created_at"))
        .col(number("updated_at"))
        .col(number_null("last_used_at"))
        .foreign_key(&mut of_user("credentials"))
        .take(),
    index("credentials", "credentials_kind_lookup_key", &["kind", "lookup_key"]).unique().take(),
    index("credentials", "credentials_user_id", &["user_id"]),
}
