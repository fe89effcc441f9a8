//! What a person allows somebody else's app (OpenID Connect Core §3.1.2.4), and takes back. Kept, so that nobody is asked
//! twice for the same; whatever the app is given checks it again.

pub mod page;
mod store;
pub(crate) mod view;

pub(super) use page::scope_lines;
pub use page::show;
pub(crate) use store::tables;
pub use store::{Allowed, allow, allowed, covers, forget_client, list, note_use, still, withdraw};
