//! Housekey, a login server that a small team hosts itself. This page is the map.
//!
//! **A folder is something a person can do or something the server remembers. Inside it, `page.rs` is
//! what people see, `store.rs` is what we keep, and every other file is a verb or a noun of that
//! subject. Imports only go down. Lists say everything the server does.**
//!
//! # The lists
//!
//! | list | says |
//! |---|---|
//! | [`routes`] | everything that can be asked |
//! | [`schedule`] | everything that happens by itself |
//! | [`audit::Event`] | everything we record |
//! | `config/default.toml` | everything an operator can change |
//! | [`tables`] | everything we keep |
//!
//! # The floors (`tests/architecture.rs` holds them)
//!
//! | floor | holds |
//! |---|---|
//! | edge | [`routes`], [`schedule`], [`server`], [`cli`], [`installation`], [`dev`], [`gallery`], [`demo`], [`pretend`] |
//! | surfaces | [`account`] and [`doctor`], above [`app_session`], above [`sign_up`] and [`oidc`] |
//! | ways in | [`password`], [`email_code`], [`upstream`], [`passkey`] and [`two_step`], above [`sign_in`] |
//! | people | [`email_challenge`], above [`session`] and [`identity`], above [`credential`], above [`user`] and [`spent`] |
//! | ledgers | [`work`], above [`limit`], [`key`], [`mail`], above [`audit`] and [`job`] |
//! | ground | [`app`], [`config`], [`db`], [`clock`], [`random`], [`crypto`], [`page`], [`language`], [`form`], [`http_client`], [`error`], above [`types`] |
//!
//! # Six requests, function by function
//!
//! **`POST /sign-in/password`**: `server::edge` names the request and finds the caller →
//! [`form::Form`] proves that the form is ours → [`sign_in::Flow`] opens the sealed journey →
//! [`password::sign_in`] takes the limits, counts the attempt, verifies on the [`password::HashPool`]
//! (no transaction is open) → [`work::Work`] begins → [`sign_in::complete`] asks
//! [`sign_in::next_step`], which asks the gate ([`user::gate`]) → the session, the audit row, the
//! forgiven failures and a notice ([`sign_in::notices`]) are committed together → [`sign_in::onward`] sets the cookie and goes on.
//!
//! **`POST /sign-in/email`**: [`email_challenge::ask`] draws the limits, leaves the challenge's row and a job,
//! and looks at nobody's account: one trip to the database, the same for everybody. Later a [`job::Worker`]
//! (any replica's) looks up whose address it is, writes the letter and hands it to the [`mail::Transport`]. The
//! reader answers by code ([`email_code::by_code`]) or by the page behind the link ([`email_code::by_link`]);
//! both spend the same row, and both end in [`sign_in::complete`].
//!
//! **`GET /oauth/{provider}`**: [`app_session::start`] checks what an app asked for, [`upstream::leave`] leaves a row for one
//! use and sends the browser away. **`GET /oauth/{provider}/callback`**: [`upstream::page`] spends the row, has the code
//! exchanged and the ID token verified (no transaction is open), reads a [`upstream::Profile`] by the paths of the provider's
//! file, and [`upstream::decide`] says whose account that opens. What cannot be decided becomes a question
//! ([`upstream::link_page`]); all else ends in [`sign_in::complete`], like every way in.
//!
//! **`POST /account/delete`**: `account::recent` asks whether the session was begun for this page, by a factor as strong as the
//! account's, at most five minutes ago. If not, [`sign_in::step_up`] shows by what the person can prove it, and what follows is a
//! sign-in like any other, whose session remembers what it began for ([`session::Session::proved_for`]).
//!
//! **`GET /continue`**: [`app_session::page`] asks [`oidc::authorize::needed`] whether anything is
//! still missing, then [`app_session::deliver`] gives a code, or an access token and a refresh cookie,
//! and the hand-off page takes the browser back to the app.
//!
//! **`POST /token`** with a refresh token: [`oidc::client::authenticate`] →
//! [`session::family::rotate`], one `UPDATE` whose `WHERE` is also the gate, committed together with
//! whatever else came at that moment ([`db::Db::change`]) → [`oidc::token::mint`] signs with a key that
//! was parsed once.
//!
//! # Adding things
//!
//! A page: a template, a struct with its [`page::Sample`] in the feature's `view.rs`, a handler in its
//! `page.rs`, a row in [`routes`], words in `en.ftl`. A setting: a line in `default.toml`, a field in its
//! section. An event: a line in `audit/event.rs`, `work.record` where it happens. A table: a migration,
//! an entity in a `store.rs`, a line in [`tables`].

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
pub mod doctor;
pub mod email_challenge;
pub mod email_code;
pub mod error;
pub mod form;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod gallery;
pub mod http_client;
pub mod identity;
pub mod installation;
pub mod job;
pub mod key;
pub mod language;
pub mod limit;
pub mod mail;
pub mod oidc;
pub mod page;
pub mod passkey;
pub mod password;
pub mod pretend;
pub mod random;
pub mod routes;
pub mod schedule;
pub mod server;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod spent;
pub mod tables;
pub mod two_step;
pub mod types;
pub mod upstream;
pub mod user;
pub mod user_agent;
pub mod work;
