//! What a provider's file must keep beside its shape, so that a slip in it is found when it is read and not when somebody
//! signs in.

use super::provider::{Kind, Protocol, Provider, Verified};
use super::request::{Method, Request, TokenIn};
use super::source::Sources;
use super::template::{Piece, Template};

/// What a template is part of, which says what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before there are tokens.
    Sending,
    /// A question with the access token.
    Asking,
    /// The issuer that tokens name.
    InTokens,
}

/// Words that the server fills.
const OURS: &[&str] = &["client_id", "access_token", "tenantid"];

impl Provider {
    /// Everything that is wrong with these facts, in words.
    pub fn rules(&self) -> Vec<String> {
        let mut wrong = self.endpoints_rules();
        wrong.extend(self.addresses());
        wrong.extend(self.texts());
        wrong.extend(self.claims_rules());
        for (name, setting) in &self.settings {
            if OURS.contains(&name.as_str()) || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                wrong.push(format!("settings.{name} cannot be called so"));
            }
            for value in setting.default.iter().chain([&setting.example]).filter(|value| !setting.admits(value, false)) {
                wrong.push(format!("settings.{name}: {value} is not what it may be"));
            }
        }
        for (name, request) in [("userinfo", &self.userinfo), ("emails", &self.emails)] {
            wrong.extend(request.iter().flat_map(|request| request_rules(name, request)));
        }
        wrong
    }

    /// What each protocol has.
    fn endpoints_rules(&self) -> Vec<String> {
        let oidc = self.protocol == Protocol::Oidc;
        let asks = self.userinfo.as_ref().is_some_and(|userinfo| userinfo.url.is_some());
        let in_token = |sources: &Sources| sources.only_path().is_some_and(|path| path.as_str().starts_with("$.token."));
        let mut wrong = Vec::new();
        for (is, what) in [
            (oidc && self.issuer.is_none(), "oidc needs an issuer"),
            (oidc && self.endpoints.is_some(), "oidc takes its endpoints from discovery"),
            (
                oidc && !self.scopes().contains(&"openid") && !self.authorization.parameters.contains_key("scope"),
                "oidc needs the scope openid",
            ),
            (!oidc && self.endpoints.is_none(), "oauth2 needs endpoints"),
            (
                !oidc && (self.issuer.is_some() || self.discovery.is_some() || self.issuer_in_tokens.is_some()),
                "oauth2 has neither issuer nor discovery",
            ),
            (!oidc && self.claims.subject.is_none(), "oauth2 needs claims.subject"),
            (!oidc && !asks && !self.claims.subject.as_ref().is_some_and(in_token), "oauth2 needs userinfo.url, or a subject in $.token"),
            (self.emails.as_ref().is_some_and(|emails| emails.url.is_none()), "emails needs a url"),
        ] {
            wrong.extend(is.then(|| what.to_owned()));
        }
        wrong
    }

    fn addresses(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, page) in [("documentation", Some(&self.documentation)), ("console", self.console.as_ref())] {
            if page.is_some_and(|page| !page.starts_with("https://")) {
                wrong.push(format!("{name} is not https"));
            }
        }
        let endpoints = self.endpoints.as_ref();
        let url = |request: &Option<Request>| request.as_ref().and_then(|request| request.url.clone());
        for (name, url, at) in [
            ("issuer", self.issuer.clone(), At::Sending),
            ("discovery", self.discovery.clone(), At::Sending),
            ("issuer_in_tokens", self.issuer_in_tokens.clone(), At::InTokens),
            ("endpoints.authorization", endpoints.map(|endpoints| endpoints.authorization.clone()), At::Sending),
            ("endpoints.token", endpoints.map(|endpoints| endpoints.token.clone()), At::Sending),
            ("userinfo.url", url(&self.userinfo), At::Asking),
            ("emails.url", url(&self.emails), At::Asking),
        ] {
            if let Some(url) = url {
                wrong.extend(self.places(name, &url, at));
                wrong.extend(self.begins_well(&url).err().map(|why| format!("{name} {why}")));
            }
        }
        wrong
    }

    /// An address is on https, and nothing but an operator's words says on which host.
    fn begins_well(&self, url: &Template) -> Result<(), &'static str> {
        let pieces = url.pieces();
        let host_ends = |text: &str| text.contains(['/', '?', '#']);
        match pieces.split_first() {
            Some((Piece::Word(name), rest)) => {
                let kind = self.settings.get(name).map(|setting| setting.kind);
                let ends = !matches!(rest.first(), Some(Piece::Text(text)) if !text.starts_with('/'));
                let only_text = !matches!(rest.first(), Some(Piece::Word(_) | Piece::Path(_)));
                if kind != Some(Kind::Url) {
                    Err("begins with something that is no setting of kind url")
                } else if ends && only_text {
                    Ok(())
                } else {
                    Err("goes on after a setting without a slash")
                }
            }
            Some((Piece::Text(text), rest)) => {
                let host = text.strip_prefix("https://").ok_or("is not https")?;
                let open = if host_ends(host) { &[] } else { rest };
                let until = open.iter().position(|piece| matches!(piece, Piece::Text(text) if host_ends(text))).unwrap_or(open.len());
                let set = |piece: &Piece| match piece {
                    Piece::Text(_) => true,
                    Piece::Word(name) => self.settings.get(name).is_some_and(|setting| setting.kind == Kind::Word),
                    Piece::Path(_) => false,
                };
                if open[..until].iter().all(set) { Ok(()) } else { Err("has a host that is not made of settings of kind word") }
            }
            _ => Err("is not https"),
        }
    }

    /// Parameters and headers.
    fn texts(&self) -> Vec<String> {
        let none = std::collections::BTreeMap::new();
        let headers = |request: &Option<Request>| request.as_ref().map_or_else(|| none.clone(), |request| request.headers.clone());
        let mut wrong = Vec::new();
        for (name, texts, at) in [
            ("authorization.parameters", self.authorization.parameters.clone(), At::Sending),
            ("authorization.offline", self.authorization.offline.clone(), At::Sending),
            ("token.parameters", self.token.parameters.clone(), At::Sending),
            ("token.headers", self.token.headers.clone(), At::Sending),
            ("userinfo.headers", headers(&self.userinfo), At::Asking),
            ("emails.headers", headers(&self.emails), At::Asking),
        ] {
            wrong.extend(texts.iter().flat_map(|(key, text)| self.places(&format!("{name}.{key}"), text, at)));
        }
        wrong
    }

    /// Only what is known at that time stands in braces.
    fn places(&self, name: &str, template: &Template, at: At) -> Vec<String> {
        let stands = |piece: &Piece| match piece {
            Piece::Text(_) => None,
            Piece::Path(path) => (at != At::Asking).then(|| format!("{name}: {{{}}}: there is no answer yet", path.as_str())),
            Piece::Word(word) => {
                let known = match word.as_str() {
                    "client_id" => true,
                    "access_token" => at == At::Asking,
                    "tenantid" => at == At::InTokens,
                    setting => self.settings.contains_key(setting),
                };
                (!known).then(|| format!("{name}: {{{word}}} is no setting"))
            }
        };
        template.pieces().iter().filter_map(stands).collect()
    }

    fn claims_rules(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let claims = &self.claims;
        let one_path = |sources: &Option<Sources>| sources.as_ref().is_some_and(|sources| sources.only_path().is_some());
        let off = |sources: &Option<Sources>| sources.as_ref().is_none_or(Sources::is_off);
        // Else the claim might be about another address.
        let beside = || {
            let (email, verified) = (claims.email.as_ref()?.pieces().0, claims.email_verified.as_ref()?.only_path()?);
            Some(email.iter().any(|path| path.is_beside(verified)))
        };
        let by_claim = self.verified() == Verified::Claim;
        for (is, what) in [
            (claims.subject.is_some() && !one_path(&claims.subject), "claims.subject is not one path"),
            (by_claim && !off(&claims.email) && beside() != Some(true), "claims.email_verified stands beside no address"),
            (self.email.trusted && self.verified() == Verified::Never, "trusted, but never verified"),
            (self.email.trusted && off(&claims.email), "trusted, but there is no address"),
            (!by_claim && !self.email.accept.is_empty(), "email.accept means nothing here"),
        ] {
            wrong.extend(is.then(|| what.to_owned()));
        }
        let members = match self.protocol {
            Protocol::Oidc => &["$.claims.", "$.claims[", "$.form.", "$.token."][..],
            Protocol::Oauth2 => &["$.userinfo.", "$.userinfo[", "$.emails.", "$.emails[", "$.form.", "$.token."][..],
        };
        for (name, sources) in claims.all() {
            let (paths, strange) = sources.pieces();
            wrong.extend(strange.iter().map(|word| format!("claims.{name}: {{{word}}} is no path")));
            let elsewhere = |path: &&str| !members.iter().any(|member| path.starts_with(member));
            wrong.extend(
                paths.iter().map(|path| path.as_str()).filter(elsewhere).map(|path| format!("claims.{name}: nothing is at {path}")),
            );
            if paths.is_empty() && !sources.is_off() {
                wrong.push(format!("claims.{name} is the same for everybody"));
            }
        }
        wrong
    }
}

