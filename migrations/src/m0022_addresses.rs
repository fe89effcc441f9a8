//! Several addresses a person: the letters of one's own pages say which address they are about, and the table of changes
//! that two letters had to confirm goes.

use crate::column::{index, text_null};

crate::migration! { "m0022_addresses":
    Table::drop().table("email_changes").take(),
    Table::alter().table("email_challenges").add_column(text_null("about", 254)).take(),
    // Few letters have one: those that sign people in, which are many, are not in it.
    index("email_challenges", "email_challenges_about", &["user_id"]).and_where(Expr::col("about").is_not_null()).take(),
}
