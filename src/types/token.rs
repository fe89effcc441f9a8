//! Random tokens. A [`Token`] exists once, in the answer that shows it; a [`TokenHash`] is all that
//! a table can hold. Neither prints its content, and secrets have no `==`.

use std::fmt;
use std::marker::PhantomData;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::UnixMillis;

/// What a token opens.
pub trait TokenKind {
    /// What its text begins with, so that a secret scanner knows a leaked one. Three letters.
    const PREFIX: &'static str;
}

/// The value of the session cookie.
#[derive(Clone, Copy)]
pub enum SessionSecret {}
impl TokenKind for SessionSecret {
    const PREFIX: &'static str = "hks";
}

/// An authorization code (RFC 6749 §4.1.2).
#[derive(Clone, Copy)]
pub enum AuthorizationCode {}
impl TokenKind for AuthorizationCode {
    const PREFIX: &'static str = "hkc";
}

/// The reference of a pushed authorization request (RFC 9126 §2.2).
#[derive(Clone, Copy)]
pub enum PushedRequest {}
impl TokenKind for PushedRequest {
    const PREFIX: &'static str = "hkp";
}

/// A `device_code` (RFC 8628 §3.2).
#[derive(Clone, Copy)]
pub enum DeviceCode {}
impl TokenKind for DeviceCode {
    const PREFIX: &'static str = "hkd";
}

/// The `state` that a person takes to another login server and back (RFC 6749 §4.1.1).
#[derive(Clone, Copy)]
pub enum UpstreamState {}
impl TokenKind for UpstreamState {
    const PREFIX: &'static str = "hku";
}

const RANDOM: usize = 20;
const CHECK: usize = 4;
const MOMENT: usize = 4;

/// A token in the clear: its prefix, 160 bits of chance (or 128 and its moment) and a 32-bit checksum, as 36 characters.
pub struct Token<K> {
    text: Zeroizing<String>,
    kind: PhantomData<K>,
}

impl<K: TokenKind> Token<K> {
    /// A token of these random bytes.
    pub fn new(random: [u8; RANDOM]) -> Self {
        let mut body = [0; RANDOM + CHECK];
        body[..RANDOM].copy_from_slice(&random);
        body[RANDOM..].copy_from_slice(&checksum::<K>(&random));
        let text = format!("{}_{}", K::PREFIX, URL_SAFE_NO_PAD.encode(body));
        Self { text: Zeroizing::new(text), kind: PhantomData }
    }

    /// A token of this moment, in whole seconds, and 128 random bits: for rows that are to stand in the order of time.
    pub fn new_at(moment: UnixMillis, random: [u8; RANDOM - MOMENT]) -> Self {
        let mut bytes = [0; RANDOM];
        bytes[..MOMENT].copy_from_slice(&moment_of(moment));
        bytes[MOMENT..].copy_from_slice(&random);
        Self::new(bytes)
    }

    /// What the database keeps of a token that was made by [`Token::new_at`]: its moment, and then its hash.
    pub fn hash_in_order(&self) -> Vec<u8> {
        let bytes = self.text.split_once('_').and_then(|(_, body)| URL_SAFE_NO_PAD.decode(body).ok()).unwrap_or_default();
        [bytes.get(..MOMENT).unwrap_or_default(), &self.hash().bytes].concat()
    }

    /// Reads a presented token. Anything that this server cannot have made is refused without a query.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(K::PREFIX)?.strip_prefix('_')?;
        if body.len() != 32 {
            return None;
        }
        let body = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (random, check) = body.split_at_checked(RANDOM)?;
        (checksum::<K>(random) == check).then(|| Self { text: Zeroizing::new(text.to_owned()), kind: PhantomData })
    }

    /// The token itself, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What the database keeps of it.
    pub fn hash(&self) -> TokenHash<K> {
        TokenHash::of(self.text.as_bytes())
    }
}

/// The beginning of what [`Token::hash_in_order`] gives for tokens of this moment: less than all that are made later.
pub fn moment_of(moment: UnixMillis) -> [u8; MOMENT] {
    u32::try_from(moment.seconds()).unwrap_or(0).to_be_bytes()
}

fn checksum<K: TokenKind>(random: &[u8]) -> [u8; CHECK] {
    let mut input = Vec::with_capacity(K::PREFIX.len() + random.len());
    input.extend_from_slice(K::PREFIX.as_bytes());
    input.extend_from_slice(random);
    let mut check = [0; CHECK];
    check.copy_from_slice(&digest(&SHA256, &input).as_ref()[..CHECK]);
    check
}

impl<K: TokenKind> fmt::Debug for Token<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token<{}>", K::PREFIX)
    }
}

/// The SHA-256 of a token: enough to find its row, useless to a thief of the table.
#[derive(Clone)]
pub struct TokenHash<K> {
    bytes: [u8; 32],
    kind: PhantomData<K>,
}

impl<K> TokenHash<K> {
    fn of(text: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text).as_ref());
        Self { bytes, kind: PhantomData }
    }

    /// The 32 bytes, as a column holds them.
    pub fn to_vec(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }
}

impl<K: TokenKind> fmt::Debug for TokenHash<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash<{}>", K::PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_stand_in_the_order_of_their_moments() {
        let at =
            |seconds: i64| Token::<AuthorizationCode>::new_at(UnixMillis(seconds * 1000), [seconds.to_le_bytes()[0]; 16]).hash_in_order();
        let moments = [0, 1, 255, 256, 1_795_718_992, 4_294_967_295];
        assert!(moments.windows(2).all(|pair| at(pair[0]) < at(pair[1])));
        assert!(
            at(256).as_slice() > moment_of(UnixMillis(256_999)).as_slice()
                && at(255).as_slice() < moment_of(UnixMillis(256_000)).as_slice()
        );
        let text = Token::<AuthorizationCode>::new_at(UnixMillis(5000), [7; 16]).reveal().to_owned();
        assert_eq!(Token::<AuthorizationCode>::parse(&text).unwrap().hash_in_order()[..4], [0, 0, 0, 5]);
    }

    #[test]
    fn a_truncated_padded_or_altered_token_is_not_a_token() {
        let text = Token::<SessionSecret>::new([7; RANDOM]).reveal().to_owned();
        assert!(Token::<SessionSecret>::parse(&text).is_some());
        assert!(Token::<AuthorizationCode>::parse(&text).is_none());
        for cut in [1, 2, 8, text.len() / 2] {
            assert!(Token::<SessionSecret>::parse(&text[..text.len() - cut]).is_none());
        }
        for tail in ["=", " ", "\0", "A"] {
            assert!(Token::<SessionSecret>::parse(&format!("{text}{tail}")).is_none());
        }
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] ^= 0x20;
            let Ok(other) = String::from_utf8(other) else { continue };
            if other != text {
                assert!(Token::<SessionSecret>::parse(&other).is_none(), "{other}");
            }
        }
    }

    #[test]
    fn a_token_does_not_print_itself() {
        let token = Token::<SessionSecret>::new([7; RANDOM]);
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token<hks> TokenHash<hks>");
    }
}
