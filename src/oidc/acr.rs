//! How strongly somebody proved who they are, as tokens say it (`acr`, OpenID Connect Core §2) and requests ask for it
//! (`acr_values`, §3.1.2.1; RFC 9470 for APIs).

use crate::form::Parameters;

/// One way in: a password, a letter, another login server's word.
pub const ONE_STEP: &str = "urn:housekey:one-step";
/// A passkey that its person unlocked, or one way in and a code of theirs.
pub const TWO_STEPS: &str = "urn:housekey:two-steps";

/// What a sign-in of these methods is (RFC 8176 names, space-separated).
pub fn of(amr: &str) -> &'static str {
    if amr.split(' ').any(|name| name == "mfa") { TWO_STEPS } else { ONE_STEP }
}

/// Whether a request asks for two steps: by the first of its values that means anything here.
pub(crate) fn asks_for_two_steps(parameters: &Parameters) -> bool {
    let mut values = parameters.text("acr_values").split(' ');
    values.find(|value| [ONE_STEP, TWO_STEPS].contains(value)) == Some(TWO_STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_that_means_anything_counts() {
        for (values, two) in [
            ("", false),
            ("1 2", false),
            ("urn:housekey:two-steps", true),
            ("phr urn:housekey:two-steps", true),
            ("urn:housekey:two-steps urn:housekey:one-step", true),
            ("urn:housekey:one-step urn:housekey:two-steps", false),
        ] {
            let query = format!("acr_values={}", values.replace(' ', "+"));
            assert_eq!(asks_for_two_steps(&Parameters::parse(query.as_bytes()).unwrap()), two, "{values}");
        }
        assert_eq!((of("pwd otp mfa"), of("pop mfa"), of("pwd otp"), of("otp")), (TWO_STEPS, TWO_STEPS, ONE_STEP, ONE_STEP));
    }
}
