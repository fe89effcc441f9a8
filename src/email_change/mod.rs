//! A person takes another address. The letter to the old one and the letter to the new one must both be
//! answered: whoever has only the session, or only one of the mailboxes, changes nothing.

mod store;

pub(crate) use store::tables;
pub use store::{Change, Confirmed, confirm, end_of_user, find_by_challenge, insert, pending, remove_expired};
