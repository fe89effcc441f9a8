//! Every way in that a person has is a row here, whatever its kind. What a kind keeps is sealed.

mod store;

pub(crate) use store::tables;
pub use store::{Addressee, Credential, Kind, NewCredential, find_addressee, find_by_address, insert, set, touch};
