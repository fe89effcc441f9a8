//! The six digits, the link and the short tag of a letter. All follow from the challenge's name and the
//! master key, so that a second letter carries the same ones and the database holds none of them.

use aws_lc_rs::digest::{SHA256, digest};

use crate::crypto::{Crypto, Purpose, equal};
use crate::key::b64;
use crate::types::ChallengeId;

/// Letters that cannot be mistaken for digits or for each other.
const TAG: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// The code of a challenge: six digits.
pub fn code(crypto: &Crypto, id: ChallengeId) -> String {
    let mark = crypto.mark(Purpose::EmailCode, &[id.0.as_bytes()]);
    let number = u64::from_be_bytes([mark[0], mark[1], mark[2], mark[3], mark[4], mark[5], mark[6], mark[7]]);
    format!("{:06}", number % 1_000_000)
}

/// The tag of a challenge, as `HX-47`.
pub fn tag(crypto: &Crypto, id: ChallengeId) -> String {
    let mark = crypto.mark(Purpose::RequestTag, &[id.0.as_bytes()]);
    let letter = |byte: u8| char::from(TAG[usize::from(byte) % TAG.len()]);
    format!("{}{}-{}{}", letter(mark[0]), letter(mark[1]), mark[2] % 8 + 2, mark[3] % 8 + 2)
}

/// The last part of the link: 128 bits, as 22 characters, so that no mail program breaks it.
pub fn link(crypto: &Crypto, id: ChallengeId) -> String {
    b64(&crypto.mark(Purpose::EmailLink, &[id.0.as_bytes()])[..16])
}

/// What the database keeps of a link.
pub fn link_hash(link: &str) -> Vec<u8> {
    digest(&SHA256, link.as_bytes()).as_ref().to_vec()
}

/// Whether a text can be the last part of a link at all.
pub fn is_link(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// What a person typed, as six digits: spaces, dashes and full-width digits are forgiven.
pub fn read(typed: &str) -> Option<String> {
    let mut digits = String::new();
    for c in typed.chars().take(64) {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_digit(c as u32 - '０' as u32, 10)?),
            '-' | '\u{2010}'..='\u{2015}' | '.' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (digits.len() == 6).then_some(digits)
}

/// Whether these digits are the challenge's code.
pub fn matches(crypto: &Crypto, id: ChallengeId, digits: &str) -> bool {
    equal(code(crypto, id).as_bytes(), digits.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MasterKey;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["482913", " 482 913 ", "482-913", "４８２９１３", "482\u{2013}913", "4 8 2 9 1 3"] {
            assert_eq!(read(typed).as_deref(), Some("482913"), "{typed}");
        }
        for typed in ["", "48291", "4829133", "48291a", "482913; DROP", "٤٨٢٩١٣"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_challenge_has_one_code_and_another_has_another() {
        let crypto = Crypto::new(&MasterKey(zeroize::Zeroizing::new([1; 32]))).unwrap();
        let flow = |n| ChallengeId(uuid::Uuid::from_u128(n));
        assert!(matches(&crypto, flow(1), &code(&crypto, flow(1))));
        assert!(!matches(&crypto, flow(2), &code(&crypto, flow(1))));
        assert!(!matches(&crypto, flow(1), ""));
        assert_eq!(tag(&crypto, flow(1)).len(), 5);
        assert!(is_link(&link(&crypto, flow(1))) && link(&crypto, flow(1)) != link(&crypto, flow(2)));
        let distinct: std::collections::BTreeSet<_> = (0..1000).map(|n| code(&crypto, flow(n))).collect();
        assert!(distinct.len() > 990);
    }
}
