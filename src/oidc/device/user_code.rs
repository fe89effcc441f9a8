//! The code that a person reads from a device and types: eight letters that spell nothing and are hard to mistake
//! (RFC 8628 §6.1).

use std::fmt;

use crate::crypto::{Crypto, Purpose};

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// Eight letters; 34.5 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A code of this chance.
    pub fn new(random: [u8; 8]) -> Self {
        let mut number = u64::from_be_bytes(random);
        let mut letter = || {
            let at = usize::try_from(number % 20).unwrap_or_default();
            number /= 20;
            char::from(LETTERS[at])
        };
        Self((0..LENGTH).map(|_| letter()).collect())
    }

    /// What a person typed: in any case, with or without dashes and spaces.
    pub fn parse(typed: &str) -> Option<Self> {
        let letters = typed.chars().take(64).filter(|c| !(c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '.')));
        let code: String = letters.map(|c| c.to_ascii_uppercase()).collect();
        let fits = code.len() == LENGTH && code.bytes().all(|letter| LETTERS.contains(&letter));
        fits.then_some(Self(code))
    }

    /// The letters alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the table keeps: a reader of it cannot connect anybody's device.
    pub fn mark(&self, crypto: &Crypto) -> Vec<u8> {
        crypto.mark(Purpose::DeviceUserCode, &[self.0.as_bytes()]).to_vec()
    }
}

/// `BDKX-TWMQ`
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_however_it_is_typed() {
        for random in [[0; 8], [255; 8], *b"anything"] {
            let code = UserCode::new(random);
            assert_eq!(code.to_string().len(), 9);
            for typed in [code.to_string(), code.as_str().to_lowercase(), format!("  {}\u{2013}{} ", &code.0[..4], &code.0[4..])] {
                assert_eq!(UserCode::parse(&typed), Some(code.clone()), "{typed}");
            }
        }
        for wrong in ["", "BDKX-TWM", "BDKX-TWMQQ", "AEIO-UAEI", "1234-5678", "BDKX_TWMQ", "ＢＤＫＸＴＷＭＱ"] {
            assert_eq!(UserCode::parse(wrong), None, "{wrong}");
        }
    }
}
