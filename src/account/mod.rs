//! The signed-in person's own pages.

pub mod activity;
pub mod applications;
pub mod connections;
mod connections_view;
pub mod data;
pub mod devices;
pub mod email;
mod email_view;
mod export;
pub mod home;
pub mod leave;
pub mod offer;
pub mod passkeys;
pub mod password;
pub mod provider_token;
mod recent;
pub mod replace;
pub mod security;
mod shell;
pub mod waiting;
pub mod well_known;
