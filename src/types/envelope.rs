//! A letter ready to go.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, UnixMillis};

/// A rendered letter and where it goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// The one recipient.
    pub to: EmailAddress,
    /// The sender, as `Name <address>`.
    pub from: String,
    /// Who gets the answers, if it is not the sender.
    pub reply_to: Option<String>,
    /// One line, without control characters.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The code in it, if it carries one, for the development inbox.
    pub code: Option<String>,
    /// The link in it, likewise.
    pub link: Option<String>,
    /// When it was written.
    pub at: UnixMillis,
    /// Until when it is worth sending.
    pub until: UnixMillis,
}
