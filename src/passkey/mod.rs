//! Passkeys (WebAuthn Level 3): a key in the person's device or password manager, which proves two things at once: that they
//! hold it, and that it was they who unlocked it.

mod ceremony;
mod manage;
pub mod page;
mod provider;
mod sign_in;

pub use ceremony::{Begun, Ceremony, Purpose};
pub use manage::{Added, Kept, Listed, MOST, NewPasskey, add, begin, list, remove, rename, signal};
pub use sign_in::{Outcome, Presented, sign_in};
