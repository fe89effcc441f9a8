//! Seal, open, mark and compare. Every key here is derived from the master key for one purpose.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::MasterKey;
use crate::error::{Error, Result};

/// What is derived from the master key. Encryption is AES-256-GCM with random nonces.
pub struct Crypto {
    column: RandomizedNonceKey,
    flow: RandomizedNonceKey,
    cookie: RandomizedNonceKey,
    mark: hmac::Key,
    fingerprint: String,
}

/// What a mark is for. A mark made for one purpose is wrong for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A form's CSRF value.
    Csrf,
    /// The authenticity of a refresh token.
    RefreshToken,
    /// The six digits in a letter.
    EmailCode,
    /// The short tag that lets a person match a letter to a page.
    RequestTag,
    /// What the database keeps of a client secret.
    ClientSecret,
    /// The key of a limit's row: hides addresses from a reader of the table.
    Limit,
    /// The link in a letter.
    EmailLink,
    /// The browser that asked for a letter, as its row knows it.
    Browser,
    /// Somebody at another login server, as the table of ways in knows them.
    Identity,
    /// What the database keeps of the code that a person types for a device.
    DeviceUserCode,
    /// What a proof of possession must have in it.
    DpopNonce,
    /// What the database keeps of a recovery code.
    RecoveryCode,
    /// What the database keeps of a browser that is trusted.
    TrustedBrowser,
}

/// A sealed text could not be opened: altered, sealed for something else, or by another master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsealable;

#[derive(Clone, Copy)]
struct Length(usize);
impl aws_lc_rs::hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Crypto {
    /// Derives every key.
    pub fn new(master: &MasterKey) -> Result<Self> {
        let root = Salt::new(HKDF_SHA256, b"housekey").extract(&*master.0);
        let mark = hmac::Key::new(hmac::HMAC_SHA256, &derive(&root, "mark")?);
        let fingerprint = URL_SAFE_NO_PAD.encode(&derive(&root, "fingerprint")?[..9]);
        Ok(Self { column: aead(&root, "column")?, flow: aead(&root, "flow")?, cookie: aead(&root, "cookie")?, mark, fingerprint })
    }

    /// Encrypts a column's value. `identity` names the row and column: a value moved to another row does not open.
    pub fn seal_column(&self, identity: &str, value: &[u8]) -> Result<Vec<u8>> {
        seal(&self.column, identity, value)
    }

    /// Decrypts a column's value.
    pub fn open_column(&self, identity: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        open(&self.column, identity, sealed)
            .map_err(|Unsealable| Error::broken("a sealed column does not open: is this the master key it was written with?", identity))
    }

    /// Encrypts what travels through a URL or a form.
    pub fn seal_flow(&self, value: &[u8]) -> Result<String> {
        seal(&self.flow, "flow", value).map(|sealed| URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Decrypts what came back.
    pub fn open_flow(&self, text: &str) -> Result<Vec<u8>, Unsealable> {
        open(&self.flow, "flow", &URL_SAFE_NO_PAD.decode(text).map_err(|_| Unsealable)?)
    }

    /// Encrypts a cookie's value; `name` is bound to it.
    pub fn seal_cookie(&self, name: &str, value: &[u8]) -> Result<String> {
        seal(&self.cookie, name, value).map(|sealed| URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Decrypts a cookie's value.
    pub fn open_cookie(&self, name: &str, text: &str) -> Result<Vec<u8>, Unsealable> {
        open(&self.cookie, name, &URL_SAFE_NO_PAD.decode(text).map_err(|_| Unsealable)?)
    }

    /// HMAC-SHA-256 of these parts, for this purpose.
    pub fn mark(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.mark);
        context.update(&[purpose as u8]);
        for part in parts {
            // The length keeps ("ab", "c") and ("a", "bc") apart.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut mark = [0; 32];
        mark.copy_from_slice(context.sign().as_ref());
        mark
    }

    /// Tells one master key from another without revealing either.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// Compares secrets in constant time.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

fn derive(root: &Prk, purpose: &str) -> Result<[u8; 32]> {
    let mut key = [0; 32];
    root.expand(&[purpose.as_bytes()], Length(32))
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|_| Error::broken("a key cannot be derived", purpose))?;
    Ok(key)
}

fn aead(root: &Prk, purpose: &str) -> Result<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, &derive(root, purpose)?).map_err(|_| Error::broken("a key cannot be made", purpose))
}

fn seal(key: &RandomizedNonceKey, identity: &str, value: &[u8]) -> Result<Vec<u8>> {
    let mut body = value.to_vec();
    let nonce =
        key.seal_in_place_append_tag(Aad::from(identity.as_bytes()), &mut body).map_err(|_| Error::broken("cannot seal", identity))?;
    let mut sealed = Vec::with_capacity(NONCE_LEN + body.len());
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

fn open(key: &RandomizedNonceKey, identity: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
    let mut body = body.to_vec();
    let length = key.open_in_place(nonce, Aad::from(identity.as_bytes()), &mut body).map_err(|_| Unsealable)?.len();
    body.truncate(length);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crypto(byte: u8) -> Crypto {
        Crypto::new(&MasterKey(zeroize::Zeroizing::new([byte; 32]))).unwrap()
    }

    #[test]
    fn a_sealed_value_moved_to_another_row_does_not_open() {
        let sealed = crypto(1).seal_column("keys.a", b"secret").unwrap();
        assert_eq!(crypto(1).open_column("keys.a", &sealed).unwrap(), b"secret");
        assert!(crypto(1).open_column("keys.b", &sealed).is_err());
        assert!(crypto(2).open_column("keys.a", &sealed).is_err());
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn a_flow_is_not_a_cookie_and_no_bit_of_it_may_change() {
        let crypto = crypto(1);
        let flow = crypto.seal_flow(b"x").unwrap();
        assert_eq!(crypto.open_cookie("flow", &flow), Err(Unsealable));
        for place in 0..flow.len() {
            let mut other = flow.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(crypto.open_flow(&String::from_utf8(other).unwrap()), Err(Unsealable));
        }
        for text in ["", "A", "====", "\u{e9}"] {
            assert_eq!(crypto.open_flow(text), Err(Unsealable));
        }
    }

    #[test]
    fn marks_of_different_purposes_and_parts_differ() {
        let crypto = crypto(1);
        let mark = crypto.mark(Purpose::Csrf, &[b"ab", b"c"]);
        assert_eq!(mark, crypto.mark(Purpose::Csrf, &[b"ab", b"c"]));
        assert_ne!(mark, crypto.mark(Purpose::Csrf, &[b"a", b"bc"]));
        assert_ne!(mark, crypto.mark(Purpose::Limit, &[b"ab", b"c"]));
    }
}
