//! `$argon2id$v=19$m=…,t=…,p=…$salt$hash`: how a hash is written, and which ones are believed.
//!
//! A row decides how much memory its check takes, so what it asks for has an end (whoever can write
//! one row must not be able to stop the server).

use argon2::{ARGON2ID_IDENT, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Bytes of salt in what is written here.
pub(super) const SALT: usize = 16;
/// Bytes of hash in what is written here.
pub(super) const OUTPUT: usize = 32;

/// Memory (KiB), passes and lanes beyond which a row is not believed.
const BELIEVABLE: (u32, u32, u32) = (1024 * 1024, 16, 16);

/// The PHC text of an Argon2id hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(super) fn new(params: &Params, salt: &[u8], hash: &[u8]) -> Self {
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        Self(format!("$argon2id$v=19$m={},t={},p={}${salt}${hash}", params.m_cost(), params.t_cost(), params.p_cost()))
    }

    /// What the database holds.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// What a stored hash asks for.
pub(super) struct Stored {
    pub(super) params: Params,
    pub(super) salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

/// Why a stored hash is not believed. For the log: it names nobody and holds no part of the hash.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unbelievable {
    #[error("it is not the text of an Argon2id hash")]
    Malformed,
    #[error("it asks for m={0} KiB, t={1}, p={2}, which is more than any hash made here")]
    TooCostly(u32, u32, u32),
}

impl Stored {
    /// Reads a row. `ours` is what the configuration asks for, which is always believed.
    pub(super) fn parse(text: &str, ours: &Params) -> Result<Self, Unbelievable> {
        use Unbelievable::{Malformed, TooCostly};
        let parsed = argon2::PasswordHash::new(text).map_err(|_| Malformed)?;
        let (Some(salt), Some(hash)) = (&parsed.salt, &parsed.hash) else {
            return Err(Malformed);
        };
        // Ten bytes, which the format allows, would be few enough to guess.
        let sound = parsed.algorithm == ARGON2ID_IDENT && parsed.version == Some(Version::V0x13.into()) && hash.len() >= 16;
        if !sound {
            return Err(Malformed);
        }
        let params = Params::try_from(&parsed).map_err(|_| Malformed)?;
        let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
        if memory > BELIEVABLE.0.max(ours.m_cost()) || passes > BELIEVABLE.1.max(ours.t_cost()) || lanes > BELIEVABLE.2.max(ours.p_cost()) {
            return Err(TooCostly(memory, passes, lanes));
        }
        Ok(Self { params, salt: salt.to_vec(), hash: hash.as_bytes().to_vec() })
    }

    /// Whether a hash made today would cost the same.
    pub(super) fn is_like(&self, ours: &Params) -> bool {
        self.params == *ours && self.salt.len() == SALT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT_AND_HASH: &str = "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn parse(beginning: &str) -> Result<Stored, Unbelievable> {
        Stored::parse(&format!("{beginning}{SALT_AND_HASH}"), &Params::new(19456, 2, 1, Some(OUTPUT)).unwrap())
    }

    #[test]
    fn what_is_written_is_read() {
        let ours = Params::new(8192, 3, 2, Some(OUTPUT)).unwrap();
        let written = PasswordHash::new(&ours, &[7; SALT], &[9; OUTPUT]);
        assert!(written.as_str().starts_with("$argon2id$v=19$m=8192,t=3,p=2$"));
        let read = Stored::parse(written.as_str(), &ours).unwrap();
        assert!(read.salt == [7; SALT] && read.hash == [9; OUTPUT] && read.is_like(&ours));
        assert!(!read.is_like(&Params::new(8192, 4, 2, Some(OUTPUT)).unwrap()));
    }

    #[test]
    fn costs_have_an_end() {
        for fine in ["m=1048576,t=1,p=1", "m=8,t=16,p=1", "m=128,t=1,p=16"] {
            assert!(parse(&format!("$argon2id$v=19${fine}")).is_ok(), "{fine}");
        }
        for mad in ["m=1048577,t=1,p=1", "m=4194304,t=2,p=1", "m=4294967295,t=4294967295,p=1", "m=64,t=17,p=1", "m=1024,t=1,p=17"] {
            assert!(matches!(parse(&format!("$argon2id$v=19${mad}")), Err(Unbelievable::TooCostly(..))), "{mad}");
        }
    }

    #[test]
    fn what_the_configuration_asks_for_is_believed() {
        let ours = Params::new(19456, 20, 1, Some(OUTPUT)).unwrap();
        assert!(Stored::parse(PasswordHash::new(&ours, &[7; SALT], &[9; OUTPUT]).as_str(), &ours).is_ok());
    }

    #[test]
    fn anything_else_is_no_hash() {
        for other in [
            "",
            "null",
            "0",
            "$argon2id$v=19$m=7,t=1,p=1",
            "$argon2id$v=19$m=8,t=0,p=1",
            "$argon2id$v=19$m=8,t=1,p=0",
            "$argon2id$v=16$m=64,t=1,p=1",
            "$argon2id$m=64,t=1,p=1",
            "$argon2i$v=19$m=64,t=1,p=1",
            "$argon2d$v=19$m=64,t=1,p=1",
            "$argon2id$v=19$m=99999999999,t=1,p=1",
            "$argon2id$v=19$m=-1,t=1,p=1",
            "$2b$12$abc",
            " $argon2id$v=19$m=64,t=1,p=1",
        ] {
            assert!(matches!(parse(other), Err(Unbelievable::Malformed)), "{other}");
        }
        let ours = Params::new(64, 1, 1, Some(OUTPUT)).unwrap();
        for short in [
            "$argon2id$v=19$m=64,t=1,p=1",
            "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAA",
        ] {
            assert!(Stored::parse(short, &ours).is_err(), "{short}");
        }
    }
}
