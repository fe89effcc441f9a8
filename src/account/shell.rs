//! What stands around every page of the account: where one is, where else one can go, and who is signed in.

use crate::user::Person;

/// A page of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Name and addresses.
    Profile,
    /// Passkeys, password, second steps.
    Security,
    /// Browsers that are signed in, and what happened.
    Devices,
    /// Other login servers, and apps of others.
    Connections,
    /// A copy, and leaving.
    Data,
}

impl Place {
    /// In the order of the list.
    pub const ALL: [Self; 5] = [Self::Profile, Self::Security, Self::Devices, Self::Connections, Self::Data];

    /// Where it is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Profile => "/account",
            Self::Security => "/account/security",
            Self::Devices => "/account/devices",
            Self::Connections => "/account/connections",
            Self::Data => "/account/data",
        }
    }

    /// What the list calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile-title",
            Self::Security => "security-title",
            Self::Devices => "devices-title",
            Self::Connections => "connections-title",
            Self::Data => "data-title",
        }
    }
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Which page it is.
    pub here: Place,
    /// Who is signed in.
    pub email: String,
}

impl Shell {
    /// Around this page, for this person.
    pub fn of(here: Place, person: &Person) -> Self {
        let email = person.email.as_ref().map(ToString::to_string);
        Self { here, email: email.or_else(|| person.name.clone()).unwrap_or_default() }
    }

    /// Whether it is that page.
    pub fn is(&self, place: Place) -> bool {
        self.here == place
    }

    /// For samples.
    pub fn sample(here: Place) -> Self {
        Self { here, email: "maya@okafor.example".into() }
    }
}
