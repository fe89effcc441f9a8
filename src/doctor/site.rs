//! Which addresses browsers take for one site: those of one scheme and one registrable domain, whatever their ports. A
//! `SameSite=Lax` cookie goes along with a script's call within a site, and never across.

use url::{Host, Url};

use crate::types::Origin;

/// A site, as the HTML standard has it ("schemelessly same site" and the scheme).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `https` or `http`.
    pub scheme: String,
    /// `example.com` of `auth.example.com`; the host itself where nobody can register below it.
    pub domain: String,
}

impl Site {
    /// The site of an origin.
    pub fn of(origin: &Origin) -> Self {
        let Ok(url) = Url::parse(origin.as_str()) else { return Self { scheme: String::new(), domain: origin.to_string() } };
        let domain = match url.host() {
            Some(Host::Domain(name)) => psl::domain_str(name).unwrap_or(name).to_owned(),
            Some(address) => address.to_string(),
            None => String::new(),
        };
        Self { scheme: url.scheme().to_owned(), domain }
    }
}

/// Whether the list knows this name's end, like `com` or `co.uk`.
pub(super) fn has_known_end(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_scheme_and_a_registrable_domain() {
        for (one, other, same) in [
            ("https://auth.example.com", "https://app.example.com", true),
            ("https://auth.example.com", "https://example.com:8443", true),
            ("https://auth.example.com", "https://a.b.example.com", true),
            ("https://auth.example.com", "http://localhost:5173", false),
            ("https://auth.example.co.uk", "https://app.example.co.uk", true),
            ("https://auth.example.co.uk", "https://other.co.uk", false),
            ("https://auth.example.com", "https://app.example.net", false),
            // Everybody can have a page below these: each is a site of its own.
            ("https://mine.github.io", "https://yours.github.io", false),
            ("https://mine.vercel.app", "https://yours.vercel.app", false),
            ("https://github.io", "https://mine.github.io", false),
            // No ports, and no names that belong together.
            ("http://localhost:8085", "http://localhost:5173", true),
            ("http://localhost:8085", "http://127.0.0.1:5173", false),
            ("http://localhost:8085", "http://app.localhost:5173", false),
            ("http://127.0.0.1:8085", "http://127.0.0.1:5173", true),
            ("http://127.0.0.1:8085", "http://127.0.0.2:8085", false),
            ("http://[::1]:8085", "http://[::1]:5173", true),
            ("https://app.test", "https://auth.app.test", true),
            ("https://b\u{fc}cher.example", "https://auth.b\u{fc}cher.example", true),
        ] {
            let site = |text: &str| {
                let text = Url::parse(text).unwrap().origin().ascii_serialization();
                Site::of(&Origin::parse(&text).unwrap())
            };
            assert_eq!(site(one) == site(other), same, "{one} {other}");
        }
        let site = |text: &str| Site::of(&Origin::parse(text).unwrap());
        assert_ne!(site("https://localhost:1"), site("http://localhost:1"), "the scheme is part of a site");
        for (name, known) in [("auth.example.com", true), ("auth.example.co.uk", true), ("auth.internal", false), ("localhost", false)] {
            assert_eq!(has_known_end(name), known, "{name}");
        }
    }
}
