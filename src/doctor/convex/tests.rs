//! Files that apps have, good and bad, and what Convex would make of them.

use jsonwebtoken::jwk::JwkSet;
use serde_json::json;

use super::{Ours, convex};
use crate::doctor::auth_config::AuthConfig;
use crate::doctor::sample::house;
use crate::doctor::{Finding, Mark};

const WEB: &str = "[clients.web]\nkind = \"spa\"\nredirect_uris = [\"https://app.example.com/cb\"]\n";

fn found_at(issuer: &str, apps: &str, providers: &str) -> Vec<Finding> {
    let (config, clients) = house(issuer, apps);
    let key = |alg: &str, kid: &str| json!({ "kty": "oct", "k": "AA", "alg": alg, "kid": kid });
    let keys: JwkSet = serde_json::from_value(json!({ "keys": [key("RS256", "rsa"), key("ES256", "ec")] })).unwrap();
    convex(
        &AuthConfig::read(&format!("export default {{ providers: [{providers}] }}")),
        &Ours { config: &config, clients: &clients, keys: &keys },
    )
}

fn found(providers: &str) -> Vec<Finding> {
    found_at("https://auth.example.com", WEB, providers)
}

fn customjwt(change: &str, to: &str) -> String {
    let good = "{ type: 'customJwt', issuer: 'https://auth.example.com', jwks: 'https://auth.example.com/.well-known/jwks.json?alg=RS256', algorithm: 'RS256', applicationID: 'web' }";
    assert!(good.contains(change));
    good.replace(change, to)
}

#[test]
fn what_fits_is_said_to_fit() {
    for providers in [
        "{ domain: 'https://auth.example.com', applicationID: 'web' }".to_owned(),
        customjwt("", ""),
        customjwt("?alg=RS256", ""),
        "{ domain: 'https://other.example', applicationID: 'x' }, { domain: 'https://auth.example.com', applicationID: 'web' }".to_owned(),
    ] {
        let found = found(&providers);
        assert!(found.iter().all(|finding| finding.mark == Mark::Fine), "{providers}: {found:?}");
        assert!(found.last().unwrap().says.contains("fits the tokens for web, byte for byte"), "{found:?}");
    }
}

#[test]
fn each_mistake_is_named_with_what_convex_says() {
    let inline = |kid: &str| {
        use base64::Engine;
        let set = json!({ "keys": [{ "kty": "oct", "k": "AA", "alg": "RS256", "kid": kid }] });
        let set = base64::engine::general_purpose::STANDARD.encode(set.to_string());
        customjwt("https://auth.example.com/.well-known/jwks.json?alg=RS256", &format!("data:text/plain;charset=utf-8;base64,{set}"))
    };
    assert!(found(&inline("rsa")).iter().all(|finding| finding.mark == Mark::Fine));
    let oidc = |issuer: &str, id: &str| format!("{{ domain: '{issuer}', applicationID: '{id}' }}");
    for (providers, mark, says) in [
        (
            oidc("https://auth.example.com", "convex"),
            Mark::Broken,
            "applicationID is ⟨convex⟩; tokens for web have aud web: 401 NoAuthProvider",
        ),
        (
            oidc("https://auth.example.com:8085", "web"),
            Mark::Broken,
            "domain is https://auth.example.com⟨:8085⟩, and this server is https://auth.example.com: 401 NoAuthProvider",
        ),
        (oidc("http://auth.example.com", "web"), Mark::Broken, "domain is ⟨http⟩://"),
        (oidc("https://auth.example.com/", "web"), Mark::Note, "domain is https://auth.example.com⟨/⟩; Convex forgives that"),
        (oidc("auth.example.com", "web"), Mark::Note, "Convex forgives that"),
        (oidc("\"https://auth.example.com\"", "web"), Mark::Broken, "begins with a quotation mark: InvalidProviderDomainUrl"),
        (oidc("auth.internal", "web"), Mark::Broken, "no scheme, and its end is no known one: InvalidProviderDomainUrl"),
        (
            "{ domain: 'https://auth.example.com', applicationId: 'web' }".to_owned(),
            Mark::Broken,
            "applicationId is no name that Convex knows: AuthConfigNotMatchingSchemaError",
        ),
        (
            "{ issuer: 'https://auth.example.com', applicationID: 'web' }".to_owned(),
            Mark::Broken,
            "issuer without a type: AuthConfigNotMatchingSchemaError",
        ),
        ("{ domain: 'https://auth.example.com' }".to_owned(), Mark::Broken, "applicationID is missing: AuthConfigNotMatchingSchemaError"),
        (
            "{ domain: process.env.ISSUER!, applicationID: 'web' }".to_owned(),
            Mark::Note,
            "domain comes from the environment (ISSUER): it cannot be checked here",
        ),
        ("{ domain: 'https://auth.example.com', applicationID: id() }".to_owned(), Mark::Note, "applicationID cannot be read here"),
        ("...more".to_owned(), Mark::Note, "filled in from elsewhere (...more)"),
        (customjwt("issuer:", "domain:"), Mark::Broken, "customJwt has no domain: AuthConfigNotMatchingSchemaError"),
        (customjwt("'customJwt'", "'jwt'"), Mark::Broken, "type is jwt: AuthConfigNotMatchingSchemaError"),
        (customjwt("algorithm: 'RS256'", "algorithm: 'EdDSA'"), Mark::Broken, "algorithm is EdDSA: AuthConfigNotMatchingSchemaError"),
        (customjwt("algorithm: 'RS256', ", ""), Mark::Broken, "algorithm is missing: AuthConfigNotMatchingSchemaError"),
        (customjwt("RS256", "ES256"), Mark::Broken, "algorithm is ES256; tokens for web are signed with RS256: 401 InvalidAuthHeader"),
        (customjwt("jwks.json?alg=RS256", "jwks.json?alg=ES256"), Mark::Broken, "alg=⟨ES256⟩, and the keys are at"),
        (customjwt("/.well-known/jwks.json", "/jwks"), Mark::Broken, "jwks is https://auth.example.com/"),
        (customjwt(", applicationID: 'web'", ""), Mark::Note, "tokens of every app of this server are taken"),
        (inline("old"), Mark::Broken, "rsa is missing, so a key was changed"),
        (customjwt("https://auth.example.com/.well-known/jwks.json?alg=RS256", "data:,x"), Mark::Broken, "without a key set in it"),
    ] {
        let about: Vec<_> = found(&providers).into_iter().filter(|finding| finding.mark != Mark::Fine).collect();
        assert_eq!(about.len(), 1, "{providers}: {about:?}");
        assert!(about[0].mark == mark && about[0].says.contains(says) && about[0].says.starts_with("line 1: "), "{providers}: {about:?}");
    }
}

