//! A challenge, as its row tells it.

use zeroize::Zeroizing;

use super::purpose::{Purpose, State};
use crate::crypto::Crypto;
use crate::error::Result;
use crate::types::{ChallengeId, EmailAddress, UnixMillis, UserId};

/// A letter that waits for an answer, or has had one.
pub struct Challenge {
    /// Its name, from which link, code and tag follow.
    pub id: ChallengeId,
    /// What for.
    pub purpose: Purpose,
    /// Who had the address when the letter was written; or whose account's page asked for it.
    pub user: Option<UserId>,
    /// Where a page of an account asked: the address that is to be its own, or its primary one.
    pub about: Option<EmailAddress>,
    /// Where the letter went.
    pub address: EmailAddress,
    /// The browser that asked, as a person would call it.
    pub user_agent: String,
    /// How often a code has been typed.
    pub tries: i64,
    /// How many letters were asked for.
    pub sends: i64,
    /// When the last one was asked for.
    pub sent_at: UnixMillis,
    /// When it was asked for.
    pub created_at: UnixMillis,
    /// Until when it can be met.
    pub expires_at: UnixMillis,
    pub(super) gone_at: Option<UnixMillis>,
    pub(super) bounced_at: Option<UnixMillis>,
    pub(super) failed_at: Option<UnixMillis>,
    pub(super) browser: Vec<u8>,
    pub(super) journey: Vec<u8>,
    pub(super) password: Option<Vec<u8>>,
    pub(super) used_at: Option<UnixMillis>,
    pub(super) ended_at: Option<UnixMillis>,
}

impl Challenge {
    /// Whether it can still be met.
    pub fn state(&self, now: UnixMillis) -> State {
        match self {
            Self { used_at: Some(_), .. } => State::Used,
            Self { ended_at: Some(_), .. } => State::Ended,
            _ if self.expires_at <= now => State::Expired,
            _ => State::Open,
        }
    }

    /// Whether its letter came back, and none has gone since. Known for as long as the row is kept: a day.
    pub fn has_bounced(&self) -> bool {
        self.bounced_at > self.gone_at
    }

    /// Whether no letter of it has gone, because the relay did not answer: it waits for its next try.
    pub fn is_held_up(&self) -> bool {
        self.gone_at.is_none() && self.failed_at > self.bounced_at
    }

    /// Whether this is the browser that asked.
    pub fn is_from(&self, browser: &[u8]) -> bool {
        crate::crypto::equal(&self.browser, browser)
    }

    /// The journey that waits for it.
    pub fn journey(&self, crypto: &Crypto) -> Result<Vec<u8>> {
        crypto.open_column(&identity(self.id, "journey"), &self.journey)
    }

    /// The hash of the password that was chosen with it.
    pub fn password(&self, crypto: &Crypto) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(sealed) = &self.password else { return Ok(None) };
        Ok(Some(Zeroizing::new(crypto.open_column(&identity(self.id, "password"), sealed)?)))
    }
}

/// What a sealed column of this row is bound to.
pub(super) fn identity(id: ChallengeId, column: &str) -> String {
    format!("email_challenges.{column} {id}")
}
