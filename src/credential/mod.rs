//! Every way in that a person has is a row here, whatever its kind. What a kind keeps is sealed.

mod addressee;
mod by_address;
mod kind;
mod store;

pub use addressee::{Addressee, find_addressee};
pub use by_address::{Found, find_by_address, look_by_address, read_found};
pub use kind::{Kind, TRUSTED_FOR};
pub(crate) use store::tables;
pub use store::{
    Credential, Listed, NewCredential, count, find_by_key, find_of_user, has, has_since, insert, list, lock, relabel, remove, remove_all,
    remove_by_key, remove_expired, remove_kind, replace, set, since, still_has, touch,
};
