//! Signing keys: made once, sealed in the database, parsed once into memory, published as a JWKS.

mod key_set;
mod sign;
mod store;

pub use key_set::{Keys, PublicSet};
pub use sign::{SigningKey, Unverified, b64, signed_by};
pub(crate) use store::tables;
pub use store::{KeyLine, list};
