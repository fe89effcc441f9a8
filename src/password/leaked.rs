//! Passwords that everybody has a list of, as a Bloom filter inside the program: about one innocent
//! password in a hundred thousand is refused with them, and nobody is asked over the network.
//!
//! Made by `examples/build_leaked_list.rs` from the common-password list of Django and two lists of the
//! bruteforce-database collection: 96,306 entries of eight characters or more, lower-cased. File:
//! the number of bits (u64, little-endian), then the bits.

use aws_lc_rs::digest::{SHA256, digest};

static FILTER: &[u8] = include_bytes!("leaked.bin");
const PROBES: u64 = 16;
/// What people hang on at the end when a form asks for "a digit".
const TAIL: usize = 4;

/// Whether a lower-cased password is known, or is a known one of at least eight characters with a few
/// digits or symbols after it.
pub(super) fn contains(folded: &str) -> bool {
    if known(folded) {
        return true;
    }
    let mut stem = folded;
    for _ in 0..TAIL {
        let Some(last) = stem.chars().next_back().filter(|c| !c.is_alphabetic()) else { return false };
        stem = &stem[..stem.len() - last.len_utf8()];
        if stem.chars().count() < 8 {
            return false;
        }
        if known(stem) {
            return true;
        }
    }
    false
}

fn known(text: &str) -> bool {
    let Some((size, bits)) = FILTER.split_first_chunk::<8>() else { return false };
    let size = u64::from_le_bytes(*size);
    size > 0 && probes(text, size).all(|at| usize::try_from(at / 8).ok().and_then(|byte| bits.get(byte)).is_some_and(|byte| byte >> (at % 8) & 1 == 1))
}

/// The places of a text: two halves of its digest, combined (Kirsch and Mitzenmacher 2006).
fn probes(text: &str, size: u64) -> impl Iterator<Item = u64> {
    let hash = digest(&SHA256, text.as_bytes());
    let half = |at: usize| hash.as_ref()[at..at + 8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let (first, second) = (half(0), half(8) | 1);
    (0..PROBES).map(move |probe| first.wrapping_add(probe.wrapping_mul(second)) % size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::b64;
    use crate::random::Random;

    #[test]
    fn common_passwords_are_known() {
        for text in ["password", "12345678", "iloveyou", "sunshine", "princess", "football1", "iloveyou!", "sunshine2024"] {
            assert!(contains(text), "{text}");
        }
    }

    #[test]
    fn innocent_ones_are_almost_never_refused() {
        let random = Random::seeded(1);
        let refused = (0..100_000).filter(|_| contains(&b64(random.bytes::<15>()).to_lowercase())).count();
        assert!(refused <= 12, "{refused} of 100,000");
    }
}
