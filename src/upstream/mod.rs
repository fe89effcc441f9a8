//! Other login servers that people bring with them. Everything that differs between them is data, a file each in
//! `catalogue/`; no provider has code of its own.

pub mod catalogue;
mod configured;
mod profile;
mod provider;
mod reading;
mod request;
mod rule;
mod source;
mod template;

pub use catalogue::Entry;
pub use configured::{Upstream, Upstreams, judge};
pub use profile::{Document, Part, Profile, Refused};
pub use provider::{Claims, Email, Example, Kind, Notes, Protocol, Provider, Setting, SubjectIs, Verified};
pub use request::{Authentication, Authorization, Endpoints, Method, Request, Token, TokenIn};
pub use source::{Path, Sources};
pub use template::{Missing, Template, Values};
