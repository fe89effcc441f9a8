//! The journey every way in feeds. A page asks for something ([`Flow`]); a method gives a [`Proofs`];
//! [`next_step()`] says what is missing; [`complete()`] starts the session; [`Destination`] says where to go.

pub mod accounts;
mod asked;
mod complete;
mod destination;
mod flow;
mod half;
mod letter;
mod next_step;
mod notice;
pub mod offer;
mod onward;
pub mod page;
mod proof;
mod reclaim;
pub mod step_up;
mod trust;
pub(crate) mod view;
mod ways_in;

pub use asked::Asked;
pub use complete::{At, Completed, complete};
pub use destination::{Answer, AppRequest, Destination, ResponseMode};
pub use flow::Flow;
pub use half::{Proved, counts, spend};
use letter::address_of;
pub use letter::{asking, go, send_letter, too_soon, wait_words};
pub use next_step::{NextStep, Second, next_step};
pub use notice::{notices, notices_of};
pub use onward::{first, next, onward, second_step, set_out};
pub use proof::{Method, Proofs};
pub use reclaim::reclaim;
pub use trust::Trust;
pub use ways_in::ways_in;
