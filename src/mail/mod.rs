//! Letters: what they say, how they become something that can be sent, and how they go.

mod challenge;
mod deliver;
mod letter;
mod message;
mod notice;
mod replacement;
mod transport;
mod webmail;

pub use challenge::{About, ChallengeLetter, spaced};
pub use deliver::{AT_ONCE, PATIENCE, hand_over, post, post_if, worker};
pub use letter::{Facts, Letter, envelope, page};
pub use notice::{Notice, NoticeLetter, notices};
pub use replacement::ReplacementLetter;
pub use transport::{Outgoing, Transport, Undelivered};
pub use webmail::webmail;
