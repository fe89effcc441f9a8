//! Housekey, a login server that a small team hosts itself.

pub mod clock;
pub mod config;
pub mod random;
pub mod types;
