//! Signed-in browsers: a random cookie here, its hash in the table, nothing else.

mod cookie;
mod device;
mod ended;
pub mod family;
mod presenter;
mod refresh_cookie;
mod refresh_token;
mod store;
mod visitor;

pub use cookie::{clear as clear_cookie, set as set_cookie};
pub use device::Devices;
pub use presenter::Presenter;
pub use refresh_cookie::RefreshCookie;
pub use refresh_token::RefreshToken;
pub(crate) use store::tables;
pub use store::{
    Listed, NewSession, Session, count_of_user, end, end_all, end_others, find, find_by_secret, insert, list_of_user, lives,
    remove_expired, replace, seen, strengthen,
};
pub use visitor::Visitor;
