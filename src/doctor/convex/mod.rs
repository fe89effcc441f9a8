//! An app's `convex/auth.config.ts` beside what this server signs. The errors are those that Convex gives: at the push for
//! what it cannot read, at the first sign-in for what does not fit.

mod jwks;
mod schema;

use std::sync::Arc;

use jsonwebtoken::jwk::JwkSet;
use serde_json::json;
use url::Url;

use super::auth_config::{AuthConfig, Provider, Value};
use super::client::change;
use super::{Finding, Mark, RelyingParty, differing};
use crate::config::{Config, SigningAlgorithm};
use crate::oidc::Client;

const CHECK: &str = "convex";

/// What the file is compared with.
pub struct Ours<'a> {
    /// The issuer, and what tokens are signed with.
    pub config: &'a Config,
    /// The apps whose tokens may be meant.
    pub clients: &'a [Arc<Client>],
    /// The published keys.
    pub keys: &'a JwkSet,
}

/// Every finding about the file.
pub fn convex(file: &AuthConfig, ours: &Ours<'_>) -> Vec<Finding> {
    let export = "end the file with: export default { providers: [ … ] }";
    if !file.exports {
        return vec![Finding::broken(CHECK, "the file exports nothing by default: AuthConfigMissingExportError", export)];
    }
    let Some(providers) = file.providers.as_deref().filter(|providers| !providers.is_empty()) else {
        return vec![Finding::broken(CHECK, "no list of providers can be read in the file", export)];
    };
    let whose: Vec<_> = providers.iter().map(|provider| whose(provider, ours, providers.len() == 1)).collect();
    let mut findings: Vec<_> = providers.iter().zip(&whose).flat_map(|(provider, whose)| one(provider, *whose, ours)).collect();
    if whose.iter().all(|whose| *whose == Whose::Another) {
        let issuer = &ours.config.issuer;
        let says = format!("no provider in the file names {issuer}: {}", answer(RelyingParty::ConvexOidc, "iss"));
        findings.push(Finding::broken(CHECK, says, "housekey client snippet ID convex prints the provider to add"));
    }
    findings
}

/// Which form a provider has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Oidc,
    Jwt,
}

impl Form {
    fn of(provider: &Provider) -> Self {
        if provider.get("type").is_some() { Self::Jwt } else { Self::Oidc }
    }

    /// The name of what holds the issuer.
    fn issuer(self) -> &'static str {
        match self {
            Self::Oidc => "domain",
            Self::Jwt => "issuer",
        }
    }

    fn party(self) -> RelyingParty {
        match self {
            Self::Oidc => RelyingParty::ConvexOidc,
            Self::Jwt => RelyingParty::ConvexJwt,
        }
    }
}

/// Whose tokens a provider is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Ours,
    /// Meant to be ours, and not quite.
    Nearly,
    Another,
    Unknown,
}

fn whose(provider: &Provider, ours: &Ours<'_>, alone: bool) -> Whose {
    let issuer = ours.config.issuer.as_str();
    // One that is spelled as the other form's is meant all the same.
    let named = [Form::of(provider).issuer(), "domain", "issuer"].iter().find_map(|name| provider.get(name));
    let Some(Value::Text(text)) = named else { return Whose::Unknown };
    if as_convex_reads(text) == issuer {
        return Whose::Ours;
    }
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(|host| host.trim_start_matches("www.").to_owned()));
    let near = host(&as_convex_reads(text)).is_some_and(|theirs| host(issuer).is_some_and(|ours| ours == theirs));
    if near || alone { Whose::Nearly } else { Whose::Another }
}

/// `https://` in front where there is no scheme, and no slashes at the end.
fn as_convex_reads(text: &str) -> String {
    let text = text.trim_end_matches('/');
    if text.contains("://") { text.to_owned() } else { format!("https://{text}") }
}

fn one(provider: &Provider, whose: Whose, ours: &Ours<'_>) -> Vec<Finding> {
    let form = Form::of(provider);
    let mut findings = schema::check(provider, form);
    match whose {
        Whose::Another => {
            let text = [form.issuer(), "domain", "issuer"].iter().find_map(|name| provider.get(name)).map(shown).unwrap_or_default();
            findings.push(Finding::fine(CHECK, format!("is for another login server: {text}")));
        }
        _ => findings.extend(ours_or_so(provider, form, whose, ours)),
    }
    if findings.iter().all(|finding| finding.mark == Mark::Fine) && whose == Whose::Ours {
        let audience = provider.get("applicationID").map_or_else(|| "every app".to_owned(), shown);
        findings.push(Finding::fine(CHECK, format!("fits the tokens for {audience}, byte for byte")));
    }
    for finding in &mut findings {
        finding.says = format!("line {}: {}", provider.line, finding.says);
        finding.facts["line"] = json!(provider.line);
    }
    findings
}

