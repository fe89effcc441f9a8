//! One test program: the house, tested through its doors.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed, and a story is as long as it is"
)]

mod support;

mod account;
mod app_session;
mod architecture;
mod bad_input;
mod catalogue;
mod cli;
mod doctor;
mod email_code;
mod examples;
mod gate;
mod journeys;
mod look;
mod mail;
mod migrations;
mod oidc;
mod passkey;
mod password;
mod plans;
mod relying_parties;
mod server;
mod sign_up;
mod two_step;
mod upstream;
mod walk;
