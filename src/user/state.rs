//! The gate: every path that issues a session, a code or a token asks here first. Pure.

use crate::types::{EmailAddress, UserId};

/// What an operator has decided about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// May come in.
    Active,
    /// Shut out until an operator says otherwise.
    Locked,
}

impl State {
    /// Its spelling in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Locked => "locked",
        }
    }

    /// Anything that this version does not know keeps a person out.
    pub fn parse(text: &str) -> Self {
        if text == "active" { Self::Active } else { Self::Locked }
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

/// Why somebody may not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// An operator has shut them out.
    Locked,
    /// No address of theirs has been proved.
    Unverified,
}

impl Barred {
    /// For the audit log.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Unverified => "unverified",
        }
    }
}

/// Whether anything may be issued to this person.
pub fn gate(person: &Person) -> Result<(), Barred> {
    match person.state {
        State::Locked => Err(Barred::Locked),
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
    }
}
