//! Where scripts run: compared, like addresses, as the text that was given.

use serde::{Deserialize, Serialize};
use url::Url;

use super::url::{UrlError, loopback_name, shown_as_given, web};

/// A scheme, host and port, as a browser sends them in `Origin` (RFC 6454 §6.2).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin for registration: exactly what a browser would send.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let url = web(text)?;
        let origin = url.origin().ascii_serialization();
        if origin == text { Ok(Self(origin)) } else { Err(UrlError::NotAnOrigin) }
    }

    /// That of a web address; empty for none.
    pub(super) fn of(url: Option<&Url>) -> Self {
        Self(url.map(|url| url.origin().ascii_serialization()).unwrap_or_default())
    }

    /// The origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        loopback_name(&self.0).is_some()
    }
}

shown_as_given!(Origin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for good in ["https://app.example", "http://localhost:5173", "https://app.example:8443"] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "https://app.example/",
            "https://app.example:443",
            "https://APP.example",
            "null",
            "*",
            "http://app.example",
            "https://*.example",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }
}
