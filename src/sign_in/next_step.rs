//! What a person who has shown this much must do next. Pure: (proofs, person, policy) → step.

use super::proof::{Method, Proofs};
use crate::config::TwoStep;
use crate::user::{Barred, Person, gate};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing has been shown yet that would identify anybody.
    Prove,
    /// The person is in.
    Done,
    /// Another factor is required. No second factor exists in this version, so nobody passes here.
    SecondFactor,
    /// The person may not come in, whatever they show.
    Barred(Barred),
}

/// Decides.
pub fn next_step(proofs: &Proofs, person: &Person, policy: TwoStep) -> NextStep {
    if ![Method::Password, Method::EmailCode, Method::Upstream].into_iter().any(|method| proofs.has(method)) {
        return NextStep::Prove;
    }
    if let Err(barred) = gate(person) {
        return NextStep::Barred(barred);
    }
    match policy {
        TwoStep::Required => NextStep::SecondFactor,
        TwoStep::Optional | TwoStep::RequiredForAdmins => NextStep::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UserId;
    use crate::user::State;

    #[test]
    fn the_table() {
        let person = |state, email_verified| Person { id: UserId(uuid::Uuid::nil()), state, name: None, email: None, email_verified };
        let active = person(State::Active, true);
        let password = Proofs::of(Method::Password);
        for (proofs, person, policy, step) in [
            (Proofs::default(), &active, TwoStep::Optional, NextStep::Prove),
            (Proofs::of(Method::EmailCode), &active, TwoStep::Optional, NextStep::Done),
            (Proofs::of(Method::EmailCode), &active, TwoStep::Required, NextStep::SecondFactor),
            (Proofs::of(Method::Upstream), &active, TwoStep::Optional, NextStep::Done),
            (Proofs::of(Method::Upstream), &active, TwoStep::Required, NextStep::SecondFactor),
            (Proofs::of(Method::Upstream), &person(State::Locked, true), TwoStep::Optional, NextStep::Barred(Barred::Locked)),
            (password.clone(), &active, TwoStep::Optional, NextStep::Done),
            (password.clone(), &active, TwoStep::RequiredForAdmins, NextStep::Done),
            (password.clone(), &active, TwoStep::Required, NextStep::SecondFactor),
            (password.clone().and(Method::EmailCode), &active, TwoStep::Required, NextStep::SecondFactor),
            (password.clone(), &person(State::Locked, true), TwoStep::Optional, NextStep::Barred(Barred::Locked)),
            (password.clone(), &person(State::Active, false), TwoStep::Optional, NextStep::Barred(Barred::Unverified)),
        ] {
            assert_eq!(next_step(&proofs, person, policy), step, "{proofs:?} {person:?} {policy}");
        }
    }
}
