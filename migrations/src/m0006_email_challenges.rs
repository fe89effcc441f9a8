//! Letters that ask their reader to prove an address, by a link or a code.

use crate::column::{bytes, bytes_null, id, index, number, number_null, text, uuid_null};

crate::migration! { "m0006_email_challenges":
    crate::Compact(Table::create()
        .table("email_challenges")
        .col(id())
        .col(text("purpose", 16))
        .col(uuid_null("user_id"))
        .col(text("address", 254))
        .col(text("canonical", 254))
        .col(bytes("browser"))
        .col(bytes("journey"))
        .col(bytes_null("password"))
        .col(text("user_agent", 100))
        .col(number("tries"))
        .col(number("opens"))
        .col(number("sends"))
        .col(number("sent_at"))
        .col(number_null("gone_at"))
        .col(number_null("bounced_at"))
        .col(number_null("failed_at"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .col(number_null("used_at"))
        .col(number_null("ended_at"))
        // No foreign key: looking the person up would take longer where there is one.
        .take()),
    index("email_challenges", "email_challenges_canonical", &["canonical"]),
}
