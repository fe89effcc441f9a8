//! From when to when a signing key signs, and when it leaves the JWKS. Its state is what these say.

use crate::column::number_null;

crate::migration! { "m0014_key_times":
    // Keys that were there before sign since always.
    Table::alter()
        .table("signing_keys")
        .add_column(ColumnDef::new("signs_from").big_integer().not_null().default(0))
        .take(),
    Table::alter().table("signing_keys").add_column(number_null("signs_until")).take(),
    Table::alter().table("signing_keys").add_column(number_null("gone_at")).take(),
    Table::alter().table("signing_keys").drop_column("state").take(),
}
