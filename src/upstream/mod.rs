//! Other login servers that people bring with them. Everything that differs between them is data, a file each in
//! `catalogue/`; no provider has code of its own.

mod ask;
mod attempt;
pub mod catalogue;
mod configured;
mod connection;
mod description;
mod dialect;
mod exchange;
mod failed;
mod fresh_token;
mod id_token;
mod leave;
pub mod link_page;
mod linking;
pub mod page;
mod profile;
mod provider;
mod reading;
mod request;
mod rule;
mod settle;
mod signed_secret;
mod source;
mod template;
mod token_endpoint;
mod trial;
pub(crate) mod view;

pub use attempt::remove_expired;
pub(crate) use attempt::tables;
pub use catalogue::Entry;
pub use configured::{Upstream, Upstreams, judge};
pub use failed::Failed;
pub use fresh_token::{FreshToken, fresh_token};
pub use leave::{leave, redirect_uri};
pub use link_page::button;
pub use linking::{Decision, Facts, decide};
pub use profile::{Document, Part, Profile, Refused};
pub use provider::{Claims, Email, Example, Kind, Notes, Protocol, Provider, Setting, SubjectIs, Verified};
pub use request::{Authentication, Authorization, Endpoints, Method, Request, Token, TokenIn};
pub use settle::Refusal;
pub use source::{Path, Sources};
pub use template::{Missing, Template, Values};
pub use trial::{probe, test_address};
