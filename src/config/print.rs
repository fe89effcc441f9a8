//! The effective configuration as TOML, each value with where it came from. Secrets are only said to be set.

use std::fmt::Write;

use toml::Value;

use super::load::Layers;
use super::named::split;
use super::setting::{Kind, every_key, keys_of, kind_of};

impl Layers {
    /// A file that would configure the same, secrets apart.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for variable in self.secrets.iter().filter(|(key, _)| kind_of(key).is_none()).map(|(_, variable)| variable) {
            let _ = writeln!(text, "# {variable} is set");
        }
        let mut section = String::new();
        for (key, value, origin) in self.lines() {
            let (above, name) = split_name(&key);
            if above != section {
                let _ = write!(text, "\n[{above}]\n");
                above.clone_into(&mut section);
            }
            let _ = writeln!(text, "{name} = {value}  # {origin}");
        }
        text.trim_start().to_owned()
    }

    /// Every key with its value as TOML and its origin; secrets as "(set)".
    pub fn lines(&self) -> Vec<(String, String, String)> {
        let line = |key: String| self.shown(&key).map(|(value, origin)| (key, value, origin));
        self.order().into_iter().filter_map(line).collect()
    }

    /// Every key that could have a value, in the order of the documentation.
    fn order(&self) -> Vec<String> {
        let mut keys = every_key(std::iter::empty());
        keys.extend(self.values.keys().filter(|key| key.starts_with("branding.copy.")).cloned());
        for (named, id) in self.named() {
            let known = keys_of(named, id);
            let is_own = |key: &&String| split(key).is_some_and(|(of, one, _)| (of, one) == (named, id)) && !known.contains(key);
            let own: Vec<_> = self.values.keys().filter(is_own).cloned().collect();
            keys.extend(known);
            keys.extend(own);
        }
        keys
    }

    fn shown(&self, key: &str) -> Option<(String, String)> {
        if let Some(variable) = self.secrets.get(key) {
            return Some(("\"(set)\"".into(), variable.clone()));
        }
        let (value, source) = self.values.get(key)?;
        let value = match value {
            _ if kind_of(key) == Some(Kind::Secret) => "\"(set)\"".into(),
            Value::String(text) if key == "database" => Value::String(without_password(text)).to_string(),
            value => value.to_string(),
        };
        Some((value, source.to_string()))
    }
}

/// A database's address without what only the database should know.
fn without_password(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else {
        return text.to_owned();
    };
    if url.password().is_some() {
        let _ = url.set_password(Some("(set)"));
    }
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(name, _)| name == "password") {
        let hidden = pairs.iter().map(|(name, value)| (name, if name == "password" { "(set)" } else { value }));
        url.query_pairs_mut().clear().extend_pairs(hidden);
    }
    url.to_string()
}

/// `sign_in.password` and `min_length`; a quoted identifier holds dots of its own.
fn split_name(key: &str) -> (&str, &str) {
    key.rsplit_once('.').unwrap_or(("", key))
}
