//! Who walks, and what each of them knows. Nobody ever uses what only somebody else knows.

use housekey::types::{UnixMillis, UserId};

use super::state::State;
use crate::support::authenticator::Authenticator;
use crate::two_step::Phone;

pub const NAMES: [&str; 4] = ["Maya", "Noor", "Ben", "Mallory"];
pub const MAYA: usize = 0;
pub const NOOR: usize = 1;
pub const BEN: usize = 2;
pub const MALLORY: usize = 3;

/// The mailboxes that each of them reads: the one of their account, and one more.
const MAILBOXES: [[&str; 2]; 4] = [
    ["maya@okafor.example", "maya.too@okafor.example"],
    ["noor@okafor.example", "noor.too@okafor.example"],
    ["ben@okafor.example", "ben.too@okafor.example"],
    ["mallory@evil.example", "mallory.too@evil.example"],
];

pub fn address(owner: usize, which: usize) -> &'static str {
    MAILBOXES[owner][which]
}

/// Who reads the mail of an address.
pub fn reader(address: &str) -> Option<usize> {
    MAILBOXES.iter().position(|boxes| boxes.contains(&address))
}

/// All addresses that somebody else reads.
pub fn foreign_addresses(owner: usize) -> impl Iterator<Item = &'static str> {
    MAILBOXES.iter().enumerate().filter(move |(other, _)| *other != owner).flat_map(|(_, boxes)| *boxes)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// An account, and what its person knows of it.
pub struct Member {
    /// Who walks for them.
    pub owner: usize,
    /// The account, as rows name it.
    pub id: String,
    pub user: UserId,
    pub password: Option<String>,
    pub phone: Option<Phone>,
    pub recovery: Vec<String>,
    pub passkeys: Vec<Authenticator>,
}

/// The steps of an authenticator app whose codes may be right at a moment, with the codes.
pub fn near(phone: &Phone, now: UnixMillis) -> Vec<(i64, String)> {
    [-30_000, 0, 30_000].map(|off| ((now.0 + off) / 30_000, phone.shows(UnixMillis(now.0 + off)))).into()
}

impl Member {
    pub fn new(owner: usize, id: String, user: UserId) -> Self {
        Self { owner, id, user, password: None, phone: None, recovery: Vec::new(), passkeys: Vec::new() }
    }

    /// Their address now.
    pub fn address<'a>(&self, state: &'a State) -> &'a str {
        state.primary(&self.id).unwrap_or("")
    }
}
