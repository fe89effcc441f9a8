//! Letters: what they say, and how they become something that can be sent.

mod letter;
mod sign_up;

pub use letter::{Facts, Letter, envelope};
pub use sign_up::{SignUpExistingLetter, SignUpLetter};
