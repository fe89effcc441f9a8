//! Reads values by key, and keeps a list of everything that is wrong instead of stopping at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use toml::Value;

use super::Rate;
use super::load::{Layers, Source};
use super::problem::Problem;

/// A view of the layers that remembers what was asked for and what was wrong.
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    asked: RefCell<BTreeSet<String>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a Layers) -> Self {
        Self { layers, asked: RefCell::default(), problems: RefCell::default() }
    }

    /// Notes something wrong with a key.
    pub(super) fn wrong(&self, key: &str, what: impl std::fmt::Display, remedy: impl Into<String>) {
        let source = self.layers.values.get(key).map(|(_, source)| source.to_string()).unwrap_or_default();
        let at = if source.is_empty() || source == key { key.to_owned() } else { format!("{key}  ({source})") };
        self.problems.borrow_mut().push(Problem::new(at, what.to_string()).remedy(remedy));
    }

    pub(super) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.layers.values.get(key).map(|(value, _)| value)
    }

    pub(super) fn source(&self, key: &str) -> Option<&'a Source> {
        self.layers.values.get(key).map(|(_, source)| source)
    }

    /// Whether the file sets it, as opposed to the environment or the defaults.
    pub(super) fn is_in_file(&self, key: &str) -> bool {
        matches!(self.source(key), Some(Source::File { .. }))
    }

    /// A text; empty if there is none.
    pub(super) fn text(&self, key: &str) -> &'a str {
        match self.value(key) {
            None => "",
            Some(Value::String(text)) => text,
            Some(other) => {
                self.wrong(key, format!("{other} must be a text"), "put it in quotes");
                ""
            }
        }
    }

    /// A text that is there and not empty.
    pub(super) fn optional(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Yes or no; `default` if there is nothing.
    pub(super) fn yes_no(&self, key: &str, default: bool) -> bool {
        match self.value(key) {
            None => default,
            Some(Value::Boolean(value)) => *value,
            Some(other) => {
                self.wrong(key, format!("{other} must be true or false"), "without quotes");
                default
            }
        }
    }

    /// A number within bounds.
    pub(super) fn number<N: TryFrom<i64> + Copy>(&self, key: &str, bounds: std::ops::RangeInclusive<i64>, fallback: N) -> N {
        let number = match self.value(key) {
            Some(Value::Integer(number)) if bounds.contains(number) => N::try_from(*number).ok(),
            _ => None,
        };
        number.unwrap_or_else(|| {
            let value = self.value(key).map(ToString::to_string).unwrap_or_default();
            self.wrong(key, format!("{value} must be a number from {} to {}", bounds.start(), bounds.end()), "without quotes");
            fallback
        })
    }

    /// Texts.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let wrong = || {
            self.wrong(key, "must be a list of texts", "for example [\"one\", \"two\"]");
            Vec::new()
        };
        match self.value(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().unwrap_or_else(wrong),
            Some(_) => wrong(),
        }
    }

    /// Texts, each parsed.
    pub(super) fn parsed<T, E: std::fmt::Display>(&self, key: &str, parse: impl Fn(&str) -> Result<T, E>) -> Vec<T> {
        let read = |text: String| parse(&text).map_err(|why| self.wrong(key, format!("{text} {why}"), "correct it")).ok();
        self.list(key).into_iter().filter_map(read).collect()
    }

    /// One of some words.
    pub(super) fn word<T: Copy + std::fmt::Display>(&self, key: &str, parse: impl Fn(&str) -> Option<T>, all: &[T], fallback: T) -> T {
        let text = self.text(key);
        parse(text).unwrap_or_else(|| {
            let known = all.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
            self.wrong(key, format!("\"{text}\" is not known"), format!("one of {known}"));
            fallback
        })
    }

    /// A length of time within bounds.
    pub(super) fn duration(&self, key: &str, bounds: std::ops::RangeInclusive<u64>) -> Duration {
        let text = self.text(key);
        match duration(text) {
            Some(time) if bounds.contains(&time.as_secs()) => time,
            Some(_) => {
                self.wrong(key, format!("{text} must be from {} to {}", spell(*bounds.start()), spell(*bounds.end())), "choose one in between");
                Duration::from_secs(*bounds.start())
            }
            None => {
                self.wrong(key, format!("\"{text}\" is not a duration"), "for example \"30s\", \"10m\", \"12h\" or \"14d\"");
                Duration::from_secs(*bounds.start())
            }
        }
    }

    /// So many in so long.
    pub(super) fn rate(&self, key: &str) -> Rate {
        let text = self.text(key);
        let read = text.split_once('/').and_then(|(count, per)| {
            let per = duration(per.trim()).filter(|per| !per.is_zero())?;
            let count = count.trim().parse().ok().filter(|count| (1..=1_000_000_000).contains(count))?;
            Some(Rate { count, per })
        });
        read.unwrap_or_else(|| {
            self.wrong(key, format!("\"{text}\" is not a rate"), "for example \"50/15m\": fifty in fifteen minutes");
            Rate { count: 1, per: Duration::from_secs(60) }
        })
    }

    /// Every key that was there to be read.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.layers.values.keys().map(String::as_str)
    }

    pub(super) fn was_asked(&self, key: &str) -> bool {
        self.asked.borrow().contains(key)
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.borrow().iter().cloned().collect()
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// `30s`, `10m`, `12h`, `14d`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(unit).filter(|seconds| *seconds <= 100 * 365 * 24 * 60 * 60).map(Duration::from_secs)
}

fn spell(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s.is_multiple_of(86400) => format!("{}d", s / 86400),
        s if s > 0 && s.is_multiple_of(3600) => format!("{}h", s / 3600),
        s if s > 0 && s.is_multiple_of(60) => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
