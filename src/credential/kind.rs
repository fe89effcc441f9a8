//! The kinds of ways in, and of what stands beside one.

use std::time::Duration;

/// What kind of way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A password: the data is its PHC string. A person has at most one, so its lookup key is the person.
    Password,
    /// Who the person is at another login server. The lookup key is made of all that tells them from everybody else there.
    Upstream,
    /// A passkey: its public key. The lookup key is the digest of its identifier.
    Passkey,
    /// An authenticator app: its secret and the last step that was used. A person has at most one, so its lookup key is the person.
    Totp,
    /// A recovery code; the lookup key is its mark.
    RecoveryCode,
    /// A browser that is trusted; the lookup key is the mark of what it shows.
    TrustedBrowser,
}

/// How long a browser is trusted.
pub const TRUSTED_FOR: Duration = Duration::from_hours(24 * 30);

impl Kind {
    /// Its spelling in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Upstream => "upstream",
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::TrustedBrowser => "trusted_browser",
        }
    }
}
