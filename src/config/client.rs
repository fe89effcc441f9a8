//! Clients: read from the file, and judged by the same rules wherever they come from.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use super::check::Surroundings;
use super::client_rules::Broken;
use super::named::Named;
use super::problem::Problem;
use super::read::{Reader, shown};
use super::secret::secret_of;
use super::{
    Branding, ClientAuth, ClientEntry, ClientKeys, ClientKind, CustomClaims, Delivery, Dpop, IdTokenClaims, Pkce, RefreshIn, SameSite,
    Secret, SigningAlgorithm, branding,
};
use crate::types::{ClientId, Origin, RedirectUri};

const SHORTEST_SECRET: usize = 24;
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
                !(reader.is_wrong(&key(rule.field))
                    || matches!(rule.field, "secret" | "jwks" | "jwks_uri") && reader.is_wrong(&key("auth")))
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
    ClientEntry {
        kind,
        name: reader.optional(&key("name")),
        auth: reader.word_or(&key("auth"), ClientAuth::parse, usual_auth),
        secret: read_secret(reader, &key("secret"), around),
        jwks: reader.reads(&key("jwks"), ClientKeys::parse, "the public keys alone, as a JWK set"),
        jwks_uri: address("jwks_uri", "like https://app.example/jwks.json"),
        redirect_uris: uris("redirect_uris"),
        post_logout_redirect_uris: uris("post_logout_redirect_uris"),
        origins: reader.parsed(&key("origins"), Origin::parse, "exactly as browsers send it, like https://app.example"),
        delivery: reader.word_or(&key("delivery"), Delivery::parse, Delivery::Code),
        refresh: reader.word_or(&key("refresh"), RefreshIn::parse, RefreshIn::Body),
        same_site: reader.word_or(&key("same_site"), SameSite::parse, SameSite::Lax),
        pkce: reader.word_or(&key("pkce"), Pkce::parse, Pkce::Required),
        signing: given("signing").then(|| reader.word(&key("signing"), SigningAlgorithm::parse, SigningAlgorithm::Rs256)),
        first_party: reader.yes_no(&key("first_party"), false),
        require_par: reader.yes_no(&key("require_par"), false),
        audience: reader.optional(&key("audience")),
        resources: reader.list(&key("resources")),
        dpop: reader.word_or(&key("dpop"), Dpop::parse, Dpop::Optional),
        scopes: reader.list(&key("scopes")),
        id_token: reader.word_or(&key("id_token"), IdTokenClaims::parse, IdTokenClaims::Full),
        claims: reader.reads(&key("claims"), CustomClaims::parse, r#"like {"role": "authenticated", "user": "{sub}"}"#),
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
