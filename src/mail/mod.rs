//! Letters: what they say, and how they become something that can be sent.

mod letter;
mod sign_up;
mod webmail;

pub use letter::{Facts, Letter, envelope};
pub use sign_up::{SignUpExistingLetter, SignUpLetter};
pub use webmail::webmail;
