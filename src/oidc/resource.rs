//! What access tokens are for (RFC 8707): the client's own audience, or one of the other APIs that are registered for it.

use super::authorize::Wrong;
use super::{Client, OAuthError};
use crate::form::Parameters;

const INVALID_TARGET: &str = "invalid_target";

/// What an authorization request asks tokens for, space-separated: registered addresses alone.
pub fn asked(client: &Client, parameters: &Parameters) -> Result<Option<String>, Wrong> {
    let Some(asked) = parameters.get("resource") else { return Ok(None) };
    let mut wanted: Vec<_> = asked.split(' ').filter(|one| !one.is_empty()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    match wanted.iter().find(|one| !is_registered(client, one)) {
        Some(_) => Err((INVALID_TARGET, format!("a resource is not among those registered for {}", client.id))),
        None => Ok(Some(wanted.join(" ")).filter(|wanted| !wanted.is_empty())),
    }
}

/// What one access token is for, of what was granted: what the token request names; or the only one there is (§2.2). Nothing: the
/// client's own audience. Never several: each could use it at the other.
pub fn of_token<'a>(granted: Option<&'a str>, parameters: &'a Parameters) -> Result<Option<&'a str>, OAuthError> {
    let granted = granted.unwrap_or_default();
    let among = |one: &str| granted.split(' ').any(|all| all == one);
    match parameters.get("resource") {
        None if granted.is_empty() || granted.contains(' ') => Ok(None),
        None => Ok(Some(granted)),
        Some(one) if !one.contains(' ') && among(one) => Ok(Some(one)),
        Some(_) => Err(OAuthError::new(INVALID_TARGET, "resource must be one of those that were asked for at /authorize, one at a time")),
    }
}

/// The same for a client that acts for itself, which is granted what is registered.
pub fn for_itself<'a>(client: &Client, parameters: &'a Parameters) -> Result<Option<&'a str>, OAuthError> {
    match parameters.get("resource") {
        None => Ok(None),
        Some(one) if is_registered(client, one) => Ok(Some(one)),
        Some(_) => Err(OAuthError::new(INVALID_TARGET, "resource must be one of those registered for this client, one at a time")),
    }
}

fn is_registered(client: &Client, resource: &str) -> bool {
    client.entry.resources.iter().any(|one| one == resource)
}
