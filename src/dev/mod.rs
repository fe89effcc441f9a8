//! What exists only on a developer's machine: the inbox in which every letter ends up.

mod inbox;
pub mod page;
pub(crate) mod view;

pub use inbox::Inbox;
