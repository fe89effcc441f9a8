//! `housekey provider list`: what is configured, and what there is.

use serde_json::{Value, json};

use super::super::output::{Failure, Output};
use super::file::File;
use super::{but_for_its_secret, redirect_uri};
use crate::config::ProviderEntry;
use crate::types::ProviderId;
use crate::upstream::{Protocol, Provider, Upstream, catalogue};

/// The configured ones. What is wrong with one is said beside it.
pub(super) fn configured(file: &File, output: &Output) -> Result<(), Failure> {
    let issuer = &file.outline.issuer;
    let (mut blocks, mut values) = (Vec::new(), Vec::new());
    for (id, entry) in &file.outline.providers {
        let uri = redirect_uri(issuer, id);
        let upstream = Upstream::new(id, &but_for_its_secret(entry), issuer.is_loopback());
        let trusted = upstream.as_ref().ok().map(|one| one.trusted);
        let name = upstream.as_ref().map_or_else(|_| name_of(id, entry), |one| one.name.clone());
        let wrong: Vec<_> = upstream.err().into_iter().flatten().map(|fault| format!("{}: {}", fault.field, fault.what)).collect();
        let mut lines = vec![format!("{id}  ({name})"), format!("  redirect URI   {uri}")];
        lines.extend((!entry.client_id.is_empty()).then(|| format!("  client_id      {}", entry.client_id)));
        lines.extend(trusted.map(|yes| format!("  addresses      {}", if yes { "trusted" } else { "not trusted" })));
        lines.extend(wrong.iter().map(|what| format!("  wrong          {what}")));
        blocks.push(lines.join("\n"));
        values.push(json!({
            "id": id.as_str(), "name": name, "client_id": entry.client_id, "trusted": trusted, "redirect_uri": uri, "wrong": wrong,
        }));
    }
    if blocks.is_empty() {
        blocks.push("No provider is configured. housekey provider list --all shows those that could be.".to_owned());
    }
    output.say(&blocks.join("\n"), &Value::Array(values))
}

/// What it is called, even if something is wrong with it.
fn name_of(id: &ProviderId, entry: &ProviderEntry) -> String {
    let brand = || Some(catalogue::find(entry.like.as_deref().unwrap_or(id.as_str()))?.ok()?.facts.name);
    entry.name.clone().or_else(brand).unwrap_or_else(|| id.to_string())
}

/// The whole catalogue.
pub(super) fn catalogue(output: &Output) -> Result<(), Failure> {
    let entries: Vec<_> = catalogue::ids().filter_map(|id| catalogue::find(id)?.ok()).collect();
    let line = |entry: &catalogue::Entry| {
        let needs = needs(&entry.facts).join(", ");
        format!("{:<24} {:<28} {:<7} {needs}", entry.id, entry.facts.name, protocol(&entry.facts)).trim_end().to_owned()
    };
    let value = |entry: &catalogue::Entry| {
        json!({
            "id": entry.id, "name": entry.facts.name, "protocol": protocol(&entry.facts), "needs": needs(&entry.facts),
        })
    };
    output.say(&entries.iter().map(line).collect::<Vec<_>>().join("\n"), &entries.iter().map(value).collect())
}

/// The settings that an operator must supply.
pub(super) fn needs(facts: &Provider) -> Vec<&str> {
    facts.settings.iter().filter(|(_, setting)| setting.default.is_none()).map(|(name, _)| name.as_str()).collect()
}

fn protocol(facts: &Provider) -> &'static str {
    match facts.protocol {
        Protocol::Oidc => "oidc",
        Protocol::Oauth2 => "oauth2",
    }
}
