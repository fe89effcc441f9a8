//! Clients: read from the file, and judged by the same rules wherever they come from.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::ExposeSecret;

use super::check::Surroundings;
use super::problem::Problem;
use super::read::Reader;
use super::secret::secret;
use super::{Branding, ClientAuth, ClientEntry, ClientKind, Delivery, Secret, SigningAlgorithm, branding};
use crate::types::{ClientId, Origin, RedirectUri};

const SHORTEST_SECRET: usize = 24;
/// What an answer adds to a redirect URI: nothing of the kind may be there already.
const ANSWERS: [&str; 7] = ["code", "state", "iss", "error", "error_description", "error_uri", "response"];

pub(super) fn read_all(reader: &Reader<'_>, global: &Branding, around: &Surroundings<'_>) -> BTreeMap<ClientId, ClientEntry> {
    let ids: BTreeSet<_> = reader.keys().filter_map(|key| key.strip_prefix("clients.")?.split('.').next()).map(str::to_owned).collect();
    let mut clients = BTreeMap::new();
    for text in ids {
        let Some(id) = ClientId::parse(&text) else {
            reader.add(Problem::new(format!("clients.{text}"), "is not a client identifier").remedy("1 to 64 of A-Z a-z 0-9 . _ -"));
            continue;
        };
        let entry = read(reader, &id, global, around);
        for why in entry.check(&id) {
            reader.add(why);
        }
        clients.insert(id, entry);
    }
    for name in around.env.names().filter(|name| name.ends_with("__SECRET") || name.ends_with("__SECRET_FILE")) {
        let known = clients.keys().any(|id| name.trim_end_matches("_FILE") == variable(id));
        if !known {
            reader.add(Problem::new(name, "no client in the configuration file has this name").remedy("HOUSEKEY_CLIENTS__<ID>__SECRET, with - and . of the ID as _"));
        }
    }
    clients
}

fn variable(id: &ClientId) -> String {
    format!("HOUSEKEY_CLIENTS__{}__SECRET", id.as_str().to_uppercase().replace(['-', '.'], "_"))
}

fn read(reader: &Reader<'_>, id: &ClientId, global: &Branding, around: &Surroundings<'_>) -> ClientEntry {
    let key = |name: &str| format!("clients.{id}.{name}");
    let kind = reader.word(&key("kind"), ClientKind::parse, ClientKind::ALL, ClientKind::Spa);
    let public = matches!(kind, ClientKind::Spa | ClientKind::Native);
    let usual_auth = if public { ClientAuth::None } else { ClientAuth::Basic };
    let auth = if reader.value(&key("auth")).is_some() { reader.word(&key("auth"), ClientAuth::parse, ClientAuth::ALL, usual_auth) } else { usual_auth };
    let delivery = if reader.value(&key("delivery")).is_some() {
        reader.word(&key("delivery"), Delivery::parse, Delivery::ALL, Delivery::Code)
    } else {
        Delivery::Code
    };
    let signing = reader.value(&key("signing")).is_some();
    let initiate = reader.optional(&key("initiate_login_uri"));
    let has_branding = reader.keys().any(|one| one.starts_with(&key("branding.")));
    let in_file = reader.optional(&key("secret"));
    if in_file.is_some() && !around.on_loopback {
        reader.wrong(&key("secret"), "a secret stands in the file", format!("set {} instead", variable(id)));
    }
    ClientEntry {
        kind,
        name: reader.optional(&key("name")),
        auth,
        secret: secret(reader, &variable(id), around).or(in_file.map(Into::into)).map(Secret),
        redirect_uris: reader.parsed(&key("redirect_uris"), RedirectUri::parse),
        post_logout_redirect_uris: reader.parsed(&key("post_logout_redirect_uris"), RedirectUri::parse),
        origins: reader.parsed(&key("origins"), Origin::parse),
        delivery,
        signing: signing.then(|| reader.word(&key("signing"), SigningAlgorithm::parse, SigningAlgorithm::ALL, SigningAlgorithm::Rs256)),
        first_party: reader.yes_no(&key("first_party"), false),
        audience: reader.optional(&key("audience")),
        initiate_login_uri: initiate.and_then(|text| {
            RedirectUri::parse(&text).map_err(|why| reader.wrong(&key("initiate_login_uri"), format!("{text} {why}"), "correct it")).ok()
        }),
        branding: has_branding.then(|| branding::read(reader, &key("branding"), Some(global), around.folder)),
    }
}

impl ClientEntry {
    /// Everything that is wrong with this registration, wherever it comes from.
    pub fn check(&self, id: &ClientId) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |what: String, remedy: &str| problems.push(Problem::new(format!("client {id}"), what).remedy(remedy));
        let kind = self.kind;
        let public = matches!(kind, ClientKind::Spa | ClientKind::Native);
        match (public, self.auth) {
            (true, ClientAuth::None) | (false, ClientAuth::Basic | ClientAuth::Post) => {}
            (_, ClientAuth::PrivateKeyJwt) => wrong("private_key_jwt is not available in this version".into(), "basic or post"),
            (true, _) => wrong(format!("a {kind} client cannot keep a secret"), "auth none; PKCE protects it"),
            (false, ClientAuth::None) => wrong(format!("a {kind} client must prove itself"), "auth basic or post"),
        }
        if matches!(self.auth, ClientAuth::Basic | ClientAuth::Post) {
            match &self.secret {
                None => wrong("has no secret".into(), "set it in the environment; 24 random characters or more"),
                Some(secret) if secret.0.expose_secret().len() < SHORTEST_SECRET && secret.0.expose_secret() != "kept elsewhere" => {
                    wrong(format!("its secret is shorter than {SHORTEST_SECRET} characters"), "openssl rand -base64 32");
                }
                Some(_) => {}
            }
        }
        if self.delivery == Delivery::Token && !(kind == ClientKind::Spa && self.first_party) {
            wrong("token delivery is for your own single-page apps".into(), "kind spa and first_party, or delivery code");
        }
        if self.redirect_uris.is_empty() && kind != ClientKind::Service {
            wrong("has no redirect URI".into(), "at least one: where people return to");
        }
        for uri in &self.redirect_uris {
            if let Some(name) = query_names(uri).find(|name| ANSWERS.contains(&name.as_str())) {
                wrong(format!("the redirect URI {uri} has a {name} parameter, which the answer adds"), "remove it");
            }
            if self.kind != ClientKind::Native && uri.origin().is_none() {
                wrong(format!("the redirect URI {uri} is a native app's"), "kind native, or an https address");
            }
        }
        if self.audience.as_deref().is_some_and(|audience| audience.is_empty() || audience.chars().any(char::is_whitespace)) {
            wrong("its audience has spaces or is empty".into(), "one word, like the client_id");
        }
        if self.name.as_deref().is_some_and(|name| name.chars().count() > 60 || name.chars().any(is_invisible)) {
            wrong("its name is longer than 60 characters, or has invisible ones".into(), "shorten it");
        }
        problems
    }
}

fn query_names(uri: &RedirectUri) -> impl Iterator<Item = String> {
    let query = uri.as_str().split_once('?').map_or("", |(_, query)| query).to_owned();
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect::<Vec<_>>().into_iter()
}

/// Control characters, and those that turn or hide text.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
