//! The signed-in person's own pages.

pub mod applications;
pub mod connections;
pub mod devices;
pub mod email;
pub mod home;
pub mod passkeys;
pub mod provider_token;
mod recent;
pub mod security;
pub(crate) mod view;
mod ways_in;
