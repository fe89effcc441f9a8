//! The signed-in person's own pages.

pub mod connections;
pub mod email;
pub mod home;
mod recent;
pub(crate) mod view;
