//! The layers: `default.toml` ← `housekey.toml` ← environment. What comes out is flat: one value for
//! each key, and where it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Value;

use super::check::check;
use super::problem::{Problem, Problems};
use super::{Config, Mode};
use crate::random::Random;

/// The built-in layer.
pub const DEFAULTS: &str = include_str!("default.toml");
const PREFIX: &str = "HOUSEKEY_";
/// Variables that are not settings: where secrets come from.
const SECRETS: [&str; 2] = ["HOUSEKEY_MASTER_KEY", "HOUSEKEY_DATABASE_PASSWORD"];

/// The variables of an environment that concern us.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))))
    }

    /// One made of pairs.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with("HOUSEKEY_TEST_")).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// The checked configuration.
    pub config: Config,
    /// What an operator should know, though nothing is wrong.
    pub warnings: Vec<String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Every value with its origin, for `housekey config print`.
    pub layers: Layers,
}

/// One value for each key.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub(super) values: BTreeMap<String, (Value, Source)>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `default.toml`.
    Default,
    /// A line of the file.
    File {
        /// Which file.
        path: PathBuf,
        /// Counted from one, if it could be found.
        line: Option<usize>,
    },
    /// A variable.
    Variable(String),
}

impl serde::Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: Some(line) } => write!(f, "{}, line {line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// Reads and checks every layer. `file`: the one that was asked for; without one `housekey.toml`, if it is there.
pub fn load(mode: Mode, file: Option<&Path>, env: &Environment, random: &Random) -> Result<Loaded, Problems> {
    let path = match file {
        Some(path) => Some(path.to_owned()),
        None => Some(PathBuf::from("housekey.toml")).filter(|path| path.exists()),
    };
    let text = match &path {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            Problems::one(Problem::new(path.display().to_string(), format!("the file cannot be read: {error}")).remedy("name another one with --config"))
        })?,
    };
    load_text(mode, path.map(|path| (path, text)), env, random)
}

/// The same, with the file's text in hand.
pub fn load_text(mode: Mode, file: Option<(PathBuf, String)>, env: &Environment, random: &Random) -> Result<Loaded, Problems> {
    let mut layers = Layers::default();
    layers.add(DEFAULTS, |_| Source::Default).map_err(Problems::one)?;
    if let Some((path, text)) = &file {
        let source = |key: &str| Source::File { path: path.clone(), line: line_of(text, key) };
        layers.add(text, source).map_err(|problem| Problems::one(problem.at(path.display().to_string())))?;
    }
    let unknown = layers.add_environment(env);
    let folder = file.as_ref().and_then(|(path, _)| path.parent().map(Path::to_owned)).unwrap_or_default();
    let (config, warnings) = check(mode, &layers, (env, unknown), &folder, random)?;
    Ok(Loaded { config, warnings, file: file.map(|(path, _)| path), layers })
}

impl Layers {
    fn add(&mut self, text: &str, source: impl Fn(&str) -> Source) -> Result<(), Problem> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| Problem::new("", format!("this is not TOML: {}", error.to_string().trim())))?;
        let mut flat = Vec::new();
        flatten("", &Value::Table(table), &mut flat);
        for (key, value) in flat {
            let source = source(&key);
            self.values.insert(key, (value, source));
        }
        Ok(())
    }

    /// Adds what the environment says; gives back the variables that mean nothing.
    fn add_environment(&mut self, env: &Environment) -> Vec<String> {
        let mut unknown = Vec::new();
        for name in env.names() {
            let plain = name.strip_suffix("_FILE").unwrap_or(name);
            if SECRETS.contains(&plain) || plain.ends_with("__SECRET") {
                continue;
            }
            let key = name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase().replace("__", ".");
            match self.values.get(&key).map(|(value, _)| value.clone()) {
                Some(like) => {
                    let value = typed(env.get(name).unwrap_or(""), &like);
                    self.values.insert(key, (value, Source::Variable(name.to_owned())));
                }
                None => unknown.push(name.to_owned()),
            }
        }
        unknown
    }
}

fn flatten(prefix: &str, value: &Value, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&key, value, into);
            }
            if table.is_empty() && prefix.starts_with("clients.") {
                into.push((prefix.to_owned(), value.clone()));
            }
        }
        _ => into.push((prefix.to_owned(), value.clone())),
    }
}

/// A variable's text as the type that the setting has: lists are separated by commas.
fn typed(text: &str, like: &Value) -> Value {
    match like {
        Value::Integer(_) => text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
        Value::Boolean(_) => text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Boolean),
        Value::Array(_) => Value::Array(text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| Value::String(one.to_owned())).collect()),
        _ => Value::String(text.to_owned()),
    }
}

/// The line on which a key stands, counted from one.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let mut section = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.replace(['"', '\'', ' '], "");
        } else if let Some((name, _)) = line.split_once('=') {
            let name = name.trim().replace(['"', '\''], "");
            let full = if section.is_empty() { name } else { format!("{section}.{name}") };
            if full == key || key.starts_with(&format!("{full}.")) {
                return Some(number + 1);
            }
        }
    }
    None
}
