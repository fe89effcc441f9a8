//! Which page of the account a session began for, and people who are about to leave.

use crate::column::{index, number, of_user, text_null, uuid};

crate::migration! { "m0021_step_up":
    Table::alter().table("sessions").add_column(text_null("proved_for", 16)).take(),
    crate::Compact(
        Table::create()
            .table("departures")
            .col(uuid("user_id").primary_key())
            .col(number("leaves_at"))
            .foreign_key(&mut of_user("departures"))
            .take()
    ),
    index("departures", "departures_leaves_at", &["leaves_at"]),
}
