//! Clients: read from the file, and judged by the same rules wherever they come from.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use super::check::Surroundings;
use super::named::Named;
use super::problem::Problem;
use super::read::{Reader, shown};
use super::secret::secret_of;
use super::setting::variable_of;
use super::{
    Branding, ClientAuth, ClientEntry, ClientKeys, ClientKind, Delivery, Pkce, RefreshIn, SameSite, Secret, SigningAlgorithm, branding,
};
use crate::types::{ClientId, Origin, RedirectUri};

const SHORTEST_SECRET: usize = 24;
/// What an answer adds to a redirect URI: nothing of the kind may be there already.
const ANSWERS: [&str; 7] = ["code", "state", "iss", "error", "error_description", "error_uri", "response"];

/// Scopes that are about a person (OpenID Connect Core §5.4 and §11).
const ABOUT_PEOPLE: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Reads every client of the file.
pub(super) fn read_all(reader: &Reader<'_>, global: &Branding, around: &Surroundings<'_>) -> BTreeMap<ClientId, ClientEntry> {
    let mut clients = BTreeMap::new();
    for text in reader.named(Named::Clients) {
        let Some(id) = ClientId::parse(text) else {
            let problem = Problem::new(format!("[clients.\"{}\"]", text.escape_debug()), "is not a client identifier");
            reader.add(problem.remedy(ClientId::RULE));
            continue;
        };
        let entry = read(reader, &id, global, around);
        let key = |field: &str| Named::Clients.key(id.as_str(), field);
        // What could not be read is not judged: one mistake, one problem.
        if !reader.is_wrong(&key("kind")) {
            let is_news = |rule: &Broken| {
                !(reader.is_wrong(&key(rule.field)) || matches!(rule.field, "secret" | "jwks") && reader.is_wrong(&key("auth")))
            };
            for rule in entry.broken_rules(&id).into_iter().filter(is_news) {
                reader.wrong(&key(rule.field), rule.what, rule.remedy);
            }
        }
        clients.insert(id, entry);
    }
    clients
}

fn read(reader: &Reader<'_>, id: &ClientId, global: &Branding, around: &Surroundings<'_>) -> ClientEntry {
    let key = |name: &str| Named::Clients.key(id.as_str(), name);
    let given = |name: &str| reader.value(&key(name)).is_some();
    let uris = |name: &str| reader.parsed(&key(name), RedirectUri::parse, "like https://app.example/callback");
    let kind = reader.word(&key("kind"), ClientKind::parse, ClientKind::Spa);
    let usual_auth = if kind.is_public() { ClientAuth::None } else { ClientAuth::Basic };
    let address = |name: &str, like: &str| {
        let refuse = |text: &str, why| reader.wrong(&key(name), format!("{} {why}", shown(text)), like);
        reader.optional(&key(name)).and_then(|text| RedirectUri::parse(&text).map_err(|why| refuse(&text, why)).ok())
    };
    let keys = |text: String| {
        let refuse = |why| reader.wrong(&key("jwks"), why, "the public keys alone, as a JWK set");
        ClientKeys::parse(&text).map_err(refuse).ok()
    };
    ClientEntry {
        kind,
        name: reader.optional(&key("name")),
        auth: if given("auth") { reader.word(&key("auth"), ClientAuth::parse, usual_auth) } else { usual_auth },
        secret: read_secret(reader, &key("secret"), around),
        jwks: reader.optional(&key("jwks")).and_then(keys),
        redirect_uris: uris("redirect_uris"),
        post_logout_redirect_uris: uris("post_logout_redirect_uris"),
        origins: reader.parsed(&key("origins"), Origin::parse, "exactly as browsers send it, like https://app.example"),
        delivery: if given("delivery") { reader.word(&key("delivery"), Delivery::parse, Delivery::Code) } else { Delivery::Code },
        refresh: if given("refresh") { reader.word(&key("refresh"), RefreshIn::parse, RefreshIn::Body) } else { RefreshIn::Body },
        same_site: if given("same_site") { reader.word(&key("same_site"), SameSite::parse, SameSite::Lax) } else { SameSite::Lax },
        pkce: if given("pkce") { reader.word(&key("pkce"), Pkce::parse, Pkce::Required) } else { Pkce::Required },
        signing: given("signing").then(|| reader.word(&key("signing"), SigningAlgorithm::parse, SigningAlgorithm::Rs256)),
        first_party: reader.yes_no(&key("first_party"), false),
        audience: reader.optional(&key("audience")),
        scopes: reader.list(&key("scopes")),
        initiate_login_uri: address("initiate_login_uri", "like https://app.example/sign-in"),
        backchannel_logout_uri: address("backchannel_logout_uri", "like https://app.example/signed-out"),
        branding: reader
            .keys()
            .any(|one| one.starts_with(&key("branding.")))
            .then(|| branding::read(reader, &key("branding"), Some(global), around.folder)),
    }
}

fn read_secret(reader: &Reader<'_>, key: &str, around: &Surroundings<'_>) -> Option<Secret> {
    let secret = secret_of(reader, key, around)?;
    let length = secret.expose_secret().len();
    if length < SHORTEST_SECRET {
        reader.wrong(
            key,
            format!("the secret has {length} characters: it could be guessed"),
            "24 or more, for example from: openssl rand -base64 32",
        );
    } else if secret.expose_secret().chars().any(|c| c.is_whitespace() || c.is_control()) {
        reader.wrong(key, "the secret has spaces or control characters in it", "make one with: openssl rand -base64 32");
    }
    Some(Secret(secret))
}

impl ClientKind {
    /// Whether everybody can look into the program, so that it cannot keep a secret.
    pub fn is_public(self) -> bool {
        matches!(self, Self::Spa | Self::Native | Self::Device)
    }
}

/// A rule that a registration breaks.
struct Broken {
    field: &'static str,
    what: String,
    remedy: String,
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

    fn broken_rules(&self, id: &ClientId) -> Vec<Broken> {
        let mut broken = self.broken_rules_of_proof(id);
        let kind = self.kind;
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
        broken.extend(self.broken_rules_of_scopes());
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            broken.push(Broken::new("name", "must be 1 to 60 characters, none of them invisible", "what people call the app"));
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
        match (&self.jwks, self.auth) {
            (None, ClientAuth::PrivateKeyJwt) if !public => {
                broken.push(Broken::new("jwks", "there is none", "the public keys that the client signs with, as a JWK set"));
            }
            (Some(_), ClientAuth::None | ClientAuth::Basic | ClientAuth::Post) => {
                broken.push(Broken::new(
                    "jwks",
                    format!("there is one, but nobody asks for it with auth {}", self.auth),
                    "auth private_key_jwt",
                ));
            }
            _ => {}
        }
        broken
    }
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