fn ours_or_so(provider: &Provider, form: Form, whose: Whose, ours: &Ours<'_>) -> Vec<Finding> {
    let issuer = ours.config.issuer.as_str();
    let mut findings = Vec::new();
    match provider.get(form.issuer()) {
        // That it is no address has been said.
        Some(Value::Text(text)) if schema::address(text).is_some() => {}
        Some(Value::Text(text)) if whose == Whose::Nearly => {
            let says =
                format!("{} is {}, and this server is {issuer}: {}", form.issuer(), differing(text, issuer), answer(form.party(), "iss"));
            findings.push(Finding::broken(CHECK, says, format!("{}: \"{issuer}\"", form.issuer())));
        }
        Some(Value::Text(text)) if text != issuer => {
            let says = format!("{} is {}; Convex forgives that, other programs do not", form.issuer(), differing(text, issuer));
            findings.push(Finding::note(CHECK, says, format!("{}: \"{issuer}\"", form.issuer())));
        }
        Some(value @ (Value::Environment(_) | Value::Other(_))) => findings.push(unseen(form.issuer(), value, issuer)),
        _ => {}
    }
    let (client, finding) = audience(provider, form, ours);
    let fetches = form == Form::Oidc || matches!(provider.get("jwks"), Some(Value::Text(text)) if !text.starts_with("data:"));
    if ours.config.issuer.is_loopback() && fetches {
        let says = format!("Convex's cloud cannot reach {issuer}: only a Convex backend on this machine can");
        let id = client.map_or("ID", |client| client.id.as_str());
        findings.push(Finding::note(CHECK, says, format!("housekey client snippet {id} convex-jwt --inline-jwks")));
    }
    findings.extend(finding);
    findings.extend(algorithm(provider, form, client, ours));
    if form == Form::Jwt {
        findings.extend(jwks::check(provider, ours));
    }
    findings
}

/// The app that is meant, and what is wrong with its name.
fn audience<'a>(provider: &Provider, form: Form, ours: &'a Ours<'_>) -> (Option<&'a Client>, Option<Finding>) {
    let known: Vec<_> = ours.clients.iter().map(|client| client.audience()).collect();
    let text = match provider.get("applicationID") {
        Some(Value::Text(text)) => text,
        Some(value) => return (None, Some(unseen("applicationID", value, &known.join(" or ")))),
        None if form == Form::Jwt => {
            let says = "applicationID is missing: tokens of every app of this server are taken";
            let remedy = format!("applicationID: \"{}\"", known.first().copied().unwrap_or("the client_id"));
            return (None, Some(Finding::note(CHECK, says, remedy)));
        }
        // That it is missing has been said.
        None => return (None, None),
    };
    if let Some(client) = ours.clients.iter().find(|client| client.audience() == text) {
        return (Some(client), None);
    }
    let refused = answer(form.party(), "aud");
    let finding = match ours.clients {
        [] => Finding::broken(CHECK, format!("applicationID is {text}, and no app is registered: {refused}"), "housekey client add"),
        [client] => {
            let says = format!(
                "applicationID is {}; tokens for {} have aud {}: {refused}",
                differing(text, client.audience()),
                client.id,
                client.audience()
            );
            let other = change(ours.config, &client.id, &format!("audience = \"{text}\""), &format!("--audience {text}"));
            Finding::broken(CHECK, says, format!("applicationID: \"{}\", or {other}", client.audience()))
        }
        _ => {
            let says = format!("applicationID is {text}; the apps' tokens have aud {}: {refused}", known.join(", "));
            Finding::broken(CHECK, says, "name one of them, or: housekey client edit ID --audience …")
        }
    };
    (None, Some(finding))
}

/// What the app's tokens are signed with, and what this form takes.
fn algorithm(provider: &Provider, form: Form, client: Option<&Client>, ours: &Ours<'_>) -> Option<Finding> {
    let signing = client.map_or(ours.config.tokens.signing, |client| client.algorithm(&ours.config.tokens));
    let of = client.map_or_else(|| "tokens".to_owned(), |client| format!("tokens for {}", client.id));
    if !form.party().algorithms().contains(&signing.as_str()) {
        let says = format!("{of} are signed with {signing}, which this form does not take: {}", answer(form.party(), "alg"));
        let instead = if signing == SigningAlgorithm::Es256 { "convex-jwt" } else { "convex" };
        return Some(Finding::broken(CHECK, says, format!("sign with RS256, or use the other form: housekey client snippet ID {instead}")));
    }
    match provider.get("algorithm") {
        Some(Value::Text(text)) if form == Form::Jwt && schema::ALGORITHMS.contains(&text.as_str()) && text != signing.as_str() => {
            let says = format!("algorithm is {text}; {of} are signed with {signing}: {}", answer(form.party(), "alg"));
            Some(Finding::broken(CHECK, says, format!("algorithm: \"{signing}\"")))
        }
        Some(value @ (Value::Environment(_) | Value::Other(_))) => Some(unseen("algorithm", value, signing.as_str())),
        _ => None,
    }
}

/// What Convex answers where this rule is broken.
fn answer(party: RelyingParty, rule: &str) -> &'static str {
    party.says(rule).unwrap_or("401")
}

/// What only the deployment knows.
fn unseen(name: &str, value: &Value, expected: &str) -> Finding {
    match value {
        Value::Environment(variable) => {
            let says = format!("{name} comes from the environment ({variable}): it cannot be checked here");
            Finding::note(CHECK, says, format!("npx convex env get {variable} must say exactly: {expected}"))
        }
        other => Finding::note(CHECK, format!("{name} cannot be read here: {}", shown(other)), format!("it must be exactly: {expected}")),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Other(text) => text.clone(),
        Value::Environment(name) => format!("process.env.{name}"),
    }
}

#[cfg(test)]
mod tests;
