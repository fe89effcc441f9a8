//! Whose account an identity opens. Pure: facts → decision. What goes wrong elsewhere goes wrong here: an address that
//! somebody could write anywhere must never open the account of whoever reads its mail.

use crate::types::UserId;

/// What is known when somebody comes back from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Who has this identity.
    pub known: Option<UserId>,
    /// Who asked for it while signed in.
    pub adding: Option<UserId>,
    /// Whether a provider whose word counts says that the person reads this address's mail.
    pub vouched: bool,
    /// Whose the address is, and whether they have proved it. Looked for only if `vouched`.
    pub owner: Option<(UserId, bool)>,
    /// Whether strangers may have an account.
    pub sign_up: bool,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The identity is this person's: they are in.
    SignIn(UserId),
    /// The signed-in person gets it.
    Connect(UserId),
    /// They have it already.
    IsConnected,
    /// Somebody else has it.
    IsSomebodyElses,
    /// The person with this proved address gets it, and is told.
    Link(UserId),
    /// The account names the address, but nobody ever proved it: what was there before is worth nothing.
    Reclaim(UserId),
    /// A new person.
    SignUp,
    /// Nobody new is let in.
    IsClosed,
    /// Whoever it is proves which account is theirs, or that an address is. The same for all, so that nobody learns
    /// which addresses have accounts.
    Prove,
}

/// Decides.
pub fn decide(facts: &Facts) -> Decision {
    match (facts.adding, facts.known) {
        (Some(person), Some(owner)) if person == owner => Decision::IsConnected,
        (Some(_), Some(_)) => Decision::IsSomebodyElses,
        (Some(person), None) => Decision::Connect(person),
        (None, Some(person)) => Decision::SignIn(person),
        (None, None) if !facts.vouched => Decision::Prove,
        (None, None) => match facts.owner {
            Some((person, true)) => Decision::Link(person),
            Some((person, false)) => Decision::Reclaim(person),
            None if facts.sign_up => Decision::SignUp,
            None => Decision::IsClosed,
        },
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ADA: UserId = UserId(Uuid::from_u128(1));
    const BEN: UserId = UserId(Uuid::from_u128(2));

    #[test]
    fn the_table() {
        let (no, proved, unproved) = (None, Some((ADA, true)), Some((ADA, false)));
        for (known, adding, vouched, owner, sign_up, decision) in [
            // Known people come in, whatever the address says now.
            (Some(ADA), None, true, proved, true, Decision::SignIn(ADA)),
            (Some(ADA), None, false, no, false, Decision::SignIn(ADA)),
            (Some(BEN), None, true, proved, true, Decision::SignIn(BEN)),
            (Some(BEN), None, true, unproved, true, Decision::SignIn(BEN)),
            // Whoever asks for it gets it, unless somebody has it.
            (None, Some(ADA), false, no, false, Decision::Connect(ADA)),
            (None, Some(BEN), true, proved, true, Decision::Connect(BEN)),
            (Some(ADA), Some(ADA), true, proved, true, Decision::IsConnected),
            (Some(ADA), Some(BEN), true, proved, true, Decision::IsSomebodyElses),
            // A trusted word about an address.
            (None, None, true, proved, true, Decision::Link(ADA)),
            (None, None, true, proved, false, Decision::Link(ADA)),
            (None, None, true, unproved, true, Decision::Reclaim(ADA)),
            (None, None, true, unproved, false, Decision::Reclaim(ADA)),
            (None, None, true, no, true, Decision::SignUp),
            (None, None, true, no, false, Decision::IsClosed),
            // Anything else says nothing about anybody.
            (None, None, false, no, true, Decision::Prove),
            (None, None, false, no, false, Decision::Prove),
            (None, None, false, proved, true, Decision::Prove),
            (None, None, false, unproved, true, Decision::Prove),
        ] {
            let facts = Facts { known, adding, vouched, owner, sign_up };
            assert_eq!(decide(&facts), decision, "{facts:?}");
        }
    }
}
