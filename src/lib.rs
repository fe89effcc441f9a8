//! Housekey, a login server that a small team hosts itself.

pub mod account;
pub mod app;
pub mod app_session;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credential;
pub mod crypto;
pub mod db;
pub mod demo;
pub mod dev;
pub mod error;
pub mod form;
#[cfg(test)]
mod gallery;
pub mod installation;
pub mod key;
pub mod language;
pub mod limit;
pub mod mail;
pub mod oidc;
pub mod page;
pub mod password;
pub mod random;
pub mod routes;
pub mod schedule;
pub mod server;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod tables;
pub mod types;
pub mod user;
pub mod user_agent;
pub mod work;
