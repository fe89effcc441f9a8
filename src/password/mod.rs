//! Passwords: what a good one is ([`rules`]), how it is kept ([`hash`]), whether one is right ([`check`]), and the page that asks.

mod check;
mod hash;
mod leaked;
pub mod page;
mod rules;
pub(crate) mod view;

pub use check::busy;
pub use hash::{HashError, HashPool, Verified};
pub use rules::{Context, Password, Weakness, check};
