//! The six digits, the link and the short tag of a letter. All follow from the challenge's name and the
//! master key, so that a second letter carries the same ones and the database holds none of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::crypto::{Crypto, Purpose, equal};
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

/// The last part of the link: which challenge, and a mark of 128 bits that only we can make, as 43 characters.
pub fn link(crypto: &Crypto, id: ChallengeId) -> String {
    let mut body = [0; 32];
    body[..16].copy_from_slice(id.0.as_bytes());
    body[16..].copy_from_slice(&crypto.mark(Purpose::EmailLink, &[id.0.as_bytes()])[..16]);
    URL_SAFE_NO_PAD.encode(body)
}

/// The challenge of a link, if we made it.
pub fn read_link(crypto: &Crypto, text: &str) -> Option<ChallengeId> {
    let body: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let id = ChallengeId(uuid::Uuid::from_slice(body.get(..16)?).ok()?);
    equal(link(crypto, id).as_bytes(), text.as_bytes()).then_some(id)
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
        let text = link(&crypto, flow(1));
        assert_eq!((read_link(&crypto, &text), text.len()), (Some(flow(1)), 43));
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(read_link(&crypto, std::str::from_utf8(&other).unwrap()), None, "{place}");
            assert_eq!(read_link(&crypto, &text[..place]), None);
        }
        let distinct: std::collections::BTreeSet<_> = (0..1000).map(|n| code(&crypto, flow(n))).collect();
        assert!(distinct.len() > 990);
    }
}
