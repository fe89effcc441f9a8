//! What commands print about an app. Never its secret: nobody here knows it.

use serde_json::{Value, json};

use crate::config::{ClientEntry, ClientKeys, Dpop, IdTokenClaims, Pkce, SigningAlgorithm};
use crate::oidc::Client;

/// For people.
pub(super) fn describe(client: &Client) -> String {
    let entry = &client.entry;
    let mut lines = vec![
        format!("{}  ({})", client.id, client.name()),
        format!("  kind        {}{}", entry.kind, if entry.first_party { ", first party" } else { "" }),
        format!("  auth        {}", entry.auth),
        format!("  delivery    {}", entry.delivery),
        format!("  refresh     {}", if client.refreshes_by_cookie() { "cookie" } else { "body" }),
        format!("  audience    {}", client.audience()),
    ];
    if client.refreshes_by_cookie() {
        lines.push(format!("  same-site   {}", entry.same_site));
    }
    lines.extend(keys(entry).map(|kid| format!("  key         {kid}")));
    lines.extend(entry.jwks_uri.iter().map(|uri| format!("  keys at     {uri}")));
    if entry.pkce == Pkce::Optional {
        lines.push("  pkce        optional (legacy)".to_owned());
    }
    lines.extend(entry.signing.map(|signing| format!("  alg         {signing}")));
    if client.acts_for_itself() {
        lines.push(format!("  for itself  {}", if entry.scopes.is_empty() { "(no scopes)".to_owned() } else { entry.scopes.join(" ") }));
    }
    lines.extend(entry.resources.iter().map(|resource| format!("  resource    {resource}")));
    if entry.require_par {
        lines.push("  requests    pushed".to_owned());
    }
    if entry.dpop != Dpop::Optional {
        lines.push(format!("  dpop        {}", entry.dpop));
    }
    if entry.id_token == IdTokenClaims::Minimal {
        lines.push("  id token    minimal".to_owned());
    }
    lines.extend(entry.claims.iter().map(|claims| format!("  claims      {}", claims.as_str())));
    lines.extend(entry.redirect_uris.iter().map(|uri| format!("  redirect    {uri}")));
    lines.extend(entry.post_logout_redirect_uris.iter().map(|uri| format!("  logout to   {uri}")));
    lines.extend(entry.backchannel_logout_uri.iter().map(|uri| format!("  logout call {uri}")));
    lines.extend(client.origins.iter().map(|origin| format!("  origin      {origin}")));
    lines.join("\n")
}

/// What its keys are called, or what they are.
fn keys(entry: &ClientEntry) -> impl Iterator<Item = String> {
    let name = |key: &jsonwebtoken::jwk::Jwk| key.common.key_id.clone().unwrap_or_else(|| "without a kid".to_owned());
    entry.jwks.iter().flat_map(ClientKeys::keys).map(name)
}

/// For programs.
pub(super) fn as_json(client: &Client) -> Value {
    let entry = &client.entry;
    json!({
        "client_id": client.id,
        "name": client.name(),
        "kind": entry.kind.as_str(),
        "auth": entry.auth.as_str(),
        "jwks": entry.jwks.as_ref().and_then(|keys| serde_json::from_str::<Value>(keys.as_str()).ok()),
        "jwks_uri": entry.jwks_uri,
        "delivery": entry.delivery.as_str(),
        "refresh": if client.refreshes_by_cookie() { "cookie" } else { "body" },
        "same_site": entry.same_site.as_str(),
        "pkce": entry.pkce.as_str(),
        "alg": entry.signing.map(SigningAlgorithm::as_str),
        "first_party": entry.first_party,
        "audience": client.audience(),
        "scopes": entry.scopes,
        "require_par": entry.require_par,
        "resources": entry.resources,
        "dpop": entry.dpop.as_str(),
        "id_token": entry.id_token.as_str(),
        "claims": entry.claims.as_ref().and_then(|claims| serde_json::from_str::<Value>(claims.as_str()).ok()),
        "redirect_uris": entry.redirect_uris,
        "post_logout_redirect_uris": entry.post_logout_redirect_uris,
        "origins": client.origins,
        "initiate_login_uri": entry.initiate_login_uri,
        "backchannel_logout_uri": entry.backchannel_logout_uri,
    })
}
