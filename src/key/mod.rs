//! Signing keys: sealed in the database, parsed once into memory, published as a JWKS, replaced in time. Which key does
//! what follows from the times in its row, so that all replicas change at the same moment.

mod jose;
mod key_set;
mod life;
mod rotate;
mod sign;
mod store;

pub use jose::{b64, b64_sha256, is_b64_sha256, numeric_date, unverified_part};
pub use key_set::{Keys, PublicSet};
pub use life::{LEARN_EVERY, Life, PUBLISHED_BEFORE, State, verifies_for};
pub use rotate::{Pace, Revoked, Rotated, revoke, rotate, rotate_due};
pub use sign::{SigningKey, Unverified, signed_by};
pub(crate) use store::tables;
pub use store::{KeyLine, list, remove_gone};
