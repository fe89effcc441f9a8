//! The signed-in person's own pages.

pub mod email;
pub mod home;
pub(crate) mod view;
