//! What exists only on a developer's machine: the inbox in which every letter ends up, every page in every state to look
//! at, and a client for whatever app is being written there.

mod client;
mod inbox;
pub mod page;
pub mod pages;
pub(crate) mod pages_view;
pub(crate) mod view;

pub use client::{CLIENT, client};
pub use inbox::Inbox;
