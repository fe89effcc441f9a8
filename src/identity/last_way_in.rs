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
}

/// Whether one identity can go. One at a provider that is no longer set up lets nobody in, so it always can.
pub fn may_remove(ways: WaysIn, works: bool) -> bool {
    !works || ways.password || ways.mail || ways.identities > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_way_in_stays() {
        for (password, mail, identities, works, may) in [
            (false, false, 1, true, false),
            (false, false, 2, true, true),
            (true, false, 1, true, true),
            (false, true, 1, true, true),
            (false, false, 1, false, true),
            (false, false, 0, false, true),
        ] {
            assert_eq!(may_remove(WaysIn { password, mail, identities }, works), may, "{password} {mail} {identities} {works}");
        }
    }
}
