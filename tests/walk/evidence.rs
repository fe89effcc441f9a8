//! What a request shows of somebody, found in its values by whoever knows all secrets. The server's own word counts for nothing.

use super::people::{Member, near};
use super::state::State;
use housekey::types::UnixMillis;

/// A letter that was sent, and what opens by it.
#[derive(Clone)]
pub struct Letter {
    /// To whom, in the form that is compared.
    pub address: String,
    pub code: Option<String>,
    /// A path; with it the code is one.
    pub link: String,
    pub purpose: String,
    pub until: UnixMillis,
}

/// Somebody who came back from another login server.
#[derive(Clone)]
pub struct Return {
    /// Where they come back to, which names them.
    pub path: String,
    pub provider: &'static str,
    pub subject: String,
    /// The address that a provider whose word counts says is theirs.
    pub vouched: Option<String>,
}

/// Something that only one person can show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shown {
    Password(String),
    /// Who reads this address: the code or the link of a letter.
    Letter {
        address: String,
        link: String,
        purpose: String,
        until: i64,
    },
    /// An identity that was this person's before.
    Provider(String),
    /// A provider whose word counts says who reads this address.
    Vouched(String),
    Passkey(String),
    /// A new password has been chosen after a letter.
    Reset(String),
    Totp(String, i64),
    Recovery(String, String),
}

impl Shown {
    /// Whether it says that it is this person.
    pub fn is_first_of(&self, user: &str, state: &State) -> bool {
        match self {
            Self::Password(one) | Self::Provider(one) | Self::Passkey(one) | Self::Reset(one) => one == user,
            Self::Letter { address, .. } | Self::Vouched(address) => state.account_of(address) == Some(user),
            Self::Totp(..) | Self::Recovery(..) => false,
        }
    }

    /// Whether it confirms that it is this person.
    pub fn is_second_of(&self, user: &str) -> bool {
        matches!(self, Self::Totp(one, _) | Self::Recovery(one, _) if one == user)
    }

    /// Whether it is a letter that allows a new password.
    pub fn is_reset(&self) -> bool {
        matches!(self, Self::Letter { purpose, .. } if purpose == "reset")
    }

    /// What may open one session and no more.
    pub fn once(&self) -> Option<String> {
        match self {
            Self::Letter { link, .. } => Some(link.clone()),
            Self::Totp(user, step) => Some(format!("code of step {step} of {user}")),
            Self::Recovery(user, code) => Some(format!("recovery code {code} of {user}")),
            _ => None,
        }
    }
}

/// The digits of what was typed.
fn digits(value: &str) -> String {
    value.chars().filter(char::is_ascii_digit).collect()
}

/// What all that was sent shows.
pub fn shown(cast: &[Member], letters: &[Letter], (path, fields): (&str, &[(String, String)]), now: UnixMillis) -> Vec<Shown> {
    let mut found = Vec::new();
    let values: Vec<_> = fields.iter().filter(|(name, _)| !name.starts_with("new")).map(|(_, value)| value.as_str()).collect();
    for member in cast {
        if values.iter().any(|value| member.password.as_deref() == Some(value)) {
            found.push(Shown::Password(member.id.clone()));
        }
        for (step, code) in member.phone.iter().flat_map(|phone| near(phone, now)) {
            if values.iter().any(|value| value.len() < 12 && digits(value) == code) {
                found.push(Shown::Totp(member.id.clone(), step));
            }
        }
        for code in member.recovery.iter().filter(|code| values.contains(&code.as_str())) {
            found.push(Shown::Recovery(member.id.clone(), code.clone()));
        }
    }
    for letter in letters {
        let by_code = letter.code.as_ref().is_some_and(|code| values.iter().any(|value| value.len() < 12 && digits(value) == *code));
        if by_code || path == letter.link {
            let Letter { address, link, purpose, until, .. } = letter.clone();
            found.push(Shown::Letter { address, link, purpose, until: until.0 });
        }
    }
    found
}
