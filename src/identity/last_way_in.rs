//! Nobody is locked out by their own hand. Pure.

/// The ways in that a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaysIn {
    /// A password, where people sign in with one.
    pub password: bool,
    /// A proved address, where letters go out and let people in.
    pub mail: bool,
    /// Identities at providers that are set up.
    pub identities: usize,
    /// Passkeys, where people sign in with them.
    pub passkeys: usize,
}

impl WaysIn {
    /// Without one of the identities.
    #[must_use]
    pub fn without_identity(self) -> Self {
        Self { identities: self.identities.saturating_sub(1), ..self }
    }

    /// Without one of the passkeys.
    #[must_use]
    pub fn without_passkey(self) -> Self {
        Self { passkeys: self.passkeys.saturating_sub(1), ..self }
    }

    /// Whether there is one at all.
    pub fn any(self) -> bool {
        self.password || self.mail || self.identities > 0 || self.passkeys > 0
    }
}

/// Whether one identity can go. One at a provider that is no longer set up lets nobody in, so it always can.
pub fn may_remove(ways: WaysIn, works: bool) -> bool {
    !works || ways.without_identity().any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_way_in_stays() {
        for (password, mail, identities, passkeys, works, may) in [
            (false, false, 1, 0, true, false),
            (false, false, 2, 0, true, true),
            (true, false, 1, 0, true, true),
            (false, true, 1, 0, true, true),
            (false, false, 1, 1, true, true),
            (false, false, 1, 0, false, true),
            (false, false, 0, 0, false, true),
        ] {
            let ways = WaysIn { password, mail, identities, passkeys };
            assert_eq!(may_remove(ways, works), may, "{ways:?} {works}");
        }
        let alone = WaysIn { password: false, mail: false, identities: 0, passkeys: 1 };
        assert!(alone.any() && !alone.without_passkey().any());
        assert!(WaysIn { passkeys: 2, ..alone }.without_passkey().any() && WaysIn { mail: true, ..alone }.without_passkey().any());
    }
}
