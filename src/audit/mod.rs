//! What happened: one list of events, written in the transaction of what it records, never changed.

mod event;
mod store;

pub use event::Event;
pub use store::{AuditLine, has_signed_in, list_of_user, remove_before};
pub(crate) use store::{row, tables};
