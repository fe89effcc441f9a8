//! What Convex refuses when the file is pushed, before any token is looked at.

use url::{Host, Url};

use super::{CHECK, Form};
use crate::doctor::Finding;
use crate::doctor::auth_config::{Provider, Value};
use crate::doctor::site::has_known_end;
use crate::types::edit_distance;

/// What customJwt takes.
pub(super) const ALGORITHMS: [&str; 2] = ["RS256", "ES256"];
const OIDC: [&str; 2] = ["domain", "applicationID"];
const JWT: [&str; 5] = ["type", "issuer", "jwks", "algorithm", "applicationID"];

/// The rules of one provider.
pub(super) fn check(provider: &Provider, form: Form) -> Vec<Finding> {
    let names: &[&str] = if form == Form::Oidc { &OIDC } else { &JWT };
    let is_open = provider.fields.iter().any(|(name, _)| name == "...");
    let mut findings: Vec<_> = provider
        .fields
        .iter()
        .filter(|(name, _)| !names.contains(&name.as_str()))
        .map(|(name, value)| strange(name, value, form))
        .collect();
    if let Some(Value::Text(kind)) = provider.get("type").filter(|kind| **kind != Value::Text("customJwt".to_owned())) {
        findings.push(refused(&format!("type is {kind}"), "type: \"customJwt\", or leave it out"));
    }
    let needed = names.iter().filter(|name| form == Form::Oidc || **name != "applicationID");
    for name in needed.filter(|name| provider.get(name).is_none() && !is_open && !spelled_otherwise(provider, name, form)) {
        findings.push(refused(&format!("{name} is missing"), &format!("add {name}: housekey client snippet ID convex prints all of it")));
    }
    if let Some(Value::Text(text)) = provider.get("algorithm").filter(|_| form == Form::Jwt)
        && !ALGORITHMS.contains(&text.as_str())
    {
        findings.push(refused(&format!("algorithm is {text}"), "algorithm: \"RS256\" or \"ES256\""));
    }
    if let Some(Value::Text(text)) = provider.get(form.issuer())
        && let Some(why) = address(text)
    {
        let says = format!("{} {why}: InvalidProviderDomainUrl when it is pushed", form.issuer());
        findings.push(Finding::broken(CHECK, says, "like https://auth.example.com"));
    }
    findings
}

fn refused(what: &str, remedy: &str) -> Finding {
    Finding::broken(CHECK, format!("{what}: AuthConfigNotMatchingSchemaError when it is pushed"), remedy)
}

/// A name that this form does not have.
fn strange(name: &str, value: &Value, form: Form) -> Finding {
    match (name, form) {
        ("...", _) => {
            let says = format!("something is filled in from elsewhere ({}): it cannot be read here", super::shown(value));
            Finding::note(CHECK, says, "write the provider out to have it checked")
        }
        ("domain", Form::Jwt) => refused("customJwt has no domain", "call it issuer"),
        ("issuer" | "jwks" | "algorithm", Form::Oidc) => refused(
            &format!("{name} without a type"),
            "add type: \"customJwt\"; in the form without type it is domain and applicationID alone",
        ),
        _ => {
            let near = JWT.iter().chain(&OIDC).find(|known| close(name, known));
            let remedy = near.map_or_else(|| format!("take {name} out"), |known| format!("spell it {known}"));
            refused(&format!("{name} is no name that Convex knows"), &remedy)
        }
    }
}

fn close(name: &str, known: &str) -> bool {
    edit_distance(&name.to_lowercase(), &known.to_lowercase()) <= 2
}

/// Whether the one that is missing is there under a name that was refused already.
fn spelled_otherwise(provider: &Provider, name: &str, form: Form) -> bool {
    let other_form = name == form.issuer() && ["domain", "issuer"].iter().any(|other| provider.get(other).is_some());
    other_form || provider.fields.iter().any(|(there, _)| there != name && !JWT.contains(&there.as_str()) && close(there, name))
}

/// What Convex does not like about an issuer's address.
pub(super) fn address(text: &str) -> Option<&'static str> {
    if text.starts_with('"') {
        return Some("begins with a quotation mark");
    }
    let Ok(url) = Url::parse(&super::as_convex_reads(text)) else { return Some("is not an address") };
    if !matches!(url.scheme(), "http" | "https") {
        return Some("is neither https nor http");
    }
    let known = matches!(url.host(), Some(Host::Domain(name)) if name == "localhost" || has_known_end(name));
    (!text.contains("://") && !known).then_some("has no scheme, and its end is no known one")
}
