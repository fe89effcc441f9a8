//! The text of a refresh token: which family, a secret, and a mark that only this server can make.
//!
//! The mark means that a token which names a family but is not its latest one *was* its latest one
//! once: nobody can end a family by guessing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::crypto::{Crypto, Purpose, equal};
use crate::types::FamilyId;

const PREFIX: &str = "hkr_";
const SECRET: usize = 20;
const MARK: usize = 12;
const LENGTH: usize = 16 + SECRET + MARK;

/// A refresh token in the clear.
pub struct RefreshToken {
    /// The family it belongs to.
    pub family: FamilyId,
    secret: Zeroizing<[u8; SECRET]>,
    text: Zeroizing<String>,
}

impl RefreshToken {
    /// A token of this family with these 160 random bits.
    pub fn new(crypto: &Crypto, family: FamilyId, secret: [u8; SECRET]) -> Self {
        let mut body = Zeroizing::new([0; LENGTH]);
        body[..16].copy_from_slice(family.0.as_bytes());
        body[16..16 + SECRET].copy_from_slice(&secret);
        let mark = mark(crypto, &body[..16 + SECRET]);
        body[16 + SECRET..].copy_from_slice(&mark);
        let text = Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(body.as_slice())));
        Self { family, secret: Zeroizing::new(secret), text }
    }

    /// Reads a presented token; anything that this server did not make is nothing.
    pub fn parse(crypto: &Crypto, text: &str) -> Option<Self> {
        let body = text.strip_prefix(PREFIX).filter(|body| body.len() == LENGTH / 3 * 4)?;
        let body = Zeroizing::new(URL_SAFE_NO_PAD.decode(body).ok()?);
        let (named, presented) = body.split_at_checked(16 + SECRET)?;
        if !equal(&mark(crypto, named), presented) {
            return None;
        }
        let family = FamilyId(uuid::Uuid::from_slice(named.get(..16)?).ok()?);
        let secret = Zeroizing::new(named.get(16..)?.try_into().ok()?);
        Some(Self { family, secret, text: Zeroizing::new(text.to_owned()) })
    }

    /// The token itself, for the one answer or cookie that carries it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What makes it this token of its family; the rest follows.
    pub(super) fn secret(&self) -> &[u8] {
        self.secret.as_slice()
    }

    /// What the database keeps.
    pub(super) fn hash(&self) -> Vec<u8> {
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.text.as_bytes()).as_ref().to_vec()
    }
}

fn mark(crypto: &Crypto, named: &[u8]) -> [u8; MARK] {
    let mut mark = [0; MARK];
    mark.copy_from_slice(&crypto.mark(Purpose::RefreshToken, &[named])[..MARK]);
    mark
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefreshToken({})", self.family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MasterKey;

    #[test]
    fn nobody_else_can_make_one_and_no_part_of_it_will_do() {
        let crypto = |byte| Crypto::new(&MasterKey(Zeroizing::new([byte; 32]))).unwrap();
        let family = FamilyId(uuid::Uuid::from_u128(7));
        let text = RefreshToken::new(&crypto(1), family, [9; SECRET]).reveal().to_owned();
        assert_eq!(RefreshToken::parse(&crypto(1), &text).unwrap().family, family);
        assert!(RefreshToken::parse(&crypto(2), &text).is_none());
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert!(RefreshToken::parse(&crypto(1), std::str::from_utf8(&other).unwrap()).is_none());
            assert!(RefreshToken::parse(&crypto(1), &text[..place]).is_none());
        }
        for tail in ["=", " ", "A", "\0"] {
            assert!(RefreshToken::parse(&crypto(1), &format!("{text}{tail}")).is_none());
        }
    }
}