#[test]
fn where_nobody_is_ours_the_snippet_helps() {
    let others = "{ domain: 'https://a.example', applicationID: 'x' }, { domain: 'https://b.example', applicationID: 'y' }";
    let found = found(others);
    assert_eq!(found.iter().map(|finding| finding.mark).collect::<Vec<_>>(), [Mark::Fine, Mark::Fine, Mark::Broken]);
    assert!(found[2].says.contains("no provider in the file names https://auth.example.com: 401 NoAuthProvider"), "{found:?}");
    for (source, says) in [
        ("const a = 1", "AuthConfigMissingExportError"),
        ("export default {}", "no list of providers"),
        ("export default { providers: [] }", "no list of providers"),
    ] {
        let (config, _) = house("https://auth.example.com", WEB);
        let keys = JwkSet { keys: Vec::new() };
        let found = convex(&AuthConfig::read(source), &Ours { config: &config, clients: &[], keys: &keys });
        assert!(found.len() == 1 && found[0].says.contains(says), "{found:?}");
    }
}

#[test]
fn what_an_app_signs_with_must_suit_the_form() {
    let es256 = format!("{WEB}signing = \"ES256\"");
    let found = |apps: &str, providers: &str| {
        let found = found_at("https://auth.example.com", apps, providers);
        found.into_iter().find(|finding| finding.mark == Mark::Broken).map(|finding| finding.says).unwrap_or_default()
    };
    let oidc = "{ domain: 'https://auth.example.com', applicationID: 'web' }";
    assert!(found(&es256, oidc).contains("signed with ES256, which this form does not take: 401 Unauthenticated"));
    assert_eq!(found(&es256, &customjwt("RS256", "ES256")), "");
    let eddsa = format!("{WEB}signing = \"EdDSA\"");
    assert_eq!(found(&eddsa, oidc), "");
    assert!(found(&eddsa, &customjwt("", "")).contains("signed with EdDSA, which this form does not take"));
}

#[test]
fn a_laptop_is_reached_by_its_own_backend_only() {
    let about = found_at("http://localhost:8085", WEB, "{ domain: 'http://localhost:8085', applicationID: 'web' }");
    let note = about.iter().find(|finding| finding.mark == Mark::Note).unwrap();
    assert!(note.says.contains("Convex's cloud cannot reach") && note.remedy.as_deref().unwrap().contains("--inline-jwks"), "{note:?}");
}
