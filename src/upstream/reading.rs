//! A provider's file becomes a [`Provider`]: what was left out is filled in, and what is wrong is said. And the
//! settings of an operator for it.

use std::collections::BTreeMap;

use super::provider::{Kind, Protocol, Provider, Setting, Verified};
use super::source::Sources;
use super::template::{Missing, Values};

impl Provider {
    /// Reads a file. Says in words everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut provider: Self = toml::from_str(text).map_err(|why| why.to_string())?;
        if provider.protocol == Protocol::Oidc {
            provider.claims_of_oidc()?;
        }
        let wrong = provider.rules();
        if wrong.is_empty() { Ok(provider) } else { Err(wrong.join("; ")) }
    }

    /// `OpenID` Connect Core §5.1.
    fn claims_of_oidc(&mut self) -> Result<(), String> {
        let claims = &mut self.claims;
        for (claim, path) in [
            (&mut claims.subject, "$.claims.sub"),
            (&mut claims.email, "$.claims.email"),
            (&mut claims.email_verified, "$.claims.email_verified"),
            (&mut claims.name, "$.claims.name"),
            (&mut claims.given_name, "$.claims.given_name"),
            (&mut claims.family_name, "$.claims.family_name"),
            (&mut claims.username, "$.claims.preferred_username"),
            (&mut claims.picture, "$.claims.picture"),
        ] {
            if claim.is_none() {
                *claim = Some(Sources::path(path)?);
            }
        }
        Ok(())
    }

    /// What is asked for.
    pub fn scopes(&self) -> Vec<&str> {
        match (&self.authorization.scopes, self.protocol) {
            (Some(scopes), _) => scopes.iter().map(String::as_str).collect(),
            (None, Protocol::Oidc) => vec!["openid", "email", "profile"],
            (None, Protocol::Oauth2) => Vec::new(),
        }
    }

    /// When an address counts as confirmed.
    pub fn verified(&self) -> Verified {
        self.email.verified.unwrap_or(match self.protocol {
            Protocol::Oidc => Verified::Claim,
            Protocol::Oauth2 => Verified::Never,
        })
    }

    /// Where an OpenID Connect provider's description is; none for OAuth 2.0.
    pub fn discovery(&self, values: &Values<'_>) -> Result<Option<String>, Missing> {
        if let Some(discovery) = &self.discovery {
            return discovery.url(values).map(Some);
        }
        let issuer = self.issuer.as_ref().map(|issuer| issuer.url(values)).transpose()?;
        Ok(issuer.map(|issuer| format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))))
    }

    /// An operator's settings, completed with what has a default; or everything that is wrong with them. `development`
    /// admits http at loopback.
    pub fn settle(&self, given: &BTreeMap<String, String>, development: bool) -> Result<BTreeMap<String, String>, Vec<String>> {
        let known = |name: &&String| !self.settings.contains_key(*name);
        let mut wrong: Vec<_> = given.keys().filter(known).map(|name| format!("{name} is no setting of {}", self.name)).collect();
        let mut settled = BTreeMap::new();
        for (name, setting) in &self.settings {
            match given.get(name).or(setting.default.as_ref()) {
                None => wrong.push(format!("{name} is not set: {}, for example {}", setting.meaning, setting.example)),
                Some(value) if !setting.admits(value, development) => wrong.push(format!("{name} must be {}", setting.kind.in_words())),
                Some(value) => {
                    settled.insert(name.clone(), value.clone());
                }
            }
        }
        if wrong.is_empty() { Ok(settled) } else { Err(wrong) }
    }
}

impl Setting {
    /// Whether it may have this value.
    pub fn admits(&self, value: &str, development: bool) -> bool {
        match self.kind {
            Kind::Url => is_url(value, development),
            Kind::Word => {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
                !matches!(value, "" | "." | "..") && value.bytes().all(fits)
            }
            Kind::Text => !value.trim().is_empty() && !value.chars().any(char::is_control),
        }
    }
}

impl Kind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Url => "an https:// address",
            Self::Word => "a word of letters, digits, dots, dashes and underscores",
            Self::Text => "a text on one line",
        }
    }
}

/// An address without a name, a password or a fragment in it.
fn is_url(value: &str, development: bool) -> bool {
    let Ok(url) = url::Url::parse(value) else {
        return false;
    };
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let clean = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let written = value.starts_with("https://") || value.starts_with("http://");
    let printable = value.bytes().all(|byte| byte.is_ascii_graphic());
    clean && written && printable && (url.scheme() == "https" || development && loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        name = "Example"
        protocol = "oidc"
        documentation = "https://example.com/docs"
        issuer = "{issuer}"
        [settings.issuer]
        meaning = "The address"
        example = "https://sso.example.com"
        kind = "url"
        [settings.tenant]
        meaning = "The tenant"
        example = "one"
        default = "common"
    "#;

    #[test]
    fn settings_are_completed_or_refused_in_words() {
        let provider = Provider::read(FILE).unwrap();
        let settle = |issuer: &str, development| {
            let given = [("issuer".to_owned(), issuer.to_owned())].into();
            provider.settle(&given, development)
        };
        let settled = settle("https://sso.example.com/realms/a/", false).unwrap();
        assert_eq!(settled["tenant"], "common");
        let values = Values::new(&settled, "id");
        let description = "https://sso.example.com/realms/a/.well-known/openid-configuration";
        assert_eq!(provider.discovery(&values).unwrap().as_deref(), Some(description));
        assert!(settle("http://localhost:4000", true).is_ok());
        assert!(settle("http://127.0.0.1:4000", true).is_ok());
        for wrong in [
            "http://localhost:4000",
            "http://sso.example.com",
            "https://a:b@example.com",
            "https://",
            "",
            "ftp://x.example",
            "https://x.example/#a",
        ] {
            assert!(settle(wrong, false).is_err(), "{wrong}");
        }
        assert!(settle("http://sso.example.com", true).is_err());
        let given = [("tenant", "a/b"), ("colour", "red")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(
            provider.settle(&given, false).unwrap_err(),
            [
                "colour is no setting of Example",
                "issuer is not set: The address, for example https://sso.example.com",
                "tenant must be a word of letters, digits, dots, dashes and underscores",
            ]
        );
    }

    #[test]
    fn what_was_left_out_is_filled_in() {
        let provider = Provider::read(FILE).unwrap();
        assert_eq!(provider.scopes(), ["openid", "email", "profile"]);
        assert_eq!(provider.verified(), Verified::Claim);
        assert!(provider.claims.picture.is_some());
        assert!(Provider::read(&FILE.replace("issuer = \"{issuer}\"", "issuer = \"{other}\"")).unwrap_err().contains("{other}"));
        assert!(Provider::read(&format!("colour = \"red\"\n{FILE}")).unwrap_err().contains("colour"));
    }
}
