//! A letter that asks its reader to prove an address: one row, and in the letter a link, a code, and the
//! tag that the page shows too. Every use of an address goes through here: signing in, signing up, a
//! forgotten password, a new address.

mod ask;
mod challenge;
pub(crate) mod code;
mod deliver;
mod of_account;
mod purpose;
mod store;

pub use ask::{Asked, Asking, ask, resend, resend_wait};
pub use challenge::Challenge;
pub use deliver::worker;
pub use of_account::{due, end_about, end_of_account, spend_due, waiting};
pub use purpose::{Purpose, State};
pub(crate) use store::tables;
pub use store::{TRIES, count_open, count_try, end, end_of_address, find, lock_address, remove_expired, spend};
