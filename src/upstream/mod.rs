//! Other login servers that people bring with them. Everything that differs between them is data, a file each in
//! `catalogue/`; no provider has code of its own.

pub mod catalogue;
mod profile;
mod provider;
mod reading;
mod rule;
mod source;
mod template;

pub use catalogue::Entry;
pub use profile::{Document, Part, Profile, Refused};
pub use provider::{
    Authentication, Authorization, Claims, Email, Endpoints, Example, Kind, Method, Notes, Protocol, Provider, Request, Setting, SubjectIs,
    Token, TokenIn, Verified,
};
pub use source::{Path, Sources};
pub use template::{Missing, Template, Values};
