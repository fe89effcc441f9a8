//! Apps as they are registered: where people and answers go, whether browsers take app and issuer for one site, and what
//! relying parties will make of their tokens.

use std::sync::Arc;

use serde_json::{Value, json};
use url::{Host, Url};

use super::Finding;
use super::site::Site;
use crate::config::{ClientKind, Config, MethodName, SameSite, SigningAlgorithm};
use crate::oidc::Client;
use crate::types::{ClientId, Origin, RedirectUri};

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

/// The name by which an address means this machine.
fn loopback_name(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let local = match url.host()? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    local.then(|| url.host_str().unwrap_or_default().to_owned())
}

fn addresses(client: &Client) -> impl Iterator<Item = &str> {
    let uris = client.entry.redirect_uris.iter().chain(&client.entry.post_logout_redirect_uris).map(RedirectUri::as_str);
    uris.chain(client.origins.iter().map(Origin::as_str))
}

/// Answers that leave production for whatever listens on somebody's machine.
fn loopback(config: &Config, client: &Client) -> Option<Finding> {
    let native = client.entry.kind == ClientKind::Native;
    if config.issuer.is_loopback() || native {
        return None;
    }
    let local: Vec<_> = addresses(client).filter(|address| loopback_name(address).is_some()).collect();
    let first = local.first()?;
    let says = format!(
        "{}: {} may be used in production: whatever program listens there on a person's machine gets what the app would",
        client.id,
        local.join(", ")
    );
    let remedy = change(config, &client.id, "take it out", &format!("--remove-redirect-uri {first}"));
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
            "{sites}, and same_site is none: Chrome sends the refresh cookie unless a person blocks third-party cookies; Safari \
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
mod tests {
    use super::*;
    use crate::doctor::Mark;
    use crate::doctor::sample::house;

    /// What is found about the one app of this file. Production needs no relay for this: letters go to a folder.
    fn found(issuer: &str, letters: bool, app: &str) -> Vec<Finding> {
        let folder = if letters { "email.folder = \"/tmp\"" } else { "" };
        let kind = if app.contains("kind") { "" } else { "kind = \"spa\"" };
        let (config, all) = house(issuer, &format!("{folder}\n[clients.web]\nfirst_party = true\n{kind}\n{app}"));
        clients(&config, &all)
    }

    #[test]
    fn an_app_in_order_is_one_line() {
        let app = "kind = \"spa\"\nredirect_uris = [\"https://app.example.com/callback\"]\ndelivery = \"token\"";
        let found = found("https://auth.example.com", false, app);
        assert_eq!((found.len(), found[0].mark), (1, Mark::Fine), "{found:?}");
        assert_eq!(
            found[0].says,
            "web: people return to https://app.example.com/callback; its scripts run at https://app.example.com (same site); its tokens say aud web and are signed with RS256"
        );
        assert_eq!(found[0].facts["origins"][0]["same_site"], true);
    }

    #[test]
    fn each_thing_about_an_app_is_one_finding() {
        let (near, far) = ("redirect_uris = [\"https://app.example.com/cb\"]\n", "redirect_uris = [\"https://app.example.net/cb\"]\n");
        let crossing = "refresh = \"cookie\"\nsame_site = \"none\"";
        let (issuer, spa) = ("https://auth.example.com", near);
        for (issuer, letters, app, mark, says, remedy) in [
            (
                issuer,
                false,
                &*format!("{far}{crossing}"),
                Mark::Note,
                "Safari (ITP) and Firefox (Total Cookie Protection) do not",
                "below one domain",
            ),
            (issuer, false, &*format!("{near}{crossing}"), Mark::Note, "the cookie goes along without it", "leave same_site out"),
            (
                issuer,
                false,
                "redirect_uris = [\"https://app.example.net/cb\"]\ndelivery = \"token\"",
                Mark::Broken,
                "different sites",
                "delivery = \"code\" and refresh = \"body\"",
            ),
            (
                issuer,
                false,
                "redirect_uris = [\"https://app.example.net/cb\"]\nrefresh = \"cookie\"",
                Mark::Broken,
                "different sites",
                "in [clients.web] refresh = \"body\"",
            ),
            (
                "https://a.github.io",
                false,
                "redirect_uris = [\"https://b.github.io/cb\"]\nrefresh = \"cookie\"",
                Mark::Broken,
                "different sites",
                "one domain",
            ),
            (
                issuer,
                false,
                "redirect_uris = [\"https://app.example.com/cb\", \"http://localhost:5173/cb\"]",
                Mark::Note,
                "http://localhost:5173/cb, http://localhost:5173 may be used in production",
                "take it out",
            ),
            (
                "http://localhost:8085",
                false,
                "redirect_uris = [\"http://127.0.0.1:5173/cb\"]\nrefresh = \"cookie\"",
                Mark::Broken,
                "different sites",
                "address bar: localhost",
            ),
            (
                "http://localhost:8085",
                false,
                "redirect_uris = [\"http://127.0.0.1:5173/cb\"]",
                Mark::Note,
                "127.0.0.1 and localhost are this machine",
                "localhost",
            ),
            (
                issuer,
                false,
                "kind = \"native\"\nredirect_uris = [\"http://localhost/cb\"]",
                Mark::Note,
                "exactly this port",
                "http://127.0.0.1/cb",
            ),
            (
                issuer,
                false,
                &*format!("{spa}audience = \"convex\""),
                Mark::Note,
                "for convex, not for web: strict OpenID clients",
                "leave audience out",
            ),
            (issuer, false, &*format!("{spa}signing = \"ES256\""), Mark::Note, "no ES256 in its form { domain, applicationID }", "RS256"),
            (issuer, false, &*format!("{spa}signing = \"EdDSA\""), Mark::Note, "no EdDSA in its form customJwt", "RS256"),
            (
                issuer,
                true,
                spa,
                Mark::Note,
                "initiate_login_uri is missing: a letter's link that is opened in another browser ends at https://app.example.com/",
                "initiate_login_uri =",
            ),
            (
                issuer,
                true,
                "kind = \"native\"\nredirect_uris = [\"com.example.app:/cb\"]",
                Mark::Note,
                "ends here and at no app",
                "initiate_login_uri =",
            ),
        ] {
            let found = found(issuer, letters, app);
            let about: Vec<_> = found.iter().filter(|finding| finding.mark != Mark::Fine).collect();
            assert_eq!(about.len(), 1, "{app}: {about:?}");
            assert!(about[0].mark == mark && about[0].says.contains(says), "{app}: {about:?}");
            assert!(about[0].remedy.as_deref().unwrap().contains(remedy), "{app}: {about:?}");
        }
        // A cookie that goes along on one machine, and an app that keeps its own token anywhere.
        for (issuer, app) in [
            ("http://localhost:8085", "redirect_uris = [\"http://localhost:5173/cb\"]\nrefresh = \"cookie\""),
            ("https://auth.example.com", "redirect_uris = [\"https://app.example.net/cb\"]"),
            ("https://auth.example.com", "kind = \"native\"\nredirect_uris = [\"http://127.0.0.1/cb\", \"com.example.app:/cb\"]"),
        ] {
            let found = found(issuer, false, app);
            assert_eq!(found.len(), 1, "{app}: {found:?}");
        }
    }
}
