//! The ways in that `sign_in.methods` names, in the order of the page.

use super::MethodName;
use super::named::Named;
use super::problem::nearest;
use super::read::Reader;
use crate::types::ProviderId;

const KEY: &str = "sign_in.methods";
const REMEDY: &str = "methods = [\"password\", \"email\"]";
/// A way in beside the address field.
const PASSKEY: &str = "passkey";

/// What `sign_in.methods` names.
pub(super) struct Methods {
    /// Ours.
    pub(super) own: Vec<MethodName>,
    /// Whether passkeys are offered beside them.
    pub(super) passkey: bool,
    /// Providers that are configured.
    pub(super) providers: Vec<String>,
}

/// Reads them.
pub(super) fn read(reader: &Reader<'_>) -> Methods {
    let configured: Vec<_> = reader.named(Named::Providers).collect();
    let (mut own, mut providers, mut passkey) = (Vec::new(), Vec::new(), false);
    let mut seen = Vec::new();
    for text in reader.list(KEY) {
        let shown = text.escape_debug();
        if seen.contains(&text) {
            reader.wrong(KEY, format!("has {shown} twice"), "once is enough");
        } else if let Some(method) = MethodName::parse(&text) {
            own.push(method);
        } else if text == PASSKEY {
            passkey = true;
        } else if configured.contains(&text.as_str()) {
            providers.push(text.clone());
        } else {
            let remedy = meant(&text, configured.iter().copied());
            reader.wrong(KEY, format!("\"{shown}\" is neither password nor email nor a provider of this file"), remedy);
        }
        seen.push(text);
    }
    // A passkey is added by whoever has come in otherwise.
    let others = |items: &[toml::Value]| items.iter().any(|item| item.as_str() != Some(PASSKEY));
    let is_empty = matches!(reader.value(KEY), Some(toml::Value::Array(items)) if !others(items));
    if is_empty && configured.is_empty() {
        reader.wrong(KEY, "leaves no way in", REMEDY);
    }
    Methods { own, passkey, providers }
}

/// Whether a provider of this name would be mistaken for a way in of ours.
pub(super) fn is_taken(id: &str) -> bool {
    MethodName::parse(id).is_some() || id == PASSKEY
}

fn meant<'a>(text: &str, configured: impl Iterator<Item = &'a str>) -> String {
    match nearest(text, MethodName::ALL.iter().map(|method| method.as_str()).chain([PASSKEY]).chain(configured)) {
        Some(near) => format!("did you mean {near}?"),
        None if ProviderId::parse(text).is_some() => format!("add [providers.{text}], or leave it out"),
        None => REMEDY.to_owned(),
    }
}
