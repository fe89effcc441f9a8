//! What a good password is (NIST SP 800-63B-4 §3.1.1.2): long enough, not known to everybody, not made of
//! what anybody would try first. No rules of composition. Pure.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::leaked;
use crate::config;
use crate::types::{EmailAddress, Words};

const MOST_BYTES: usize = 1024;
const MOST_CHARACTERS: usize = 256;

/// A typed password, normalised (NFKC) and of bounded length. Prints nothing.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Reads a typed password. Every character counts, spaces and NULs included.
    pub fn parse(typed: &str) -> Result<Self, Weakness> {
        if typed.len() > MOST_BYTES {
            return Err(Weakness::TooLong);
        }
        let normalised: String = typed.nfkc().collect();
        let password = Self(Zeroizing::new(normalised));
        if password.0.chars().count() > MOST_CHARACTERS { Err(Weakness::TooLong) } else { Ok(password) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// Why a password is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weakness {
    /// So many characters are missing.
    TooShort {
        /// How many.
        missing: usize,
    },
    /// More than 256 characters.
    TooLong,
    /// It is in a list that everybody has.
    Leaked,
    /// It is little more than this word.
    Context(String),
    /// A row of keys, a sequence, or the same thing again and again.
    Guessable,
}

impl Weakness {
    /// For the page.
    pub fn words(&self) -> Words {
        match self {
            Self::TooShort { missing } => Words::new("password-too-short").with("missing", missing),
            Self::TooLong => Words::new("password-too-long"),
            Self::Leaked => Words::new("password-leaked"),
            Self::Context(word) => Words::new("password-context").with("word", word),
            Self::Guessable => Words::new("password-guessable"),
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { missing } => write!(f, "{missing} more characters are needed"),
            Self::TooLong => write!(f, "it is longer than {MOST_CHARACTERS} characters"),
            Self::Leaked => write!(f, "it appears in known data leaks"),
            Self::Context(word) => write!(f, "it is little more than \"{word}\""),
            Self::Guessable => write!(f, "it is a sequence or a repetition"),
        }
    }
}

/// What a password is judged by.
pub struct Context {
    min_length: usize,
    leaked: bool,
    words: Vec<String>,
}

impl Context {
    /// The rules for this person's password for this application.
    pub fn new(config: &config::Password, address: &EmailAddress, app: &str) -> Self {
        let labels = address.domain().split('.').rev().skip(1);
        let parts = address.local().split(|c: char| !c.is_alphanumeric());
        let whole = address.canonical();
        let words = ["housekey", "password", app, address.local(), &whole]
            .into_iter()
            .chain(labels)
            .chain(parts)
            .chain(config.context_words.iter().map(String::as_str))
            .map(|word| word.to_lowercase())
            .filter(|word| word.chars().count() >= 4);
        Self { min_length: config.min_length, leaked: config.leaked_check, words: words.collect() }
    }
}

/// Whether this password will do.
pub fn check(password: &Password, context: &Context) -> Result<(), Weakness> {
    let length = password.0.chars().count();
    if length < context.min_length {
        return Err(Weakness::TooShort { missing: context.min_length - length });
    }
    let folded = Zeroizing::new(password.0.to_lowercase());
    if let Some(word) = context.words.iter().find(|word| consists_of(&folded, word)) {
        return Err(Weakness::Context(word.clone()));
    }
    if is_guessable(&folded) {
        return Err(Weakness::Guessable);
    }
    if context.leaked && leaked::contains(&folded) {
        return Err(Weakness::Leaked);
    }
    Ok(())
}

/// Whether nothing of weight is left when the word is taken out, wherever and however often it stands.
fn consists_of(folded: &str, word: &str) -> bool {
    if !folded.contains(word) {
        return false;
    }
    let rest = folded.replace(word, "");
    let letters = rest.chars().filter(|c| c.is_alphabetic()).count();
    letters <= 2 && rest.chars().count() <= 8
}

/// Sequences of neighbours (in the alphabet or on a keyboard) and repetitions: counted by how many
/// places surprise somebody who knows the ones before.
fn is_guessable(folded: &str) -> bool {
    const ROWS: [&str; 6] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop"];
    let characters: Vec<char> = folded.chars().collect();
    let on_a_row = |a: char, b: char| ROWS.iter().any(|row| row.contains(&*String::from_iter([a, b])) || row.contains(&*String::from_iter([b, a])));
    let expected = |at: usize| {
        let now = characters[at];
        let before = characters[at - 1];
        let step = i64::from(u32::from(now)) - i64::from(u32::from(before));
        let repeats = (1..=4).any(|period| at >= period && characters[at - period] == now && (at < period * 2 || characters[at - 1] == characters[at - 1 - period.min(at - 1)]));
        step.abs() <= 1 || on_a_row(before, now) || repeats
    };
    let surprises = 1 + (1..characters.len()).filter(|at| !expected(*at)).count();
    surprises <= 4 && characters.len() >= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, min_length: usize) -> Result<(), Weakness> {
        let argon2 = config::Argon2 { memory_kib: 64, iterations: 1, parallelism: 1 };
        let words = vec!["tidewater".to_owned()];
        let config = config::Password { min_length, leaked_check: true, context_words: words, argon2, hash_threads: 1, hash_queue: 1 };
        let address = EmailAddress::parse("maya.okafor@studio-north.example").unwrap();
        check(&Password::parse(text).unwrap(), &Context::new(&config, &address, "Fieldnotes"))
    }

    #[test]
    fn length_counts_characters_after_normalising() {
        assert_eq!(judge("four plain words", 15), Ok(()));
        assert_eq!(judge("eleven char", 15), Err(Weakness::TooShort { missing: 4 }));
        assert_eq!(judge("zwölf Boxkämpfer jagen", 15), Ok(()));
        assert_eq!(judge("ﬁﬁﬁ vmxk", 8), Ok(()), "a ligature is the letters it stands for");
        assert!(matches!(Password::parse(&"a".repeat(1025)), Err(Weakness::TooLong)));
        assert!(matches!(Password::parse(&"a ".repeat(129)), Err(Weakness::TooLong)));
        assert!(Password::parse(&"ab".repeat(128)).is_ok());
    }

    #[test]
    fn a_megabyte_is_refused_without_work() {
        let megabyte = "a".repeat(1 << 20);
        let began = std::time::Instant::now();
        assert!(matches!(Password::parse(&megabyte), Err(Weakness::TooLong)));
        assert!(began.elapsed() < std::time::Duration::from_millis(10));
    }

    #[test]
    fn what_everybody_would_try_first_is_refused() {
        for text in [
            "fieldnotesfieldnotes", "Fieldnotes2026!!", "maya.okafor12345", "housekeyhousekey", "PasswordPassword1", "tidewater!2026!!", "studio-north-2026",
            "maya.okafor@studio-north.example",
        ] {
            assert!(matches!(judge(text, 15), Err(Weakness::Context(_))), "{text}");
        }
        for text in ["aaaaaaaaaaaaaaaa", "123456789012345", "abcdefghijklmnop", "qwertyuiopasdfgh", "abababababababab", "qwertzuiopasdfgh", "abcabcabcabcabcabc", "1111222233334444"] {
            assert_eq!(judge(text, 15), Err(Weakness::Guessable), "{text}");
        }
        for text in ["fieldnotes lantern orbit", "maya likes quiet mornings", "xk29!fjQpz71mw@", "correct horse battery", "my password is a poem"] {
            assert_eq!(judge(text, 15), Ok(()), "{text}");
        }
    }

    #[test]
    fn leaked_passwords_are_refused_however_they_are_dressed() {
        for text in ["trustno1trustno1x", "basketball", "Basketball", "BASKETBALL99", "basketball!", "liverpool1"] {
            let verdict = judge(text, 8);
            assert!(verdict == Err(Weakness::Leaked) || text.starts_with("trustno1"), "{text}: {verdict:?}");
        }
    }

    #[test]
    fn a_password_does_not_print_itself() {
        assert_eq!(format!("{:?}", Password::parse("secret").unwrap()), "Password");
    }
}
