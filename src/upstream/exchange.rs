//! A code becomes answers: the tokens, the verified claims, the profile.

use serde_json::Value;

use super::ask::ask;
use super::connection::Connection;
use super::failed::Failed;
use super::id_token::{self, Doubt, Expected};
use super::profile::{Document, Part};
use super::token_endpoint::{Tokens, redeem};
use crate::types::UnixMillis;

/// What a person brought back, and what we kept for it.
pub(super) struct Brought<'a> {
    pub(super) code: &'a str,
    /// RFC 7636 §4.1.
    pub(super) verifier: &'a str,
    pub(super) nonce: &'a str,
    pub(super) redirect_uri: &'a str,
    /// What the browser brought beside the code (Apple's `user`).
    pub(super) form: Option<Value>,
}

/// What a provider said of a person.
pub(super) struct Answers {
    /// For the paths of its file.
    pub(super) document: Document,
    /// Who said it: the issuer, or where the token endpoint is.
    pub(super) realm: String,
    /// For asking more.
    pub(super) tokens: Tokens,
}

/// Asks the provider everything there is to ask.
pub(super) async fn exchange(on: &Connection<'_>, brought: Brought<'_>, now: UnixMillis) -> Result<Answers, Failed> {
    let upstream = on.upstream;
    let endpoint = on.token_endpoint().await?;
    let (tokens, raw) = redeem(on, &endpoint, &brought, now).await?;
    let mut document = Document::new().with(Part::Token, raw.clone());
    if let Some(form) = &brought.form {
        document = document.with(Part::Form, form.clone());
    }
    let mut realm = url::Url::parse(&endpoint).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    if upstream.is_oidc() {
        let text = raw["id_token"].as_str().ok_or_else(|| Failed::Answer("the token endpoint sent no ID token".into()))?;
        let nonce = upstream.facts.authorization.nonce.then_some(brought.nonce);
        let mut claims = verified(on, text, nonce, now).await?;
        realm = claims["iss"].as_str().unwrap_or_default().to_owned();
        if let Some(request) = upstream.facts.userinfo.as_ref().filter(|_| lacks_something(&claims)) {
            complete(&mut claims, ask(on, request, &document, &tokens.access).await?)?;
        }
        document = document.with(Part::Claims, claims);
    } else if let Some(request) = &upstream.facts.userinfo {
        let profile = ask(on, request, &document, &tokens.access).await?;
        document = document.with(Part::Userinfo, profile);
    }
    if let Some(request) = &upstream.facts.emails {
        let emails = ask(on, request, &document, &tokens.access).await?;
        document = document.with(Part::Emails, emails);
    }
    Ok(Answers { document, realm, tokens })
}

/// The claims; with keys asked for again if the token's is not among those we have.
async fn verified(on: &Connection<'_>, text: &str, nonce: Option<&str>, now: UnixMillis) -> Result<Value, Failed> {
    let (described, expected) = (on.described().await?, Expected { nonce, now });
    match id_token::verify(on.upstream, &described, text, &expected) {
        Err(Doubt::UnknownKey) => {
            let renewed = on.with_new_keys(&described).await?;
            Ok(id_token::verify(on.upstream, &renewed, text, &expected)?)
        }
        verified => Ok(verified?),
    }
}

/// Userinfo is asked only where the token leaves something open.
fn lacks_something(claims: &Value) -> bool {
    ["email", "email_verified", "name"].iter().any(|claim| claims[claim].is_null())
}

/// Adds what only userinfo says. OpenID Connect Core §5.3.2: it must be about the same person. The signed token wins; and
/// an address comes with its confirmation from one of the two, never from both.
fn complete(claims: &mut Value, userinfo: Value) -> Result<(), Failed> {
    let Value::Object(more) = userinfo else { return Err(Failed::Answer("userinfo is no JSON object".into())) };
    if more.get("sub") != claims.get("sub") {
        return Err(Failed::Answer("userinfo is about somebody else".into()));
    }
    let Value::Object(claims) = claims else { return Ok(()) };
    let address = claims.get("email").filter(|email| !email.is_null());
    let another = address.is_some() && address != more.get("email");
    for (name, value) in more {
        if !(another && name == "email_verified") && claims.get(&name).is_none_or(Value::is_null) {
            claims.insert(name, value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn userinfo_completes_and_never_contradicts_the_signed_token() {
        let completed = |claims: Value, userinfo: Value| {
            let mut claims = claims;
            complete(&mut claims, userinfo).map(|()| claims)
        };
        let claims = completed(
            json!({ "sub": "1", "email": "ada@example.com" }),
            json!({ "sub": "1", "email": "m@example.org", "email_verified": true, "name": "Ada" }),
        );
        assert_eq!(claims.unwrap(), json!({ "sub": "1", "email": "ada@example.com", "name": "Ada" }));
        let claims = completed(
            json!({ "sub": "1", "email": "ada@example.com" }),
            json!({ "sub": "1", "email": "ada@example.com", "email_verified": true }),
        );
        assert_eq!(claims.unwrap()["email_verified"], true);
        let claims = completed(json!({ "sub": "1" }), json!({ "sub": "1", "email": "ada@example.com", "email_verified": true }));
        assert_eq!(claims.unwrap(), json!({ "sub": "1", "email": "ada@example.com", "email_verified": true }));
        for other in [json!({ "sub": "2", "email": "ada@example.com" }), json!({ "email": "ada@example.com" }), json!([1])] {
            assert!(completed(json!({ "sub": "1" }), other).is_err());
        }
    }
}
