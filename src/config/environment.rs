//! The environment as a layer: which variable sets which key. A variable that sets nothing is a mistake.

use std::collections::BTreeMap;
use std::fmt;

use toml::Value;

use super::load::{Layers, Source};
use super::named::{Named, split};
use super::problem::{Problem, nearest};
use super::setting::{Kind, every_key, kind_of, variable_of};

const PREFIX: &str = "HOUSEKEY_";
/// Secrets that are not below a client or a provider.
const SECRETS: [&str; 3] = ["HOUSEKEY_MASTER_KEY", "HOUSEKEY_DATABASE_PASSWORD", "HOUSEKEY_EMAIL__SMTP_PASSWORD"];
/// Kubernetes sets these in every pod beside a service that is called housekey; tests set the last.
const NOT_OURS: [&str; 3] = ["HOUSEKEY_SERVICE_", "HOUSEKEY_PORT_", "HOUSEKEY_TEST_"];

/// The variables of an environment that concern us.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

// Values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))))
    }

    /// One made of pairs.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let is_ours =
            |name: &str| name.starts_with(PREFIX) && name != "HOUSEKEY_PORT" && !NOT_OURS.iter().any(|other| name.starts_with(other));
        Self(pairs.into_iter().filter(|(name, _)| is_ours(name)).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Lays the environment over the other layers. Secrets are only noted: `secret` reads them where they are needed.
pub(super) fn add(layers: &mut Layers, env: &Environment) -> Vec<Problem> {
    let names = names(layers, env);
    let mut problems = Vec::new();
    for (name, text) in &env.0 {
        let plain = name.strip_suffix("_FILE").unwrap_or(name);
        if SECRETS.contains(&plain) {
            layers.secrets.insert(plain.to_owned(), name.clone());
            continue;
        }
        // A whole name goes first: HOUSEKEY_PROVIDERS__ID__FILE is a setting.
        let whole = names.get(name);
        match whole.or_else(|| names.get(plain)).map_or(&[][..], Vec::as_slice) {
            [one, other, ..] => {
                let what = format!("could mean {one} or {other}");
                let several = split(one).map_or("", |(named, ..)| named.section());
                let remedy = format!("rename one of the two {several}: in variables - and . are both _");
                problems.push(Problem::new(name, what).remedy(remedy));
            }
            [key] if kind_of(key) == Some(Kind::Secret) => {
                layers.secrets.insert(key.clone(), name.clone());
            }
            [key] if whole.is_some() => {
                layers.values.insert(key.clone(), (typed(text, kind_of(key)), Source::Variable(name.clone())));
            }
            [_] => {
                problems.push(Problem::new(name, "is not a setting: only secrets come from files").remedy(format!("set {plain} instead")));
            }
            [] => problems.push(unknown(name, &names)),
        }
    }
    problems
}

/// Each variable with the keys that it sets: one, unless two names differ only in punctuation.
fn names(layers: &Layers, env: &Environment) -> BTreeMap<String, Vec<String>> {
    let mut names = BTreeMap::<String, Vec<String>>::new();
    for key in every_key(layers.named()) {
        names.entry(variable_of(&key)).or_default().push(key);
    }
    for (name, key) in env.0.keys().filter_map(|name| Some((name, of_provider(layers, name)?))) {
        names.entry(name.clone()).or_default().push(key);
    }
    names
}

/// The key of a setting of a provider's own, of which no list is complete.
fn of_provider(layers: &Layers, name: &str) -> Option<String> {
    let mut providers = layers.named().filter(|(named, _)| *named == Named::Providers);
    let key = |(named, id): (Named, &str)| {
        let own = name.strip_prefix(&variable_of(&named.key(id, "settings.")))?;
        let key = named.key(id, &format!("settings.{}", own.to_lowercase()));
        kind_of(&key).map(|_| key)
    };
    providers.find_map(key)
}

fn unknown(name: &str, names: &BTreeMap<String, Vec<String>>) -> Problem {
    let problem = Problem::new(name, "is not a setting");
    if name.contains("__BRANDING__COPY__") || name.starts_with("HOUSEKEY_BRANDING__COPY__") {
        return problem.remedy("your own words stand in the file, under [branding.copy.LANGUAGE]");
    }
    // The section was forgotten, as in HOUSEKEY_LISTEN; only said where no other section has the same.
    let last = format!("__{}", name.trim_start_matches(PREFIX));
    let mut misplaced = names.keys().map(String::as_str).filter(|one| one.ends_with(&last) && named(one).is_none());
    let misplaced = misplaced.next().filter(|_| misplaced.next().is_none());
    let near = nearest(name, names.keys().map(String::as_str).chain(SECRETS)).or(misplaced);
    problem.remedy(match (near, named(name)) {
        (Some(near), _) => format!("did you mean {near}?"),
        (None, Some((kind, beginning))) if !names.keys().any(|one| one.starts_with(beginning)) => {
            format!("no {} in the file has this name; in variables - and . of its ID are _", kind.one())
        }
        _ => "remove it, or rename it if it belongs to something else; housekey config schema lists every setting".to_owned(),
    })
}

/// Whether a variable is a client's or a provider's, and what all of that one begin with.
fn named(name: &str) -> Option<(Named, &str)> {
    let (section, rest) = name.strip_prefix(PREFIX)?.split_once("__")?;
    let (_, last) = rest.split_once("__")?;
    Some((Named::of_section(&section.to_lowercase())?, name.strip_suffix(last)?))
}

/// A variable's text as the type that the setting has. Lists are separated by commas, or written as in the file.
fn typed(text: &str, kind: Option<Kind>) -> Value {
    let plain = || Value::String(text.to_owned());
    match kind {
        Some(Kind::Number(..)) => text.trim().parse().map_or_else(|_| plain(), Value::Integer),
        Some(Kind::YesNo) => text.trim().parse().map_or_else(|_| plain(), Value::Boolean),
        Some(Kind::Texts) if text.trim_start().starts_with('[') => {
            format!("list = {}", text.trim()).parse::<toml::Table>().ok().and_then(|mut table| table.remove("list")).unwrap_or_else(plain)
        }
        Some(Kind::Texts) => {
            Value::Array(text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| Value::String(one.to_owned())).collect())
        }
        _ => plain(),
    }
}
