//! A letter ready to go.

use std::sync::Arc;

use super::{EmailAddress, UnixMillis};

/// A rendered letter and where it goes.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The one recipient.
    pub to: EmailAddress,
    /// The sender, as `Name <address>`.
    pub from: String,
    /// One line, without control characters.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The code in it, if it carries one, for the development inbox.
    pub code: Option<String>,
    /// When it was written.
    pub at: UnixMillis,
}

/// Where finished letters go.
pub type Outgoing = Arc<dyn Fn(Envelope) + Send + Sync>;
