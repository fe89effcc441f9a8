//! A new account: an address, where people sign in with one a password, and an answer to a letter. Only
//! with the answer does the account exist, and nobody but the mailbox's owner learns whether it did before.

pub mod page;
pub(crate) mod view;
