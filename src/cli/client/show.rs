//! What commands print about an app. Never its secret: nobody here knows it.

use serde_json::{Value, json};

use crate::config::SigningAlgorithm;
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
    lines.extend(entry.signing.map(|signing| format!("  alg         {signing}")));
    lines.extend(entry.redirect_uris.iter().map(|uri| format!("  redirect    {uri}")));
    lines.extend(entry.post_logout_redirect_uris.iter().map(|uri| format!("  logout to   {uri}")));
    lines.extend(entry.backchannel_logout_uri.iter().map(|uri| format!("  logout call {uri}")));
    lines.extend(client.origins.iter().map(|origin| format!("  origin      {origin}")));
    lines.join("\n")
}

/// For programs.
pub(super) fn as_json(client: &Client) -> Value {
    let entry = &client.entry;
    json!({
        "client_id": client.id,
        "name": client.name(),
        "kind": entry.kind.as_str(),
        "auth": entry.auth.as_str(),
        "delivery": entry.delivery.as_str(),
        "refresh": if client.refreshes_by_cookie() { "cookie" } else { "body" },
        "same_site": entry.same_site.as_str(),
        "alg": entry.signing.map(SigningAlgorithm::as_str),
        "first_party": entry.first_party,
        "audience": client.audience(),
        "redirect_uris": entry.redirect_uris,
        "post_logout_redirect_uris": entry.post_logout_redirect_uris,
        "origins": client.origins,
        "initiate_login_uri": entry.initiate_login_uri,
        "backchannel_logout_uri": entry.backchannel_logout_uri,
    })
}
