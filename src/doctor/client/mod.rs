//! Apps as they are registered: where people and answers go, whether browsers take app and issuer for one site, and what
//! relying parties will make of their tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Finding;
use super::site::Site;
use crate::config::{ClientKind, Config, MethodName, Pkce, SameSite, SigningAlgorithm};
use crate::oidc::Client;
use crate::types::{ClientId, Origin, RedirectUri, loopback_name};

const CHECK: &str = "client";

/// Every finding about these apps.
pub fn clients(config: &Config, clients: &[Arc<Client>]) -> Vec<Finding> {
    if clients.is_empty() && config.is_development() {
        return vec![Finding::fine(CHECK, "no app is registered: one on this machine is the client dev and needs no registration")];
    }
    if clients.is_empty() {
        let remedy = "housekey client add \"My app\" --kind spa --redirect-uri https://app.example/callback --first-party";
        return vec![Finding::note(CHECK, "no app is registered: nobody can sign in to anything", remedy)];
    }
    clients.iter().flat_map(|client| one(config, client)).collect()
}

/// How this registration is changed, be it in the file or in the database.
pub(super) fn change(config: &Config, id: &ClientId, setting: &str, option: &str) -> String {
    if config.clients.contains_key(id) { format!("in [clients.{id}] {setting}") } else { format!("housekey client edit {id} {option}") }
}

fn one(config: &Config, client: &Client) -> Vec<Finding> {
    let notes = [
        loopback(config, client),
        cookie(config, client).or_else(|| names_of_loopback(config, client)),
        audience(config, client),
        algorithm(config, client),
        pkce(config, client),
        start(config, client),
    ];
    let mut findings = vec![Finding::fine(CHECK, format!("{}: {}", client.id, in_words(config, client)))];
    findings.extend(notes.into_iter().flatten());
    for finding in &mut findings {
        finding.facts["client_id"] = json!(client.id);
    }
    findings[0].facts["origins"] = client.origins.iter().map(|origin| in_facts(config, origin)).collect();
    findings
}

fn in_facts(config: &Config, origin: &Origin) -> Value {
    json!({ "origin": origin, "same_site": is_same_site(config, origin) })
}

fn in_words(config: &Config, client: &Client) -> String {
    let entry = &client.entry;
    let list = |uris: &[RedirectUri]| uris.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if entry.kind == ClientKind::Service {
        parts.push("it signs nobody in".to_owned());
    } else {
        parts.push(format!("people return to {}", list(&entry.redirect_uris)));
    }
    if !entry.post_logout_redirect_uris.is_empty() {
        parts.push(format!("sign out to {}", list(&entry.post_logout_redirect_uris)));
    }
    if entry.kind == ClientKind::Spa {
        let site = |origin: &Origin| format!("{origin} ({})", if is_same_site(config, origin) { "same site" } else { "another site" });
        parts.push(format!("its scripts run at {}", client.origins.iter().map(site).collect::<Vec<_>>().join(", ")));
    }
    parts.push(format!("its tokens say aud {} and are signed with {}", client.audience(), client.algorithm(&config.tokens)));
    parts.join("; ")
}

fn is_same_site(config: &Config, origin: &Origin) -> bool {
    Site::of(origin) == Site::of(&config.issuer.origin())
}

/// Everything that was registered; the origins of redirect URIs say nothing more.
fn addresses(client: &Client) -> impl Iterator<Item = &str> {
    let uris = client.entry.redirect_uris.iter().chain(&client.entry.post_logout_redirect_uris).map(RedirectUri::as_str);
    uris.chain(client.entry.origins.iter().map(Origin::as_str))
}

/// Answers that leave production for whatever listens on somebody's machine.
fn loopback(config: &Config, client: &Client) -> Option<Finding> {
    let native = client.entry.kind == ClientKind::Native;
    if config.issuer.is_loopback() || native {
        return None;
    }
    let local: Vec<_> = addresses(client).filter(|address| loopback_name(address).is_some()).collect();
    if local.is_empty() {
        return None;
    }
    let says = format!(
        "{}: {} may be used in production: whatever program listens there on a person's machine gets what the app would",
        client.id,
        local.join(", ")
    );
    let option = format!("--remove-redirect-uri {}", local[0]);
    let remedy = change(config, &client.id, "take it out", &option);
    Some(Finding::note(CHECK, says, format!("{remedy}; give development a client of its own")))
}

/// `localhost` and `127.0.0.1` are one machine and two sites.
fn names_of_loopback(config: &Config, client: &Client) -> Option<Finding> {
    if client.entry.kind == ClientKind::Native {
        let named =
            client.entry.redirect_uris.iter().find(|uri| loopback_name(uri.as_str()).is_some_and(|name| name.ends_with("localhost")))?;
        let says =
            format!("{}: {named} is taken with exactly this port: only 127.0.0.1 and [::1] may come with any (RFC 8252 §7.3)", client.id);
        let other = named.as_str().replacen("localhost", "127.0.0.1", 1);
        let remedy = change(config, &client.id, &format!("use {other}"), &format!("--add-redirect-uri {other}"));
        return Some(Finding::note(CHECK, says, remedy));
    }
    let mut names: Vec<_> = addresses(client).chain([config.issuer.as_str()]).filter_map(loopback_name).collect();
    names.sort();
    names.dedup();
    if names.len() < 2 {
        return None;
    }
    let says = format!("{}: {} are this machine, but to a browser each is a site with cookies of its own", client.id, names.join(" and "));
    let usual = loopback_name(config.issuer.as_str()).unwrap_or_else(|| "localhost".to_owned());
    Some(Finding::note(CHECK, says, one_name(&usual)))
}

