//! What a client's registration must keep to, wherever it comes from.

use super::named::Named;
use super::problem::Problem;
use super::read::shown;
use super::setting::variable_of;
use super::{ClientAuth, ClientEntry, ClientKind, Delivery, Dpop, Pkce, RefreshIn, SameSite};
use crate::types::{ClientId, RedirectUri};

/// What an answer adds to a redirect URI: nothing of the kind may be there already.
const ANSWERS: [&str; 7] = ["code", "state", "iss", "error", "error_description", "error_uri", "response"];

/// Scopes that are about a person (OpenID Connect Core §5.4 and §11).
const ABOUT_PEOPLE: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// A rule that a registration breaks.
pub(super) struct Broken {
    pub(super) field: &'static str,
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Broken {
    fn new(field: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field, what: what.into(), remedy: remedy.into() }
    }
}

impl ClientEntry {
    /// Everything that is wrong with this registration, wherever it comes from.
    pub fn check(&self, id: &ClientId) -> Vec<Problem> {
        let problem = |rule: Broken| Problem::new(format!("client {id}, {}", rule.field), rule.what).remedy(rule.remedy);
        self.broken_rules(id).into_iter().map(problem).collect()
    }

    pub(super) fn broken_rules(&self, id: &ClientId) -> Vec<Broken> {
        let kind = self.kind;
        let mut broken = self.broken_rules_of_proof(id);
        broken.extend(self.broken_rules_of_delivery());
        match (kind, self.redirect_uris.is_empty()) {
            (ClientKind::Service, false) => {
                broken.push(Broken::new("redirect_uris", "a service signs nobody in", "leave it out, or choose kind web"));
            }
            (ClientKind::Device, false) => {
                broken.push(Broken::new("redirect_uris", "nobody returns to a device", "leave it out, or choose kind native"));
            }
            (ClientKind::Spa | ClientKind::Native | ClientKind::Web, true) => {
                broken.push(Broken::new("redirect_uris", "there is none", "at least one: where people return to"));
            }
            _ => {}
        }
        broken.extend(self.redirect_uris.iter().flat_map(|uri| rules_of_uri(kind, "redirect_uris", uri)));
        broken.extend(self.post_logout_redirect_uris.iter().flat_map(|uri| rules_of_uri(kind, "post_logout_redirect_uris", uri)));
        if self.initiate_login_uri.as_ref().is_some_and(|uri| uri.origin().is_none()) {
            broken.push(Broken::new("initiate_login_uri", "browsers cannot open it", "an https address"));
        }
        if self.backchannel_logout_uri.as_ref().is_some_and(|uri| uri.origin().is_none()) {
            broken.push(Broken::new("backchannel_logout_uri", "this server cannot call it", "an https address"));
        }
        let fits = |audience: &str| (1..=200).contains(&audience.len()) && audience.bytes().all(|b| b.is_ascii_graphic());
        if self.audience.as_deref().is_some_and(|audience| !fits(audience)) {
            broken.push(Broken::new("audience", "must be 1 to 200 ASCII characters without spaces", "one word, like the client_id"));
        }
        if let Some(wrong) = self.resources.iter().find(|resource| !is_resource(resource)) {
            let what = format!("{} is no absolute address without a fragment", shown(wrong));
            broken.push(Broken::new("resources", what, "like https://api.example/notes, at most 200 characters"));
        }
        broken.extend(self.broken_rules_of_scopes());
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            broken.push(Broken::new("name", "must be 1 to 60 characters, none of them invisible", "what people call the app"));
        }
        broken
    }

    fn broken_rules_of_delivery(&self) -> Vec<Broken> {
        let kind = self.kind;
        let mut broken = Vec::new();
        if self.delivery == Delivery::Token && !(kind == ClientKind::Spa && self.first_party) {
            broken.push(Broken::new(
                "delivery",
                "token delivery is for your own single-page apps",
                "kind spa and first_party, or delivery code",
            ));
        }
        if self.refresh == RefreshIn::Cookie && !(kind == ClientKind::Spa && self.first_party) {
            broken.push(Broken::new(
                "refresh",
                "a refresh cookie is for your own single-page apps",
                "kind spa and first_party, or refresh body",
            ));
        }
        if self.same_site == SameSite::None && self.refresh == RefreshIn::Body && self.delivery == Delivery::Code {
            broken.push(Broken::new("same_site", "this client has no refresh cookie", "refresh cookie, or leave it out"));
        }
        if self.dpop != Dpop::Optional && self.delivery == Delivery::Token {
            broken.push(Broken::new(
                "dpop",
                "token delivery has no place for a proof",
                "delivery code, with refresh cookie for the same comfort",
            ));
        }
        if self.require_par && self.delivery == Delivery::Token {
            broken.push(Broken::new("require_par", "token delivery has no request to push", "delivery code, or leave it out"));
        }
        broken
    }

    fn broken_rules_of_scopes(&self) -> Option<Broken> {
        // RFC 6749 §3.3.
        let is_word = |scope: &&String| scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') && !scope.is_empty();
        let broken = |what: String, remedy: &str| Some(Broken::new("scopes", what, remedy));
        if self.kind.is_public() && !self.scopes.is_empty() {
            return broken(format!("a {} client acts for people only", self.kind), "leave it out, or register a service beside it");
        }
        if let Some(scope) = self.scopes.iter().find(|scope| ABOUT_PEOPLE.contains(&scope.as_str())) {
            return broken(format!("{scope} is about people, and this is what the client does for itself"), "leave it out");
        }
        if !self.scopes.iter().all(|scope| is_word(&scope)) || self.scopes.iter().map(|scope| scope.len() + 1).sum::<usize>() > 1000 {
            return broken("must be words without spaces, together up to 1000 characters".into(), "like [\"notes.read\", \"notes.write\"]");
        }
        None
    }

    fn broken_rules_of_proof(&self, id: &ClientId) -> Vec<Broken> {
        let (kind, public) = (self.kind, self.kind.is_public());
        let mut broken = Vec::new();
        match (public, self.auth) {
            (true, ClientAuth::None) | (false, ClientAuth::Basic | ClientAuth::Post | ClientAuth::PrivateKeyJwt) => {}
            (true, _) => {
                let remedy = "auth none: PKCE protects it; or kind web, if a server asks for the tokens";
                broken.push(Broken::new("auth", format!("a {kind} client cannot keep a secret: people hold the program"), remedy));
            }
            (false, ClientAuth::None) => {
                broken.push(Broken::new("auth", format!("a {kind} client must prove itself"), "auth basic, post or private_key_jwt"));
            }
        }
        if self.pkce == Pkce::Optional && public {
            broken.push(Broken::new("pkce", format!("nothing but PKCE protects the codes of a {kind} client"), "leave it out"));
        }
        match (&self.secret, self.auth) {
            (None, ClientAuth::Basic | ClientAuth::Post) if !public => {
                let variable = variable_of(&Named::Clients.key(id.as_str(), "secret"));
                broken.push(Broken::new("secret", "there is none", format!("set {variable} or {variable}_FILE; 24 characters or more")));
            }
            (Some(_), ClientAuth::None | ClientAuth::PrivateKeyJwt) => {
                broken.push(Broken::new("secret", format!("there is one, but nobody asks for it with auth {}", self.auth), "remove it"));
            }
            _ => {}
        }
        if self.jwks_uri.as_ref().is_some_and(|uri| uri.origin().is_none()) {
            broken.push(Broken::new("jwks_uri", "this server cannot call it", "an https address"));
        }
        let field = if self.jwks_uri.is_some() { "jwks_uri" } else { "jwks" };
        match (self.jwks.is_some() || self.jwks_uri.is_some(), self.auth) {
            (false, ClientAuth::PrivateKeyJwt) if !public => {
                let remedy = "the public keys that the client signs with, as a JWK set; or jwks_uri, where it publishes them";
                broken.push(Broken::new("jwks", "there is none", remedy));
            }
            (true, ClientAuth::PrivateKeyJwt) if self.jwks.is_some() && self.jwks_uri.is_some() => {
                broken.push(Broken::new("jwks_uri", "there is jwks as well", "one of the two"));
            }
            (true, ClientAuth::None | ClientAuth::Basic | ClientAuth::Post) => {
                let what = format!("there is one, but nobody asks for it with auth {}", self.auth);
                broken.push(Broken::new(field, what, "auth private_key_jwt"));
            }
            _ => {}
        }
        broken
    }
}

/// RFC 8707 §2.
fn is_resource(text: &str) -> bool {
    let is_absolute = url::Url::parse(text).is_ok_and(|url| url.fragment().is_none());
    is_absolute && text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic())
}

fn rules_of_uri(kind: ClientKind, field: &'static str, uri: &RedirectUri) -> Vec<Broken> {
    let mut broken = Vec::new();
    if let Some(name) = query_names(uri).find(|name| ANSWERS.contains(&name.as_str())) {
        broken.push(Broken::new(field, format!("{uri} has a {name} parameter, which the answer adds"), "remove it"));
    }
    if kind != ClientKind::Native && uri.origin().is_none() {
        broken.push(Broken::new(field, format!("{uri} is a native app's"), "kind native, or an https address"));
    }
    broken
}

fn query_names(uri: &RedirectUri) -> impl Iterator<Item = String> {
    let query = uri.as_str().split_once('?').map_or("", |(_, query)| query).to_owned();
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect::<Vec<_>>().into_iter()
}

/// Whether people can be shown this as the name of something.
pub(super) fn is_name(text: &str) -> bool {
    (1..=60).contains(&text.chars().count()) && !text.chars().any(is_invisible)
}

/// Control characters, and those that turn or hide text.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
