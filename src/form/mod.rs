//! What browsers and programs send: parameters, bodies, cookies, and the proof that a form came from
//! the page we gave to this browser.

mod body;
mod browser;
mod caller;
pub mod cookie;
mod parameters;
mod redirect;

pub use body::{Body, Form};
pub use browser::Browser;
pub use caller::caller;
pub use parameters::{Parameters, Repeated};
pub use redirect::see_other;
