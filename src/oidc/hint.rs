//! An ID token that comes back as a hint (OpenID Connect Core §3.1.2.1, RP-Initiated Logout 1.0 §2): of any
//! age, but signed by us for this issuer.

use serde::Deserialize;

use crate::app::App;
use crate::key::Keys;
use crate::types::UserId;

/// What it says.
#[derive(Debug, Clone, Deserialize)]
pub struct IdTokenHint {
    iss: String,
    /// The person.
    pub sub: String,
    /// The client's audience.
    pub aud: String,
    /// The session.
    pub sid: String,
}

impl IdTokenHint {
    /// Reads one, if it is one of ours.
    pub fn read(app: &App, keys: &Keys, token: &str) -> Option<Self> {
        let hint: Self = keys.verify(token, "JWT").ok()?;
        (hint.iss == app.config.issuer.as_str()).then_some(hint)
    }

    /// The person it names.
    pub fn user(&self) -> Option<UserId> {
        self.sub.parse().ok()
    }
}
