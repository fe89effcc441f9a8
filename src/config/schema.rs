//! A JSON Schema (draft 2020-12) of `housekey.toml`, drawn from the defaults and the words that settings know.

use serde_json::{Map, Value, json};

use super::load::{DEFAULTS, Layers, Source};
use super::{Appearance, ClientAuth, ClientKind, Delivery, Shape, SignUp, SigningAlgorithm, TwoStep};

/// The schema.
pub fn schema() -> Value {
    let table: toml::Table = DEFAULTS.parse().unwrap_or_default();
    let mut root = object(&table, "");
    if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("clients".into(), json!({ "type": "object", "additionalProperties": client() }));
        if let Some(branding) = properties.get_mut("branding").and_then(|branding| branding.get_mut("properties")).and_then(Value::as_object_mut) {
            branding.insert("copy".into(), json!({ "type": "object", "additionalProperties": { "type": "object", "additionalProperties": { "type": "string" } } }));
        }
    }
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".into(), json!("housekey.toml"));
    Value::Object(root)
}

fn object(table: &toml::Table, path: &str) -> Map<String, Value> {
    let mut properties = Map::new();
    for (name, value) in table {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        properties.insert(name.clone(), property(value, &path));
    }
    let mut object = Map::new();
    object.insert("type".into(), json!("object"));
    object.insert("additionalProperties".into(), json!(false));
    object.insert("properties".into(), Value::Object(properties));
    object
}

fn property(value: &toml::Value, path: &str) -> Value {
    if let Some(words) = words(path) {
        return json!({ "enum": words });
    }
    match value {
        toml::Value::Table(table) => Value::Object(object(table, path)),
        toml::Value::Integer(number) => json!({ "type": "integer", "default": number }),
        toml::Value::Boolean(value) => json!({ "type": "boolean", "default": value }),
        toml::Value::Array(_) => json!({ "type": "array", "items": { "type": "string" } }),
        other => json!({ "type": "string", "default": other.as_str().unwrap_or_default() }),
    }
}

/// The words that a setting knows.
fn words(path: &str) -> Option<Vec<&'static str>> {
    let spell = |words: &[&'static str]| Some(words.to_vec());
    match path {
        "sign_in.sign_up" => Some(SignUp::ALL.iter().map(|word| word.as_str()).collect()),
        "sign_in.two_step.policy" => Some(TwoStep::ALL.iter().map(|word| word.as_str()).collect()),
        "tokens.signing" => Some(SigningAlgorithm::ALL.iter().map(|word| word.as_str()).collect()),
        "branding.shape" => Some(Shape::ALL.iter().map(|word| word.as_str()).collect()),
        "branding.mode" => Some(Appearance::ALL.iter().map(|word| word.as_str()).collect()),
        "sign_in.password.leaked_check" => spell(&["offline", "off"]),
        "log.format" => spell(&["text", "json"]),
        _ => None,
    }
}

fn client() -> Value {
    let word = |all: Vec<&str>| json!({ "enum": all });
    let (text, list) = (json!({ "type": "string" }), json!({ "type": "array", "items": { "type": "string" } }));
    let defaults: toml::Table = DEFAULTS.parse().unwrap_or_default();
    let branding = defaults.get("branding").and_then(toml::Value::as_table).map(|table| Value::Object(object(table, "branding")));
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["kind"],
        "properties": {
            "kind": word(ClientKind::ALL.iter().map(|one| one.as_str()).collect()),
            "name": text,
            "auth": word(ClientAuth::ALL.iter().map(|one| one.as_str()).collect()),
            "secret": text,
            "redirect_uris": list,
            "post_logout_redirect_uris": list,
            "origins": list,
            "delivery": word(Delivery::ALL.iter().map(|one| one.as_str()).collect()),
            "signing": word(SigningAlgorithm::ALL.iter().map(|one| one.as_str()).collect()),
            "first_party": { "type": "boolean" },
            "audience": text,
            "initiate_login_uri": text,
            "branding": branding,
        }
    })
}

impl Layers {
    /// Every key with its value and origin; secrets as "(set)".
    pub fn iter(&self) -> impl Iterator<Item = (String, String, Source)> {
        self.values.iter().map(|(key, (value, source))| {
            let hidden = key.ends_with(".secret") || (key == "database" && value.as_str().is_some_and(|text| text.contains('@')));
            (key.clone(), if hidden { "\"(set)\"".to_owned() } else { value.to_string() }, source.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::schema;

    #[test]
    fn every_key_of_the_defaults_is_in_the_schema() {
        let schema = schema();
        for path in ["/properties/issuer", "/properties/server/properties/listen", "/properties/sign_in/properties/password/properties/argon2/properties/memory_kib", "/properties/limits/properties/letters_total"] {
            assert!(schema.pointer(path).is_some(), "{path}");
        }
        assert_eq!(schema.pointer("/properties/tokens/properties/signing/enum/0").unwrap(), "RS256");
        assert_eq!(schema["additionalProperties"], false);
    }
}
