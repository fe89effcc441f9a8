//! Passwords: what may be chosen, how what was chosen is kept, whether one is right ([`sign_in`]), and the page that asks.

mod attempt;
mod change;
mod hash;
pub mod leaked;
pub mod page;
mod phc;
mod queue;
pub mod reset;
pub mod reset_page;
mod rules;
mod typed;
pub(crate) mod view;

pub use attempt::{Attempted, Outcome, busy, sign_in};
pub use change::{remove, set};
pub use hash::{HashError, HashPool, PasswordHash, Verified};
pub use rules::{Context, Weakness, check};
pub use typed::{Password, TooLong};
