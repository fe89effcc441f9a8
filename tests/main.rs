//! One test program: the house, tested through its doors.

mod support;

mod app_session;
mod architecture;
mod bad_input;
mod cli;
mod journeys;
mod migrations;
mod oidc;
mod password;
mod server;
mod sign_up;