fn one_name(usual: &str) -> String {
    format!("use one name for this machine everywhere, also in the browser's address bar: {usual}")
}

/// Whether the refresh cookie goes along when the app's scripts call.
fn cookie(config: &Config, client: &Client) -> Option<Finding> {
    if !client.refreshes_by_cookie() {
        return None;
    }
    let strangers: Vec<_> = client.origins.iter().filter(|origin| !is_same_site(config, origin)).map(Origin::as_str).collect();
    let (id, crosses) = (&client.id, client.entry.same_site == SameSite::None);
    if strangers.is_empty() {
        let says =
            format!("{id}: same_site is none, and all its origins are on the site of {}: the cookie goes along without it", config.issuer);
        let remedy = change(config, id, "leave same_site out", "--same-site lax");
        return crosses.then(|| Finding::note(CHECK, says, remedy));
    }
    let sites = format!("{id}: {} and {} are different sites", strangers.join(", "), config.issuer);
    let usual = loopback_name(config.issuer.as_str()).filter(|_| strangers.iter().all(|origin| loopback_name(origin).is_some()));
    let together = usual.map_or_else(|| ONE_SITE.to_owned(), |usual| one_name(&usual));
    let option = if client.takes_tokens() { "--delivery code --refresh body" } else { "--refresh body" };
    let setting = if client.takes_tokens() { "delivery = \"code\" and refresh = \"body\"" } else { "refresh = \"body\"" };
    let remedy = format!("{together}; or let the app keep its refresh token: {}", change(config, id, setting, option));
    if crosses {
        let says = format!(
            "{sites}, and same_site is none: Chrome sends the refresh cookie unless third-party cookies are blocked; Safari \
             (ITP) and Firefox (Total Cookie Protection) do not, so their people are signed out at each reload"
        );
        return Some(Finding::note(CHECK, says, remedy));
    }
    let says = format!("{sites}, so browsers do not send the refresh cookie along: people are signed out at each reload");
    Some(Finding::broken(CHECK, says, remedy))
}

const ONE_SITE: &str = "serve both with https below one domain, like https://auth.example.com and https://app.example.com";

fn audience(config: &Config, client: &Client) -> Option<Finding> {
    let (id, audience) = (&client.id, client.audience());
    if audience == id.as_str() || client.entry.kind == ClientKind::Service {
        return None;
    }
    let says = format!(
        "{id}: its ID tokens are for {audience}, not for {id}: strict OpenID clients (Auth.js, oidc-client-ts, openid-client) refuse them"
    );
    let remedy = change(config, id, "leave audience out", &format!("--audience {id}"));
    Some(Finding::note(CHECK, says, format!("if the app uses one of those: {remedy}, and name {id} as applicationID in Convex")))
}

fn algorithm(config: &Config, client: &Client) -> Option<Finding> {
    let (id, algorithm) = (&client.id, client.algorithm(&config.tokens));
    let (refuses, takes) = match algorithm {
        SigningAlgorithm::Rs256 => return None,
        SigningAlgorithm::Es256 => ("{ domain, applicationID }", "customJwt"),
        SigningAlgorithm::EdDsa => ("customJwt", "{ domain, applicationID }"),
    };
    let says = format!("{id}: Convex takes no {algorithm} in its form {refuses}, only in {takes}");
    let remedy = change(config, id, "set signing = \"RS256\"", "--alg RS256");
    Some(Finding::note(CHECK, says, format!("for both forms: {remedy}")))
}

fn pkce(config: &Config, client: &Client) -> Option<Finding> {
    let id = &client.id;
    let says = format!("{id}: pkce is optional, which is legacy: a stolen code is protected by the app's secret alone (RFC 9700 §2.1.1)");
    let remedy = change(config, id, "leave pkce out", "--pkce required");
    let remedy = format!("once the app's library sends code_challenge: {remedy}");
    (client.entry.pkce == Pkce::Optional).then(|| Finding::note(CHECK, says, remedy))
}

/// A letter may be opened anywhere. Where the app did not begin, it has to begin anew (OpenID Connect Core §4).
fn start(config: &Config, client: &Client) -> Option<Finding> {
    let id = &client.id;
    if client.entry.initiate_login_uri.is_some() || client.entry.kind == ClientKind::Service || !config.offers(MethodName::Email) {
        return None;
    }
    let ends = match client.entry.redirect_uris.iter().find_map(RedirectUri::origin) {
        Some(origin) => format!("ends at {origin}/, which has to begin a sign-in by itself"),
        None => "ends here and at no app".to_owned(),
    };
    let says = format!("{id}: initiate_login_uri is missing: a letter's link that is opened in another browser {ends}");
    let example = "https://app.example/sign-in";
    let remedy = change(config, id, &format!("set initiate_login_uri = \"{example}\""), &format!("--initiate-login-uri {example}"));
    Some(Finding::note(CHECK, says, format!("{remedy} (yours: an address that begins a sign-in)")))
}

#[cfg(test)]
mod tests;
