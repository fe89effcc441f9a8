//! What tokens and userinfo say about a person.

use serde_json::{Map, Value, json};

use super::{Client, scope};
use crate::config::Place;
use crate::user::Person;

/// The claims that scopes open (OpenID Connect Core §5.4).
pub fn of_scopes(person: &Person, granted: &str) -> Map<String, Value> {
    let mut claims = Map::new();
    if scope::has(granted, "profile")
        && let Some(name) = &person.name
    {
        claims.insert("name".into(), json!(name));
    }
    if scope::has(granted, "email")
        && let Some(email) = &person.email
    {
        claims.insert("email".into(), json!(email.to_string()));
        claims.insert("email_verified".into(), json!(person.email_verified));
    }
    claims
}

/// The claims that the operator adds to this client's tokens.
pub fn custom(client: &Client, person: &Person, granted: &str) -> Map<String, Value> {
    let Some(claims) = &client.entry.claims else { return Map::new() };
    let email = person.email.as_ref();
    claims.fill(
        |wanted| scope::has(granted, wanted),
        |place| match place {
            Place::Sub => Some(json!(person.id.to_string())),
            Place::Name => person.name.as_ref().map(|name| json!(name)),
            Place::Email => email.map(|email| json!(email.to_string())),
            Place::EmailDomain => email.map(|email| json!(email.domain())),
            Place::EmailVerified => email.map(|_| json!(person.email_verified)),
        },
    )
}
