//! `[passkeys]`

use super::read::Reader;
use crate::types::{IssuerUrl, Origin};

const RP_ID: &str = "passkeys.rp_id";

/// What passkeys belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkeys {
    /// A domain (WebAuthn §5.1.2 `rp.id`): the issuer's host, or what the operator has chosen.
    pub rp_id: String,
    /// Other origins whose pages may use them (WebAuthn §5.11).
    pub origins: Vec<Origin>,
}

/// How a relying party's identifier stands to the server's host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is the host.
    Host,
    /// It is a domain above it.
    Above,
    /// It is another's: that domain has to say that this server may (WebAuthn §5.11).
    Elsewhere,
}

impl Passkeys {
    /// How they stand to the server at this address.
    pub fn reach(&self, issuer: &IssuerUrl) -> Reach {
        let host = issuer.host();
        if host == self.rp_id {
            Reach::Host
        } else if host.strip_suffix(&self.rp_id).is_some_and(|rest| rest.ends_with('.')) {
            Reach::Above
        } else {
            Reach::Elsewhere
        }
    }
}

pub(super) fn read(reader: &Reader<'_>, issuer: Option<&IssuerUrl>) -> Passkeys {
    let host = issuer.map(IssuerUrl::host).unwrap_or_default();
    let rp_id = match reader.optional(RP_ID) {
        Some(text) if is_domain(&text) => text,
        Some(text) => {
            reader.wrong(RP_ID, format!("\"{}\" is no domain that anybody owns", text.escape_debug()), "like example.com, or leave it out");
            host
        }
        None => host,
    };
    Passkeys { rp_id, origins: reader.parsed("passkeys.origins", Origin::parse, "like https://example.net") }
}

/// Whether somebody can own it: not an address, not a whole country's.
fn is_domain(text: &str) -> bool {
    let parts = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    text.split('.').all(parts) && (text == "localhost" || psl::domain_str(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_a_domain_that_somebody_owns() {
        for good in ["example.com", "auth.example.co.uk", "localhost", "mine.github.io"] {
            assert!(is_domain(good), "{good}");
        }
        for bad in
            ["", "com", "co.uk", "github.io", "https://example.com", "example.com:443", "Example.com", ".example.com", "example..com"]
        {
            assert!(!is_domain(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_that_ends_alike_is_no_domain_above() {
        let issuer = IssuerUrl::parse("https://id.test").unwrap();
        for (rp_id, reach) in
            [("id.test", Reach::Host), ("test", Reach::Above), ("d.test", Reach::Elsewhere), ("x.id.test", Reach::Elsewhere)]
        {
            assert_eq!(Passkeys { rp_id: rp_id.into(), origins: vec![] }.reach(&issuer), reach, "{rp_id}");
        }
    }
}
