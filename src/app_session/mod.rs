//! What a first-party SPA holds: an access token in its memory, and a refresh cookie that its scripts cannot read.

pub mod deliver;
pub mod origin;
pub mod page;
pub mod refresh;
pub mod start;
pub mod status;
pub(crate) mod view;
