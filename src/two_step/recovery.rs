//! Recovery codes: ten, each good once, for whoever lost their phone. The database keeps marks of them.

use crate::crypto::{Crypto, Purpose};
use crate::random::Random;
use crate::types::UserId;

/// How many there are.
pub const COUNT: usize = 10;
/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKLMNPQRTVWXYZ";
const LENGTH: usize = 10;

/// New codes, as people keep them: `7KQ4M-XW2PT`, 48 random bits each.
pub fn make(random: &Random) -> Vec<String> {
    (0..COUNT).map(|_| shown(&one(random))).collect()
}

fn one(random: &Random) -> String {
    let mut code = String::new();
    while code.len() < LENGTH {
        let [byte] = random.bytes();
        // What is left over beyond the last whole alphabet would make some letters likelier.
        if usize::from(byte) < 256 / ALPHABET.len() * ALPHABET.len() {
            code.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
        }
    }
    code
}

fn shown(code: &str) -> String {
    format!("{}-{}", &code[..LENGTH / 2], &code[LENGTH / 2..])
}

/// What a person typed, as a code: spaces, dashes, case and full-width forms are forgiven.
pub fn read(typed: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization;
    let code: String = typed.chars().take(64).nfkc().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    (code.len() == LENGTH).then_some(code)
}

/// What the database keeps of a code.
pub fn mark(crypto: &Crypto, user: UserId, code: &str) -> Vec<u8> {
    crypto.mark(Purpose::RecoveryCode, &[user.0.as_bytes(), code.as_bytes()]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let codes = make(&Random::seeded(7));
        assert_eq!(codes.len(), COUNT);
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), COUNT);
        for code in &codes {
            let plain = code.replace('-', "");
            for typed in [code.clone(), code.to_lowercase(), plain.clone(), format!("  {} ", code.replace('-', " – ")), wide(&plain)] {
                assert_eq!(read(&typed).as_ref(), Some(&plain), "{typed}");
            }
        }
        for wrong in ["", "7KQ4M", "7KQ4M-XW2PTX", "%%%%%%%%%%"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    fn wide(text: &str) -> String {
        text.chars().map(|c| char::from_u32(c as u32 - 0x21 + 0xFF01).unwrap()).collect()
    }
}
