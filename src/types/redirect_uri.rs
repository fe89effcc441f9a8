//! Where people go back to: compared as the text that was given.

use serde::Serialize;
use url::Url;

use super::Origin;
use super::url::{UrlError, is_loopback, loopback_name, parse, shown_as_given};

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

shown_as_given!(RedirectUri);

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