fn request_rules(name: &str, request: &Request) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(body) = &request.body
        && (request.method != Method::Post || serde_json::from_str::<serde_json::Value>(body).is_err())
    {
        wrong.push(format!("{name}.body is not JSON for POST"));
    }
    let templates = request.headers.values().chain(&request.url);
    let carries = templates.flat_map(Template::pieces).any(|piece| matches!(piece, Piece::Word(word) if word == "access_token"));
    if carries != (request.token_in == TokenIn::None) {
        wrong.push(format!("{name}: the access token is sent twice, or not at all"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        name = "Example"
        protocol = "oauth2"
        documentation = "https://example.com/docs"
        [settings.server]
        meaning = "The address"
        example = "https://chat.example.com"
        kind = "url"
        [settings.tenant]
        meaning = "The tenant"
        example = "one"
        [endpoints]
        authorization = "{server}/authorize"
        token = "https://{tenant}.example.com/token"
        [authorization]
        parameters = { of = "{tenant}" }
        [userinfo]
        url = "https://api.example.com/users/{$.token.id}"
        [claims]
        subject = "$.userinfo.id"
        email = ["$.userinfo.email", "$.userinfo.mail"]
        email_verified = "$.userinfo.verified"
        name = "{$.userinfo.first} {$.userinfo.last}"
        [email]
        verified = "claim"
        trusted = true
    "#;

    #[test]
    fn a_slip_is_found_when_the_file_is_read() {
        assert_eq!(Provider::read(FILE).err(), None);
        for (from, to, why) in [
            ("https://example.com/docs", "http://example.com/docs", "documentation is not https"),
            ("https://api", "http://api", "userinfo.url is not https"),
            ("{server}/authorize", "{tenant}/authorize", "no setting of kind url"),
            ("{server}/authorize", "{server}.example/authorize", "without a slash"),
            ("{server}/authorize", "{server}{tenant}", "without a slash"),
            ("{server}/authorize", "https://{$.token.host}/x", "has a host"),
            ("https://{tenant}.example.com/token", "https://{server}/token", "has a host"),
            ("users/{$.token.id}", "users/{who}", "{who} is no setting"),
            ("{ of = \"{tenant}\" }", "{ of = \"{access_token}\" }", "{access_token} is no setting"),
            ("{ of = \"{tenant}\" }", "{ of = \"{$.token.id}\" }", "no answer yet"),
            ("example = \"one\"", "example = \"one/two\"", "not what it may be"),
            ("[settings.tenant]", "[settings.client_id]", "cannot be called so"),
            ("subject = \"$.userinfo.id\"", "", "needs claims.subject"),
            ("\"$.userinfo.id\"", "[\"$.userinfo.id\", \"$.userinfo.name\"]", "subject is not one path"),
            ("\"$.userinfo.id\"", "\"$.claims.sub\"", "nothing is at $.claims.sub"),
            ("\"$.userinfo.id\"", "\"$.userinfo[\"", "is no path"),
            ("\"$.userinfo.verified\"", "\"$.userinfo.mails[0].verified\"", "beside no address"),
            ("email_verified = \"$.userinfo.verified\"", "", "beside no address"),
            ("\"{$.userinfo.first} {$.userinfo.last}\"", "\"Somebody\"", "the same for everybody"),
            ("\"{$.userinfo.first} {$.userinfo.last}\"", "\"{$.userinfo.first} {tenant}\"", "{tenant} is no path"),
            ("verified = \"claim\"", "verified = \"never\"", "trusted, but never verified"),
            ("[claims]", "token_in = \"none\"\n[claims]", "sent twice, or not at all"),
            ("[claims]", "body = \"{}\"\n[claims]", "not JSON for POST"),
            ("[claims]", "token_in = \"cookie\"\n[claims]", "is not one of"),
            ("protocol = \"oauth2\"", "protocol = \"oidc\"", "oidc needs an issuer"),
            ("protocol = \"oauth2\"", "protocol = \"saml\"", "unknown variant"),
            ("[email]", "[email]\ntrust = true", "unknown field"),
        ] {
            let file = FILE.replacen(from, to, 1);
            assert_ne!(file, FILE, "{from}");
            let wrong = Provider::read(&file).unwrap_err();
            assert!(wrong.contains(why), "{to}: {wrong}");
        }
    }
}
