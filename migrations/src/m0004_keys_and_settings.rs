//! Signing keys, and the few facts about this installation that must not change by accident.

use crate::column::{bytes, long_text, number, text};

crate::migration! { "m0004_keys_and_settings":
    Table::create()
        .table("signing_keys")
        .col(text("kid", 64).primary_key().take())
        .col(text("algorithm", 16))
        .col(text("state", 16))
        .col(long_text("public_jwk"))
        .col(bytes("private_key"))
        .col(number("created_at"))
        .take(),
    Table::create().table("settings").col(text("name", 64).primary_key().take()).col(long_text("value")).take(),
}
