//! Why does it not work? What a relying party will say to a token of ours, rule by rule.

mod relying_party;
mod token;

pub use relying_party::RelyingParty;
pub use token::{Known, Line, examine};
