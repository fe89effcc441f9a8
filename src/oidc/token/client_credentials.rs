//! `grant_type=client_credentials` (RFC 6749 §4.4): a program acts for itself, for nobody else. Nothing is written: the token
//! says all there is, and there is no refresh token, because the client can ask again.

use actix_web::HttpResponse;

use super::{Binding, Granting, answer, mint_for_itself};
use crate::oidc::{OAuthError, resource, scope};

pub(super) fn grant(granting: &Granting<'_>) -> Result<HttpResponse, OAuthError> {
    let Granting { app, keys, client, parameters, .. } = granting;
    let binding = Binding { resource: resource::for_itself(client, parameters)?, jkt: granting.jkt() };
    // OAuth 2.1 §4.2: whoever cannot keep a secret is nobody by itself.
    if !client.acts_for_itself() {
        let why = "this client acts for people only: client_credentials is for services, and for web clients with scopes of their own";
        return Err(OAuthError::new("unauthorized_client", why));
    }
    let registered = client.entry.scopes.join(" ");
    // Unlike at a sign-in, nobody looks at what is left of the request: an unknown scope is a mistake to be told of.
    let scope = match parameters.get("scope") {
        None => registered,
        Some(asked) if scope::is_within(asked, &registered) => {
            client.entry.scopes.iter().map(String::as_str).filter(|one| scope::has(asked, one)).collect::<Vec<_>>().join(" ")
        }
        Some(_) => return Err(OAuthError::new("invalid_scope", "a scope is not among those registered for this client")),
    };
    let minted = mint_for_itself(app, keys, client, (&scope, binding))?;
    Ok(answer(&minted, &scope, None))
}
