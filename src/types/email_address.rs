//! A person's address, parsed once and compared by one rule.
//!
//! The rule: the local part is plain ASCII and compared without regard to case; the domain is
//! compared in its ASCII form (IDNA). Nothing else is folded, because every further folding has let
//! somebody receive another person's mail.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

/// An address that one letter can be sent to: `local@domain`, at most 254 characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    local: String,
    domain: String,
}

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Not of the form `name@example.com`.
    #[error("not an address like name@example.com")]
    Malformed,
    /// Longer than 254 characters, or a local part longer than 64 (RFC 5321 §4.5.3.1).
    #[error("too long for an address")]
    TooLong,
}

impl EmailAddress {
    /// Reads an address as a person types it. Spaces around it are forgiven; quoted local parts,
    /// comments, address literals, lists and hosts without a dot are not addresses here.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        use EmailAddressError::{Malformed, TooLong};
        if text.len() > 1024 {
            return Err(TooLong);
        }
        let (local, domain) = text.trim_matches([' ', '\t']).split_once('@').ok_or(Malformed)?;
        let dot_atom = !local.is_empty()
            && local.bytes().all(is_atext_or_dot)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if !dot_atom {
            return Err(Malformed);
        }
        // The dots that IDNA would fold into "." are refused: what was typed must be what is mailed.
        if domain.contains(['\u{3002}', '\u{ff0e}', '\u{ff61}']) || domain.ends_with('.') {
            return Err(Malformed);
        }
        let domain = Uts46::new()
            .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
            .map_err(|_| Malformed)?
            .into_owned();
        let top = domain.rsplit_once('.').map(|(_, top)| top).ok_or(Malformed)?;
        if top.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Malformed);
        }
        if local.len() > 64 || local.len() + 1 + domain.len() > 254 {
            return Err(TooLong);
        }
        Ok(Self { local: local.to_owned(), domain })
    }

    /// The form by which two addresses are the same.
    pub fn canonical(&self) -> String {
        format!("{}@{}", self.local.to_ascii_lowercase(), self.domain)
    }

    /// The host part, in ASCII.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The part before the `@`, as it was typed.
    pub fn local(&self) -> &str {
        &self.local
    }
}

fn is_atext_or_dot(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for EmailAddress {
    // Addresses of people do not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        for (typed, kept, canonical) in [
            ("Maya@Okafor.Example", "Maya@okafor.example", "maya@okafor.example"),
            (" a.b+c@example.com ", "a.b+c@example.com", "a.b+c@example.com"),
            ("o'neil@example.com", "o'neil@example.com", "o'neil@example.com"),
            ("a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ] {
            let address = EmailAddress::parse(typed).unwrap();
            assert_eq!((address.to_string().as_str(), address.canonical().as_str()), (kept, canonical));
        }
    }

    #[test]
    fn what_a_mailer_could_read_differently_is_refused() {
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@example.test",
            "a@localhost",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "\"a@evil.test\"@example.test",
            "a@evil.test@example.test",
            "a@example.test>",
            "<a@example.test>",
            "a@example.test,b@evil.test",
            "a@example.test;b@evil.test",
            "a b@example.test",
            "a@exam ple.test",
            "a@example.test\r\nBcc: b@evil.test",
            "a@example.test\0",
            "a\t@example.test",
            "a(x)@example.test",
            "@x:a@example.test",
            ".a@example.test",
            "a.@example.test",
            "a..b@example.test",
            "a@example.test.",
            "a@.example.test",
            "a@example..test",
            "a＠evil.test",
            "a@evil．test",
            "a@evil。test",
            "m\u{131}ke@example.test",
            "mi\u{212a}e@example.test",
            "mi\u{17f}e@example.test",
            "e\u{301}@example.test",
            "\u{202e}a@example.test",
            "a\u{200b}@example.test",
            "a@xn--example-.org",
            "a@-example.test",
            "a@exa_mple.test",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn length_has_an_end() {
        let local = "a".repeat(64);
        assert!(EmailAddress::parse(&format!("{local}@example.test")).is_ok());
        assert_eq!(EmailAddress::parse(&format!("a{local}@example.test")), Err(EmailAddressError::TooLong));
        assert!(EmailAddress::parse(&format!("a@{}", "b.".repeat(126) + "test")).is_err());
        assert_eq!(EmailAddress::parse(&"a".repeat(10_000)), Err(EmailAddressError::TooLong));
    }
}
