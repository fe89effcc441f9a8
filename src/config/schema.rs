//! The JSON Schema of `housekey.toml`, for editors: kinds and bounds from the table of settings,
//! descriptions and defaults from `default.toml`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::load::DEFAULTS;
use super::named::Named;
use super::setting::{Kind, OF_A_CLIENT, OF_A_PROVIDER, SETTINGS, Setting};

/// A JSON Schema (draft 2020-12) of the file.
pub fn schema() -> Value {
    let described = describe(DEFAULTS);
    let mut root = section();
    for setting in SETTINGS {
        insert(&mut root, setting.key, property(setting, described.get(setting.key)));
    }
    let copy = json!({ "type": "object", "description": "Sentences you word differently, by language and message.",
        "additionalProperties": { "type": "object", "additionalProperties": { "type": "string" } } });
    insert(&mut root, "branding.copy", copy);
    let of_each = |named: Named, settings: &[Setting]| {
        let mut each = section();
        for setting in settings {
            insert(&mut each, setting.key, property(setting, described.get(&named.key("example", setting.key))));
        }
        each
    };
    let mut client = of_each(Named::Clients, OF_A_CLIENT);
    client["required"] = json!(["kind"]);
    client["properties"]["branding"] = json!({ "$ref": "#/properties/branding" });
    root["properties"]["clients"] = json!({
        "type": "object",
        "description": "Apps that people sign in to, by client_id.",
        "propertyNames": { "pattern": "^[A-Za-z0-9._-]{1,64}$" },
        "additionalProperties": client,
    });
    let mut provider = of_each(Named::Providers, OF_A_PROVIDER);
    provider["properties"]["settings"] = json!({ "type": "object", "description": "What only this provider needs to know, by name.",
        "additionalProperties": { "type": "string" } });
    root["properties"]["providers"] = json!({
        "type": "object",
        "description": "Other login servers that people can sign in with, by the name of the catalogue or your own.",
        "propertyNames": { "pattern": "^[a-z0-9-]{1,64}$" },
        "additionalProperties": provider,
    });
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("housekey.toml");
    root
}

fn section() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// Puts a property where its key says, making the sections above it.
fn insert(into: &mut Value, key: &str, property: Value) {
    match key.split_once('.') {
        None => into["properties"][key] = property,
        Some((first, rest)) => {
            let below = &mut into["properties"][first];
            if below.is_null() {
                *below = section();
            }
            insert(below, rest, property);
        }
    }
}

fn property(setting: &Setting, described: Option<&Described>) -> Value {
    let mut property = match setting.kind {
        Kind::Text | Kind::Secret => json!({ "type": "string" }),
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Number(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Kind::Duration(..) => json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }),
        Kind::DurationOrNever(..) => json!({ "type": "string", "pattern": "^([0-9]+[smhd])?$" }),
        Kind::Rate => json!({ "type": "string", "pattern": "^[1-9][0-9]*/[1-9][0-9]*[smhd]$" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
    };
    if let Some(described) = described {
        property["description"] = described.text.clone().into();
        if let Some(default) = &described.default {
            property["default"] = default.clone();
        }
    }
    property
}

/// What `default.toml` says about a key.
#[derive(Debug, Default, PartialEq)]
struct Described {
    text: String,
    /// Absent for the examples of a client and a provider, whose values are no defaults.
    default: Option<Value>,
}

/// Reads the comment above each setting. `#name = …` without a space is a setting too, an example.
fn describe(text: &str) -> BTreeMap<String, Described> {
    let mut all = BTreeMap::new();
    let (mut section, mut comment) = (String::new(), Vec::new());
    for line in text.lines() {
        let example = line.strip_prefix('#').filter(|rest| !rest.is_empty() && !rest.starts_with(' '));
        let line_of_setting = example.unwrap_or(line);
        if let Some(prose) = line.strip_prefix("# ") {
            comment.push(prose);
        } else if let Some(name) = line_of_setting.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
            comment.clear();
        } else if let Some((name, _)) = line_of_setting.split_once(" = ") {
            let key = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            let default = example.is_none().then(|| value_of(line)).flatten();
            all.insert(key, Described { text: comment.join(" "), default });
            comment.clear();
        } else {
            comment.clear();
        }
    }
    all
}

fn value_of(line: &str) -> Option<Value> {
    let table: Map<String, Value> = toml::from_str(line).ok()?;
    table.into_iter().next().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::named::split;
    use super::*;

    fn keys_of(schema: &Value, prefix: &str, into: &mut BTreeSet<String>) {
        for (name, property) in schema["properties"].as_object().unwrap() {
            let key = format!("{prefix}{name}");
            if property.get("properties").is_some() {
                keys_of(property, &format!("{key}."), into);
            } else if let Some(named) = Named::of_section(name) {
                keys_of(&property["additionalProperties"], &named.key("example", ""), into);
            } else if !matches!(name.as_str(), "copy" | "branding" | "settings") {
                into.insert(key);
            }
        }
    }

    #[test]
    fn every_setting_is_in_the_defaults_with_a_reason_and_the_reverse() {
        let described = describe(DEFAULTS);
        let mut in_schema = BTreeSet::new();
        keys_of(&schema(), "", &mut in_schema);
        let own = ["branding.copy.", "clients.example.branding.", "providers.example.settings."];
        let examples = |key: &&String| !own.iter().any(|beginning| key.starts_with(beginning));
        let in_defaults: BTreeSet<_> = described.keys().filter(examples).cloned().collect();
        assert_eq!(in_schema, in_defaults);
        for (key, described) in described.iter().filter(|(key, _)| examples(key)) {
            assert!(described.text.len() > 4, "{key} has no comment");
            assert_eq!(described.default.is_none(), split(key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_property_says_what_may_stand_there() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&schema()["properties"]["tokens"]["properties"]["access_ttl"]).unwrap(), @r#"
        {
          "type": "string",
          "pattern": "^[0-9]+[smhd]$",
          "description": "Lifetime of an access token. Shorter: a sign-out reaches apps sooner. At least 60s; Convex loops below that.",
          "default": "10m"
        }
        "#);
    }
}
