//! Addresses on the web. They are kept and compared as the text that was given, byte for byte
//! (RFC 9700 §2.1): parsing only decides whether a text may be registered at all.

use std::net::IpAddr;

use serde::Serialize;
use url::{Host, Url};

use super::Origin;

/// Why a text cannot be used as an address. Prints as a sentence's end: "… must not have a fragment".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not an absolute URL at all.
    #[error("is not an absolute URL")]
    Malformed,
    /// Characters that different programs read differently: control characters, spaces, backslashes, non-ASCII.
    #[error("contains a character that URLs must not contain")]
    Character,
    /// A name or password before the host.
    #[error("must not have a user name or password in it")]
    Credentials,
    /// A part after `#`.
    #[error("must not have a fragment (the part after #)")]
    Fragment,
    /// A part after `?`, where there may be none.
    #[error("must not have a query (the part after ?)")]
    Query,
    /// An issuer that ends in a slash.
    #[error("must not end in a slash")]
    TrailingSlash,
    /// `http` to a host other than this machine.
    #[error("must use https, except on this machine (localhost, 127.0.0.1, [::1])")]
    Insecure,
    /// A scheme that runs code or is not a reverse domain name.
    #[error("must use https, or for a native app a scheme that is a reversed domain name, like com.example.app")]
    Scheme,
    /// `..` in the path, plain or encoded.
    #[error("must not have .. in its path")]
    Traversal,
    /// An origin with a path.
    #[error("must be a scheme, a host and a port only, like https://app.example.com")]
    NotAnOrigin,
}

pub(super) fn parse(text: &str) -> Result<Url, UrlError> {
    if text.bytes().any(|b| !b.is_ascii_graphic() || matches!(b, b'\\' | b'<' | b'>' | b'"' | b'`' | b'{' | b'}' | b'|' | b'^')) {
        return Err(UrlError::Character);
    }
    // The parser forgives `https:///host`; whoever compares texts must not.
    if text.contains(":///") {
        return Err(UrlError::Malformed);
    }
    let url = Url::parse(text).map_err(|_| UrlError::Malformed)?;
    // Likewise `https:/host` and `https:host`.
    if matches!(url.scheme(), "http" | "https") && !text[url.scheme().len()..].starts_with("://") {
        return Err(UrlError::Malformed);
    }
    if url.host_str().is_some_and(|host| host.contains('*')) {
        return Err(UrlError::Character);
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || text.split(['/', '?', '#']).nth(2).is_some_and(|authority| authority.contains('@'))
    {
        return Err(UrlError::Credentials);
    }
    Ok(url)
}

/// The same for the web alone: `https` anywhere, `http` on this machine.
pub(super) fn web(text: &str) -> Result<Url, UrlError> {
    let url = parse(text)?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(UrlError::Insecure),
        _ => Err(UrlError::Scheme),
    }
}

/// Shows an address as it was given, to people and in the log.
macro_rules! shown_as_given {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(super) use shown_as_given;

/// The name by which a web address means this machine, if it does.
pub fn loopback_name(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && is_loopback(url))?;
    url.host_str().map(str::to_owned)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

/// Who issues the tokens: the exact `iss` of each, and the prefix of every link we make (OpenID Connect Discovery §3).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct IssuerUrl(String);

impl IssuerUrl {
    /// Reads an issuer: `https`, or `http` on this machine; no query, fragment or trailing slash.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let url = web(text)?;
        if url.fragment().is_some() {
            return Err(UrlError::Fragment);
        }
        if url.query().is_some() {
            return Err(UrlError::Query);
        }
        if text.ends_with('/') {
            return Err(UrlError::TrailingSlash);
        }
        Ok(Self(text.to_owned()))
    }

    /// The issuer, character for character.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An address below it. The path begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Its path, without the trailing slash: empty for most.
    pub fn path(&self) -> &str {
        let after_scheme = self.0.find("://").map_or(0, |at| at + 3);
        self.0[after_scheme..].find('/').map_or("", |at| &self.0[after_scheme + at..])
    }

    /// Its scheme, host and port, as browsers write them in `Origin`.
    pub fn origin(&self) -> Origin {
        Origin::of(Url::parse(&self.0).ok().as_ref())
    }

    /// Whether browsers reach it without leaving this machine.
    pub fn is_loopback(&self) -> bool {
        loopback_name(&self.0).is_some()
    }

    /// Its host, without the port.
    pub fn host(&self) -> String {
        url::Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether its host is a name, and no number.
    pub fn is_named(&self) -> bool {
        url::Url::parse(&self.0).is_ok_and(|url| url.domain().is_some())
    }

    /// Whether browsers reach it by TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

shown_as_given!(IssuerUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_exact() {
        for good in ["https://auth.example", "https://example.com/auth", "http://localhost:8085", "http://127.0.0.1:1", "http://[::1]:2"] {
            assert_eq!(IssuerUrl::parse(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("http://auth.example", UrlError::Insecure),
            ("https://auth.example/", UrlError::TrailingSlash),
            ("https://auth.example?a", UrlError::Query),
            ("https://auth.example#a", UrlError::Fragment),
            ("https://a@auth.example", UrlError::Credentials),
            ("https://@auth.example", UrlError::Credentials),
            ("auth.example", UrlError::Malformed),
            ("ftp://auth.example", UrlError::Scheme),
            ("https://auth.example/ü", UrlError::Character),
        ] {
            assert_eq!(IssuerUrl::parse(bad), Err(why), "{bad}");
        }
        assert_eq!(IssuerUrl::parse("https://example.com/auth").unwrap().path(), "/auth");
        assert_eq!(IssuerUrl::parse("https://example.com").unwrap().path(), "");
    }
}
