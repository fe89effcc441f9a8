//! Addresses on the web. They are kept and compared as the text that was given, byte for byte
//! (RFC 9700 §2.1): parsing only decides whether a text may be registered at all.

use std::fmt;
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
        let url = parse(text)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(UrlError::Insecure),
            _ => return Err(UrlError::Scheme),
        }
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

    /// Whether browsers reach it by TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an authorization response may be sent (RFC 6749 §3.1.2), as registered.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads an address for registration. `https` anywhere, `http` on this machine, or a private-use
    /// scheme that is a reversed domain name (RFC 8252 §7.1).
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let url = parse(text)?;
        if url.fragment().is_some() {
            return Err(UrlError::Fragment);
        }
        match url.scheme() {
            "https" if url.has_host() => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(UrlError::Insecure),
            scheme if scheme.contains('.') && !scheme.starts_with('.') => {}
            _ => return Err(UrlError::Scheme),
        }
        let path = url_path(text).to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
        if path.split(['/', ';']).any(|segment| segment == "..") {
            return Err(UrlError::Traversal);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address, character for character.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a presented address is this one. Exact, but for the port of a native app's
    /// loopback address (RFC 8252 §7.3), which the app cannot know in advance.
    pub fn matches(&self, presented: &str, native: bool) -> bool {
        if self.0 == presented {
            return true;
        }
        native && without_loopback_port(&self.0).is_some_and(|ours| without_loopback_port(presented).as_ref() == Some(&ours))
    }

    /// Its scheme, host and port, for web addresses.
    pub fn origin(&self) -> Option<Origin> {
        let url = Url::parse(&self.0).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| Origin::of(Some(&url)))
    }

    /// Whether a browser may be told to send a form there and nowhere else: a policy can name neither a private scheme nor an
    /// IPv6 literal (Content Security Policy Level 3 §2.3.1).
    pub fn takes_forms(&self) -> bool {
        self.origin().is_some_and(|origin| !origin.as_str().contains('['))
    }

    /// Whether a browser that follows it stays on this machine.
    pub fn is_loopback(&self) -> bool {
        loopback_name(&self.0).is_some()
    }

    /// The host, for showing to a person.
    pub fn host(&self) -> Option<String> {
        Url::parse(&self.0).ok()?.host_str().map(str::to_owned)
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The path of a URL as written: a parser would already have resolved its dots.
fn url_path(text: &str) -> &str {
    let rest = text.find("://").map_or(text, |at| &text[at + 3..]);
    let rest = rest.find('/').map_or("", |at| &rest[at..]);
    rest.split(['?', '#']).next().unwrap_or("")
}

/// A loopback literal's address without its port, as (host, rest). `localhost` is not among
/// them: RFC 8252 §8.3 discourages it.
fn without_loopback_port(text: &str) -> Option<(&'static str, String)> {
    for host in ["http://127.0.0.1", "http://[::1]"] {
        if let Some(rest) = text.strip_prefix(host) {
            let rest = match rest.strip_prefix(':') {
                Some(port_and_rest) => {
                    let digits = port_and_rest.bytes().take_while(u8::is_ascii_digit).count();
                    // A number that is no port is no address that a browser could open.
                    port_and_rest[..digits].parse::<u16>().ok()?;
                    &port_and_rest[digits..]
                }
                None => rest,
            };
            return (rest.is_empty() || rest.starts_with(['/', '?'])).then(|| (host, rest.to_owned()));
        }
    }
    None
}

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

    #[test]
    fn no_redirect_runs_script_leaves_tls_or_climbs() {
        for good in [
            "https://app.example/cb",
            "https://app.example/cb?x=1",
            "http://localhost:5173/callback",
            "http://127.0.0.1/cb",
            "http://[::1]:1/cb",
            "com.example.app:/cb",
            "com.example.app://cb",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:x",
            "file:///etc/passwd",
            "view-source:https://a.example",
            "http://app.example/cb",
            "https://app.example/cb#f",
            "https://u:p@app.example/cb",
            "https://app.example@evil.example/cb",
            "https://app.example/a/../b",
            "https://app.example/a/..;/b",
            "https://app.example/%2e%2e/b",
            "https://app.example/a%2f..%2fb",
            "https://app.example\\@evil.example/",
            "https:///cb",
            "//app.example/cb",
            "/cb",
            "cb",
            "",
            "myapp:/cb",
            "https://app.example/\u{e9}",
            "https://app.example/ b",
            "https://app.example/\r\nX: y",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_native_loopback_port_is_free() {
        let web = RedirectUri::parse("https://app.example/cb").unwrap();
        for other in [
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://app.example/cb?",
            "https://app.example.evil.example/cb",
            "https://app.example/c",
        ] {
            assert!(!web.matches(other, true), "{other}");
        }
        let native = RedirectUri::parse("http://127.0.0.1/cb").unwrap();
        assert!(native.matches("http://127.0.0.1:51000/cb", true));
        assert!(!native.matches("http://127.0.0.1:51000/cb", false));
        for other in [
            "http://127.0.0.1:51000/other",
            "http://127.0.0.1:x/cb",
            "http://127.0.0.1:1@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://[::1]:1/cb",
            "https://127.0.0.1:1/cb",
            "http://localhost:1/cb",
        ] {
            assert!(!native.matches(other, true), "{other}");
        }
        assert!(!RedirectUri::parse("http://localhost:1/cb").unwrap().matches("http://localhost:2/cb", true));
    }
}
