//! Letters: what they say, how they become something that can be sent, and how they go.

mod challenge;
mod deliver;
mod letter;
mod message;
mod notice;
mod transport;
mod webmail;

use std::time::Duration;

/// How long a notice is worth delivering: it tells of something that has happened, and is late at worst.
pub const NOTICE_LIFETIME: Duration = Duration::from_hours(48);

pub use challenge::{About, ChallengeLetter, spaced};
pub use deliver::{AT_ONCE, PATIENCE, hand_over, post, worker};
pub use letter::{Facts, Letter, envelope};
pub use notice::{Notice, NoticeLetter};
pub use transport::{Outgoing, Transport, Undelivered};
pub use webmail::webmail;
