//! What tokens are for (RFC 8707) and which key they are bound to (RFC 9449).

use crate::column::text_null;

crate::migration! { "m0018_token_bindings":
    Table::alter().table("authorization_codes").add_column(ColumnDef::new("resource").text().take()).take(),
    Table::alter().table("authorization_codes").add_column(text_null("dpop_jkt", 43)).take(),
    Table::alter().table("token_families").add_column(ColumnDef::new("resource").text().take()).take(),
    Table::alter().table("token_families").add_column(text_null("jkt", 43)).take(),
}
