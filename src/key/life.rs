//! The life of a signing key: published, signing, retired, gone. Each step waits for those who cannot know yet.

use std::time::Duration;

use crate::config::Tokens;
use crate::types::UnixMillis;

/// How often every replica reads the table of keys.
pub const LEARN_EVERY: Duration = Duration::from_secs(2);
/// From a key's publication to its first signature: the minute that others may keep the JWKS, the ten that libraries keep it
/// whatever we say, and some for a replica that has not reached the database meanwhile or whose clock is behind.
pub const PUBLISHED_BEFORE: Duration = Duration::from_mins(15);
/// From the end of the last token of a retired key to its end: clocks that are behind, and replicas that signed a little longer.
const MARGIN: Duration = Duration::from_mins(15);

/// When a key does what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// In the JWKS from then on.
    pub published_at: UnixMillis,
    /// Signs from then on.
    pub signs_from: UnixMillis,
    /// And no longer than that.
    pub signs_until: Option<UnixMillis>,
    /// In no JWKS any more: what it signed is refused.
    pub gone_at: Option<UnixMillis>,
}

/// What a key is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Published, so that everybody knows it before it signs.
    Next,
    /// Signs.
    Signing,
    /// Only verifies.
    Retired,
    /// Neither.
    Gone,
}

impl State {
    /// As the command line says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Gone => "gone",
        }
    }
}

impl Life {
    /// What it is at this moment.
    pub fn state(&self, now: UnixMillis) -> State {
        if self.gone_at.is_some_and(|at| at <= now) {
            State::Gone
        } else if self.signs_until.is_some_and(|at| at <= now) {
            State::Retired
        } else if self.signs_from > now {
            State::Next
        } else {
            State::Signing
        }
    }
}

/// How long a key stays published after its last signature: as long as anything it signed lives (OpenID Connect Core §10.1.1).
pub fn verifies_for(tokens: &Tokens) -> Duration {
    tokens.access_ttl.max(tokens.id_ttl) + MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_in_order() {
        let at = UnixMillis;
        let life = Life { published_at: at(10), signs_from: at(20), signs_until: Some(at(30)), gone_at: Some(at(40)) };
        for (now, state) in [(10, State::Next), (19, State::Next), (20, State::Signing), (29, State::Signing), (30, State::Retired)] {
            assert_eq!(life.state(at(now)), state, "{now}");
        }
        assert_eq!((life.state(at(39)), life.state(at(40))), (State::Retired, State::Gone));
        let endless = Life { signs_until: None, gone_at: None, ..life };
        assert_eq!(endless.state(at(i64::MAX)), State::Signing);
    }
}
