//! The second step of a sign-in: the code of an authenticator app, or one of ten codes kept for when the app is lost.

mod check;
mod manage;
pub mod page;
mod recovery;
mod totp;
pub(crate) mod view;

pub use check::{Answer, Answering, Checked, check, limited};
pub use manage::{By, Standing, Started, begin, remove, renew_codes, standing, turn_off, turn_on};
pub use totp::{Authenticator, Picture};
