//! Signing in by mail: one letter with a link and a code, two ways to answer it.
//!
//! A link is spent only by a form that a person sent, in the browser that asked or, knowingly, in
//! another one: whatever merely opens it, a scanner or a preview, changes nothing.

pub mod keep;
pub mod link;
pub(crate) mod link_view;
pub mod page;
mod redeem;
pub(crate) mod view;

pub use redeem::{Answering, Redeemed, by_code, by_link};
