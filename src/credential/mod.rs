//! Every way in that a person has is a row here, whatever its kind. What a kind keeps is sealed.

mod store;

pub(crate) use store::tables;
pub use store::{
    Addressee, Credential, Found, Kind, Listed, NewCredential, find_addressee, find_by_address, find_by_key, insert, list, lock,
    look_by_address, read_found, remove, remove_all, replace, set, touch,
};
