//! A new account: an address, a password, a code from a letter. Only with the code does the account
//! exist, and nobody but the mailbox's owner learns whether it did before.

mod begin;
mod code;
mod finish;
pub mod page;
mod store;
pub(crate) mod view;

pub use begin::{Asked, Begun, begin, resend, resend_wait};
pub use finish::{Finished, finish};
pub use store::remove_expired;
pub(crate) use store::tables;
