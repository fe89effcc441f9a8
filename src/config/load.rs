//! The layers: `default.toml` ← `housekey.toml` ← environment. What comes out is flat: one value for
//! each key, and where it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::check::{Given, check};
use super::environment::{self, Environment};
use super::named::{Named, split};
use super::problem::{Problem, Problems, nearest, nearest_key};
use super::setting::{OF_A_PROVIDER, every_key, is_for_later, is_section, kind_of};
use super::{Config, JudgeProvider, Mode};
use crate::random::Random;

/// The built-in layer.
pub const DEFAULTS: &str = include_str!("default.toml");

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
#[derive(Clone, Default)]
pub struct Layers {
    pub(super) values: BTreeMap<String, (Value, Source)>,
    /// Which variable holds or names which secret.
    pub(super) secrets: BTreeMap<String, String>,
    /// The clients and providers in the order of the file. One may have no values: all of them may be variables.
    named: Vec<(Named, String)>,
}

// A value may be a secret, or hold one.
impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.values.iter().map(|(key, (_, source))| (key, source))).finish()
    }
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
/// `judge` knows what each provider needs.
pub fn load(mode: Mode, file: Option<&Path>, env: &Environment, random: &Random, judge: JudgeProvider) -> Result<Loaded, Problems> {
    read(mode, text_of(file)?, env, Some(random), judge)
}

/// The same, with the file's text in hand.
pub fn load_text(
    mode: Mode,
    file: Option<(PathBuf, String)>,
    env: &Environment,
    random: &Random,
    judge: JudgeProvider,
) -> Result<Loaded, Problems> {
    read(mode, file, env, Some(random), judge)
}

/// The same without leaving anything behind: where a master key would be made, none is.
pub fn examine(mode: Mode, file: Option<&Path>, env: &Environment, judge: JudgeProvider) -> Result<Loaded, Problems> {
    read(mode, text_of(file)?, env, None, judge)
}

fn text_of(file: Option<&Path>) -> Result<Option<(PathBuf, String)>, Problems> {
    let path = match file {
        Some(path) => path.to_owned(),
        None => PathBuf::from("housekey.toml"),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let problem = Problem::new(path.display().to_string(), format!("the file cannot be read: {error}"));
            Err(Problems::one(problem.remedy("name another one with --config, or correct its permissions")))
        }
    }
}

fn read(
    mode: Mode,
    file: Option<(PathBuf, String)>,
    env: &Environment,
    random: Option<&Random>,
    judge: JudgeProvider,
) -> Result<Loaded, Problems> {
    let (layers, problems) = Layers::new(file.as_ref().map(|(path, text)| (path.as_path(), text.as_str())), env)?;
    let folder = file.as_ref().and_then(|(path, _)| path.parent()).unwrap_or(Path::new(""));
    let (config, warnings) = check(Given { mode, layers: &layers, env, folder, random, judge }, problems)?;
    Ok(Loaded { config, warnings, file: file.map(|(path, _)| path), layers })
}

impl Layers {
    /// Every layer, and what means nothing in them.
    pub(super) fn new(file: Option<(&Path, &str)>, env: &Environment) -> Result<(Self, Vec<Problem>), Problems> {
        let mut layers = Self::default();
        let mut problems = layers.add(DEFAULTS, None)?;
        if let Some((path, text)) = file {
            problems.extend(layers.add(text, Some(path))?);
        }
        problems.extend(environment::add(&mut layers, env));
        Ok((layers, problems))
    }

    /// The clients and providers in the order of the file.
    pub(super) fn named(&self) -> impl Iterator<Item = (Named, &str)> {
        self.named.iter().map(|(named, id)| (*named, id.as_str()))
    }

