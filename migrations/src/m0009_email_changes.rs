//! A person takes another address: confirmed from both sides before it happens.

use crate::column::{id, index, number, number_null, of_user, text, uuid};

crate::migration! { "m0009_email_changes":
    Table::create()
        .table("email_changes")
        .col(id())
        .col(uuid("user_id"))
        .col(text("address", 254))
        .col(uuid("from_challenge"))
        .col(uuid("to_challenge"))
        .col(number_null("from_confirmed_at"))
        .col(number_null("to_confirmed_at"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .col(number_null("done_at"))
        .foreign_key(&mut of_user("email_changes"))
        .take(),
    index("email_changes", "email_changes_user_id", &["user_id"]),
    index("email_changes", "email_changes_from_challenge", &["from_challenge"]),
    index("email_changes", "email_changes_to_challenge", &["to_challenge"]),
    index("email_changes", "email_changes_expires_at", &["expires_at"]),
}
