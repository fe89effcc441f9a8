//! What a person who has shown this much must do next. Pure: (proofs, person, policy, second step) → step.

use super::proof::Proofs;
use crate::config::TwoStep;
use crate::user::{Barred, Person, gate};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing has been shown yet that would identify anybody.
    Prove,
    /// The person is in.
    Done,
    /// A second step is asked for.
    SecondStep,
    /// One is required, and the person has none yet: they set it up first.
    SetUp,
    /// The person may not come in, whatever they show.
    Barred(Barred),
}

/// How the person stands to second steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// They have none.
    None,
    /// They have a passkey, which can be one where one is required.
    Passkey,
    /// They have one, and this browser is not trusted.
    Asked,
    /// They have one, and do without it at this browser.
    Trusted,
}

/// Decides.
pub fn next_step(proofs: &Proofs, person: &Person, policy: TwoStep, second: Second) -> NextStep {
    if !proofs.identify() {
        return NextStep::Prove;
    }
    if let Err(barred) = gate(person) {
        return NextStep::Barred(barred);
    }
    match (second, policy) {
        _ if proofs.are_two_steps() => NextStep::Done,
        (Second::Asked, _) | (Second::Passkey, TwoStep::Required) => NextStep::SecondStep,
        (Second::None, TwoStep::Required) => NextStep::SetUp,
        (Second::Trusted, _) | (Second::None | Second::Passkey, TwoStep::Optional | TwoStep::RequiredForAdmins) => NextStep::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::Method;
    use crate::types::UserId;
    use crate::user::State;

    #[test]
    fn the_table() {
        use TwoStep::{Optional, Required, RequiredForAdmins};
        let person = |state, email_verified| Person { id: UserId(uuid::Uuid::nil()), state, name: None, email: None, email_verified };
        let active = person(State::Active, true);
        for first in [Method::Password, Method::EmailCode, Method::Upstream] {
            let one = Proofs::of(first);
            for (policy, second, step) in [
                (Optional, Second::None, NextStep::Done),
                (Optional, Second::Asked, NextStep::SecondStep),
                (Optional, Second::Trusted, NextStep::Done),
                (RequiredForAdmins, Second::None, NextStep::Done),
                (RequiredForAdmins, Second::Asked, NextStep::SecondStep),
                (Optional, Second::Passkey, NextStep::Done),
                (Required, Second::Passkey, NextStep::SecondStep),
                (Required, Second::None, NextStep::SetUp),
                (Required, Second::Asked, NextStep::SecondStep),
                (Required, Second::Trusted, NextStep::Done),
            ] {
                assert_eq!(next_step(&one, &active, policy, second), step, "{first:?} {policy} {second:?}");
                for more in [Method::Totp, Method::RecoveryCode] {
                    assert_eq!(next_step(&one.clone().and(more), &active, policy, second), NextStep::Done, "{first:?} {more:?} {policy}");
                    assert_eq!(next_step(&Proofs::of(more), &active, policy, second), NextStep::Prove, "a second step says who nobody is");
                }
                for (state, verified, why) in [(State::Locked, true, Barred::Locked), (State::Active, false, Barred::Unverified)] {
                    let barred = person(state, verified);
                    assert_eq!(next_step(&one.clone().and(Method::Totp), &barred, policy, second), NextStep::Barred(why));
                    assert_eq!(next_step(&one, &barred, policy, second), NextStep::Barred(why));
                }
            }
        }
        // A passkey is both.
        for (policy, second) in [(Required, Second::Asked), (Required, Second::None), (Optional, Second::Asked)] {
            assert_eq!(next_step(&Proofs::of(Method::Passkey), &active, policy, second), NextStep::Done);
        }
        assert_eq!(Proofs::of(Method::Passkey).amr(), ["pop", "mfa"]);
        // Two first steps are no second.
        let both = Proofs::of(Method::Password).and(Method::EmailCode);
        assert_eq!(next_step(&both, &active, Optional, Second::Asked), NextStep::SecondStep);
        assert_eq!(next_step(&Proofs::default(), &active, Optional, Second::Trusted), NextStep::Prove);
        assert_eq!(Proofs::of(Method::Password).and(Method::Totp).amr(), ["pwd", "otp", "mfa"]);
        assert_eq!(Proofs::of(Method::EmailCode).and(Method::RecoveryCode).amr(), ["otp", "mfa"]);
        assert_eq!(both.amr(), ["pwd", "otp"]);
    }
}
