//! Why a line of refresh tokens ended, so that its app can tell the person.

use crate::column::text_null;

crate::migration! { "m0011_family_endings":
    Table::alter().table("token_families").add_column(text_null("ending", 24)).take(),
}
