//! OAuth clients, the codes they redeem and the lines of refresh tokens that follow.

use crate::column::{bytes, bytes_null, id, index, long_text, number, number_null, of_user, text, text_null, uuid, uuid_null};

crate::migration! { "m0005_clients_and_tokens":
    Table::create()
        .table("clients")
        .col(text("id", 64).primary_key().take())
        .col(long_text("entry"))
        .col(bytes_null("secret_hash"))
        .col(number("created_at"))
        .col(number("updated_at"))
        .take(),
    // Both have keys in the order of time, so that new rows and those that are read soon stand together, and old ones are found
    // without an index of their own.
    crate::Compact(Table::create()
        .table("authorization_codes")
        .col(bytes("code_hash").primary_key().take())
        .col(text("client_id", 64))
        .col(uuid("user_id"))
        .col(uuid("session_id"))
        .col(long_text("redirect_uri"))
        .col(text("scope", 1000))
        .col(text_null("nonce", 1000))
        .col(text_null("code_challenge", 43))
        .col(text("amr", 100))
        .col(number("auth_time"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .col(number_null("used_at"))
        .col(uuid_null("family_id"))
        .foreign_key(&mut of_user("authorization_codes"))
        .take()),
    index("authorization_codes", "authorization_codes_user_id", &["user_id"]),
    crate::Compact(Table::create()
        .table("token_families")
        .col(id())
        .col(text("client_id", 64))
        .col(uuid("user_id"))
        .col(uuid("session_id"))
        .col(text("delivery", 8))
        .col(text("scope", 1000))
        .col(text("amr", 100))
        .col(number("auth_time"))
        .col(number("generation"))
        .col(bytes("current_hash"))
        .col(bytes_null("previous_hash"))
        .col(number_null("previous_until"))
        .col(bytes_null("successor"))
        .col(number("created_at"))
        .col(number("idle_expires_at"))
        .col(number("expires_at"))
        .col(number_null("ended_at"))
        .foreign_key(&mut of_user("token_families"))
        .take()),
    index("token_families", "token_families_user_id_session_id", &["user_id", "session_id"]),
}