    /// Lays a file over what is there. Gives back the keys that mean nothing.
    fn add(&mut self, text: &str, path: Option<&Path>) -> Result<Vec<Problem>, Problems> {
        let (spans, errors) = DeTable::parse_recoverable(text);
        let table = if errors.is_empty() { text.parse::<toml::Table>().map_err(|error| vec![error]) } else { Err(errors) };
        // The parser would show the line itself, which may hold a secret.
        let not_toml = |(line, error): (Option<usize>, toml::de::Error)| {
            Problem::new(place(path, line), format!("this is not TOML: {}", error.message()))
                .remedy("a text stands in quotes, a section in brackets")
        };
        let table = table.map_err(|errors| {
            // Of several on one line, the first caused the rest.
            let mut first = BTreeMap::new();
            for error in errors {
                first.entry(error.span().map(|span| line_at(text, span.start))).or_insert(error);
            }
            Problems(first.into_iter().map(not_toml).collect())
        })?;
        let mut lines = BTreeMap::new();
        find_lines("", spans.get_ref(), text, &mut lines);
        for named in Named::ALL {
            let sections = table.get(named.section()).and_then(Value::as_table).into_iter().flatten();
            let mut ids: Vec<_> = sections.filter(|(_, section)| section.is_table()).map(|(id, _)| id).collect();
            ids.sort_by_key(|id| lines.get(&named.section_of(id)));
            self.named.extend(ids.into_iter().map(|id| (named, id.clone())));
        }
        let mut flat = Vec::new();
        flatten("", &Value::Table(table), &mut flat);
        let mut problems = Vec::new();
        for (key, value) in flat {
            let line = lines.get(&key).copied();
            if kind_of(&key).is_none() {
                problems.push(self.unknown(&key, &place(path, line)));
                continue;
            }
            let source = path.map_or(Source::Default, |path| Source::File { path: path.to_owned(), line });
            self.values.insert(key, (value, source));
        }
        Ok(problems)
    }

    fn unknown(&self, key: &str, place: &str) -> Problem {
        let at = format!("{key}  ({place})");
        if matches!(key, "master_key" | "database_password") {
            let what = "a secret stands in the file";
            return Problem::new(at, what)
                .remedy(format!("remove it there, and set HOUSEKEY_{0} or HOUSEKEY_{0}_FILE", key.to_uppercase()));
        }
        if is_section(key) {
            return Problem::new(at, "is a section, not a setting").remedy(format!("write [{key}], and its settings below"));
        }
        if is_for_later(key) {
            return Problem::new(at, "is not available in this version").remedy("remove it");
        }
        let problem = Problem::new(at, "is not a setting");
        match (split(key), nearest_key(key, &every_key(self.named()))) {
            (Some((Named::Providers, id, name)), _) => problem.remedy(meant_of_provider(id, name)),
            (_, Some(near)) => problem.remedy(format!("did you mean {near}?")),
            (_, None) => problem.remedy("remove it; housekey config schema lists every setting"),
        }
    }
}

/// What was meant by something that is no setting of all providers. It may be one of this provider's own.
fn meant_of_provider(id: &str, name: &str) -> String {
    let known = || OF_A_PROVIDER.iter().map(|setting| setting.key);
    let ends_so = || known().find(|one| one.strip_suffix(name).is_some_and(|before| before.ends_with('_')));
    match nearest(name, known()).or_else(ends_so) {
        Some(near) => format!("did you mean {}?", Named::Providers.key(id, near)),
        None if name.starts_with("settings.") => "a text, and its name without dots".to_owned(),
        None => format!("remove it; what only this provider needs is written settings.{name}"),
    }
}

fn place(path: Option<&Path>, line: Option<usize>) -> String {
    path.map_or(Source::Default, |path| Source::File { path: path.to_owned(), line }).to_string()
}

fn below(prefix: &str, name: &str) -> String {
    match (prefix, Named::of_section(prefix)) {
        ("", _) => name.to_owned(),
        (_, Some(named)) => named.section_of(name),
        _ => format!("{prefix}.{name}"),
    }
}

fn flatten(prefix: &str, value: &Value, into: &mut Vec<(String, Value)>) {
    let Value::Table(table) = value else {
        into.push((prefix.to_owned(), value.clone()));
        return;
    };
    for (name, value) in table {
        flatten(&below(prefix, name), value, into);
    }
}

/// The line of each key, counted from one.
fn find_lines(prefix: &str, table: &DeTable<'_>, text: &str, into: &mut BTreeMap<String, usize>) {
    for (name, value) in table {
        let key = below(prefix, name.get_ref());
        into.insert(key.clone(), line_at(text, name.span().start));
        if let DeValue::Table(table) = value.get_ref() {
            find_lines(&key, table, text, into);
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
