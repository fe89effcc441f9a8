//! Every way in that a person has is a row here, whatever its kind. What a kind keeps is sealed.

mod store;

pub(crate) use store::tables;
pub use store::{Credential, Kind, NewCredential, find_by_address, insert, touch};
