//! Why does it not work? One check, one finding: a sentence and a remedy. And what a relying party will say to a token of
//! ours, rule by rule.

mod auth_config;
mod client;
mod clock;
mod convex;
mod finding;
mod house;
mod passkeys;
mod public;
mod relying_party;
#[cfg(test)]
mod sample;
mod site;
mod token;

pub use auth_config::AuthConfig;
pub use client::clients;
pub use clock::{Other, compare as clocks, of_database as clock_of_database};
pub use convex::{Ours, convex};
pub use finding::{Finding, Mark};
pub use house::{against_relay, house};
pub use public::{Seen, look as public};
pub use relying_party::RelyingParty;
pub use token::{Known, Line, Presented};

use finding::differing;
