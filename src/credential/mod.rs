//! Every way in that a person has is a row here, whatever its kind. What a kind keeps is sealed.

mod addressee;
mod kind;
mod store;

pub use addressee::{Addressee, find_addressee};
pub use kind::{Kind, TRUSTED_FOR};
pub(crate) use store::tables;
pub use store::{
    Credential, Found, Listed, NewCredential, count, find_by_address, find_by_key, find_of_user, has, has_since, insert, list, lock,
    look_by_address, read_found, remove, remove_all, remove_by_key, remove_expired, remove_kind, relabel, replace, set, since, still_has, touch,
};
