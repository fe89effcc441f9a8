//! The gate: every path that issues a session, a code or a token asks here first. Pure.

use crate::types::{EmailAddress, UserId};

/// What an operator has decided about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// May come in.
    Active,
    /// Shut out until an operator says otherwise.
    Locked,
    /// Has asked to be removed, and is nobody until then, unless they come back.
    Leaving,
}

impl State {
    /// Its spelling in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Locked => "locked",
            Self::Leaving => "leaving",
        }
    }

    /// Anything that this version does not know keeps a person out.
    pub fn parse(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "leaving" => Self::Leaving,
            _ => Self::Locked,
        }
    }
}

/// A person with what the gate and the tokens need to know of them.
#[derive(Debug, Clone)]
pub struct Person {
    /// The `sub`.
    pub id: UserId,
    /// What an operator has decided.
    pub state: State,
    /// What to call them.
    pub name: Option<String>,
    /// The primary address.
    pub email: Option<EmailAddress>,
    /// Whether the primary address has been proved.
    pub email_verified: bool,
}

impl Person {
    /// As they would be if they came back: somebody who was about to leave stays by signing in.
    #[must_use]
    pub fn returned(self) -> Self {
        let state = if self.state == State::Leaving { State::Active } else { self.state };
        Self { state, ..self }
    }
}

/// Why somebody may not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// An operator has shut them out.
    Locked,
    /// No address of theirs has been proved.
    Unverified,
    /// They have asked to be removed.
    Leaving,
}

impl Barred {
    /// For the audit log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Unverified => "unverified",
            Self::Leaving => "leaving",
        }
    }
}

/// Whether anything may be issued to this person.
pub fn gate(person: &Person) -> Result<(), Barred> {
    match person.state {
        State::Locked => Err(Barred::Locked),
        State::Leaving => Err(Barred::Leaving),
        State::Active if !person.email_verified => Err(Barred::Unverified),
        State::Active => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_active_person_with_a_proved_address_passes() {
        let person = |state, email_verified| Person { id: UserId(uuid::Uuid::nil()), state, name: None, email: None, email_verified };
        assert_eq!(gate(&person(State::Active, true)), Ok(()));
        assert_eq!(gate(&person(State::Active, false)), Err(Barred::Unverified));
        assert_eq!(gate(&person(State::Locked, true)), Err(Barred::Locked));
        assert_eq!(gate(&person(State::parse("something newer"), true)), Err(Barred::Locked));
        assert_eq!(gate(&person(State::Leaving, true)), Err(Barred::Leaving));
        assert_eq!(gate(&person(State::Leaving, true).returned()), Ok(()));
        assert_eq!(gate(&person(State::Locked, true).returned()), Err(Barred::Locked));
        for state in [State::Active, State::Locked, State::Leaving] {
            assert_eq!(State::parse(state.as_str()), state);
        }
    }
}
