//! The signed-in person's own pages.

pub mod home;
mod view;
