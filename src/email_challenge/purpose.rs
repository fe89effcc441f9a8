//! What a challenge is for, and how it can stand. Pure.

use std::time::Duration;

/// What the reader's proof is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Being signed in, with a new account if there is none.
    SignIn,
    /// Proving once more who is signed in: by the code, where it was asked for.
    StepUp,
    /// A new account with the password that was chosen.
    SignUp,
    /// Choosing a new password.
    Reset,
    /// Having this address as well as those one has.
    AddAddress,
    /// Another address of the account in the place of this one, which is its primary one.
    ChangePrimary,
    /// The same where nobody reads this one any more, or says so: its mailbox may object for a week.
    ReplacePrimary,
}

impl Purpose {
    const ALL: [Self; 7] =
        [Self::SignIn, Self::StepUp, Self::SignUp, Self::Reset, Self::AddAddress, Self::ChangePrimary, Self::ReplacePrimary];

    /// Its spelling in the database and in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::AddAddress => "add_address",
            Self::ChangePrimary => "change_primary",
            Self::ReplacePrimary => "replace_primary",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// Whether its letter has a code.
    pub fn has_code(self) -> bool {
        self != Self::ReplacePrimary
    }

    /// Whether its letter has a link.
    pub fn has_link(self) -> bool {
        self != Self::StepUp
    }

    /// How long the link and the code work.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::SignIn | Self::StepUp | Self::SignUp => Duration::from_mins(15),
            Self::Reset | Self::AddAddress | Self::ChangePrimary => Duration::from_mins(30),
            Self::ReplacePrimary => Duration::from_hours(7 * 24),
        }
    }
}

/// Whether a challenge can still be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can.
    Open,
    /// It has been.
    Used,
    /// Its reader did not ask for it, or it was replaced, or something else made it void.
    Ended,
    /// Its time is over.
    Expired,
}
