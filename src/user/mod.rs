//! People: who exists, by which addresses, and whether they may come in.

mod departure;
mod email;
mod notice;
mod state;
mod store;

pub use departure::{DELAY as DEPARTURE_DELAY, depart, due, leave, stay};
pub use email::{Email, add_email, emails_of, find_by_address, make_primary, remove_email, verify};
pub use notice::notices;
pub use state::{Barred, Person, State, gate};
pub(crate) use store::tables;
pub use store::{NewUser, PersonRow, User, count, find, gate_of, insert, list, look, name_if_none, person_of, remove, rename, set_state};
