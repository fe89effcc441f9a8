//! A password as somebody typed it: normalised once, bounded, wiped when it goes.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::types::Words;

/// The most bytes of form text that are looked at.
const MAX_BYTES: usize = 1024;
/// The most code points, after normalisation.
const MAX_CODE_POINTS: usize = 256;

/// Text in NFKC of at most 256 code points, all of which count: nothing is trimmed or cut off
/// (NIST SP 800-63B-4 §3.1.1.2).
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// The text is longer than any password here may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("longer than 256 characters")]
pub struct TooLong;

impl Password {
    /// Reads form text of at most 1024 bytes. Longer text is refused without being looked at.
    pub fn parse(typed: String) -> Result<Self, TooLong> {
        if typed.len() > MAX_BYTES {
            return Err(TooLong);
        }
        let typed = Zeroizing::new(typed);
        // Room for the longest, because a string that grows leaves copies behind. One character can
        // become eighteen, so counting happens on the way.
        let mut normalised = Zeroizing::new(String::with_capacity(MAX_CODE_POINTS * 4));
        for (count, character) in typed.nfkc().enumerate() {
            if count == MAX_CODE_POINTS {
                return Err(TooLong);
            }
            normalised.push(character);
        }
        Ok(Self(normalised))
    }

    /// How many code points it has.
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl From<TooLong> for Words {
    fn from(_: TooLong) -> Self {
        Self::new("password-too-long").with("limit", MAX_CODE_POINTS)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn parse(text: &str) -> Result<Password, TooLong> {
        Password::parse(text.to_owned())
    }

    #[test]
    fn one_text_typed_on_two_keyboards_is_one_password() {
        for (one, other) in [("Ångström", "A\u{30a}ngstro\u{308}m"), ("ｐａｓｓ", "pass"), ("ﬁn", "fin"), ("x²", "x2")] {
            assert_eq!(parse(one).unwrap().as_str(), parse(other).unwrap().as_str());
        }
        assert_ne!(parse("Pass").unwrap().as_str(), parse("pass").unwrap().as_str());
    }

    #[test]
    fn nothing_is_trimmed_or_cut() {
        for text in [" a ", "\0\0a\0", "a\tb\r\n", "", "null"] {
            assert_eq!(parse(text).unwrap().as_str(), text);
        }
        let long = "correct horse ".repeat(18);
        assert_eq!(parse(&long).unwrap().as_str(), long);
    }

    #[test]
    fn length_is_counted_in_code_points_after_normalisation() {
        assert_eq!(parse("e\u{301}").unwrap().length(), 1);
        assert_eq!(parse("🦊🦊").unwrap().length(), 2);
        assert!(parse(&"🦊".repeat(256)).is_ok());
        assert_eq!(parse(&"a".repeat(256)).unwrap().length(), 256);
        assert_eq!(parse(&"a".repeat(257)).err(), Some(TooLong));
        // U+FDFA becomes eighteen characters.
        assert!(parse(&"\u{fdfa}".repeat(14)).is_ok());
        assert_eq!(parse(&"\u{fdfa}".repeat(15)).err(), Some(TooLong));
    }

    #[test]
    fn a_megabyte_is_refused_at_once() {
        let flood = "a".repeat(1 << 20);
        let begun = Instant::now();
        assert_eq!(Password::parse(flood).err(), Some(TooLong));
        assert!(begun.elapsed() < Duration::from_millis(10));
    }

    #[test]
    fn prints_nothing() {
        assert_eq!(format!("{:?}", parse("secret").unwrap()), "Password");
    }
}
