//! Reads values by key, and keeps a list of everything that is wrong instead of stopping at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use toml::Value;

use super::Rate;
use super::load::{Layers, Source};
use super::named::Named;
use super::problem::Problem;
use super::setting::{Kind, kind_of};

/// A view of the layers that remembers what was wrong.
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    problems: RefCell<Vec<Problem>>,
    wrong: RefCell<BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    /// Begins with what is already known to be wrong.
    pub(super) fn new(layers: &'a Layers, problems: Vec<Problem>) -> Self {
        Self { layers, problems: RefCell::new(problems), wrong: RefCell::default() }
    }

    /// Notes something wrong with a key.
    pub(super) fn wrong(&self, key: &str, what: impl std::fmt::Display, remedy: impl Into<String>) {
        self.mark_wrong(key);
        let source = self.layers.values.get(key).map(|(_, source)| source.to_string()).unwrap_or_default();
        let at = if source.is_empty() || source == key { key.to_owned() } else { format!("{key}  ({source})") };
        self.problems.borrow_mut().push(Problem::new(at, what.to_string()).remedy(remedy));
    }

    /// Whether something is already known to be wrong with a key.
    pub(super) fn is_wrong(&self, key: &str) -> bool {
        self.wrong.borrow().contains(key)
    }

    /// Remembers that what is wrong with a key was said elsewhere.
    pub(super) fn mark_wrong(&self, key: &str) {
        self.wrong.borrow_mut().insert(key.to_owned());
    }

    /// Whether a variable sets this secret, or names a file for it.
    pub(super) fn has_secret(&self, key: &str) -> bool {
        self.layers.secrets.contains_key(key)
    }

    /// Notes something wrong elsewhere.
    pub(super) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
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
            Some(_) => {
                // Not repeated: it may be a secret without its quotes.
                self.wrong(key, "must be a text", "put it in quotes");
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

    /// A number within its bounds.
    pub(super) fn number<N: TryFrom<i64> + Copy>(&self, key: &str, fallback: N) -> N {
        let (from, to) = match kind_of(key) {
            Some(Kind::Number(from, to)) => (from, to),
            _ => (0, i64::MAX),
        };
        let number = match self.value(key) {
            Some(Value::Integer(number)) if (from..=to).contains(number) => N::try_from(*number).ok(),
            _ => None,
        };
        number.unwrap_or_else(|| {
            let value = self.value(key).map(ToString::to_string).unwrap_or_default();
            let is_number = matches!(self.value(key), Some(Value::Integer(_)));
            let remedy = if is_number { "choose one in between" } else { "without quotes" };
            self.wrong(key, format!("{value} must be a number from {from} to {to}"), remedy);
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
            Some(Value::Array(items)) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().unwrap_or_else(wrong)
            }
            Some(_) => wrong(),
        }
    }

    /// Texts, each parsed.
    pub(super) fn parsed<T, E: std::fmt::Display>(&self, key: &str, parse: impl Fn(&str) -> Result<T, E>, remedy: &str) -> Vec<T> {
        let read = |text: String| parse(&text).map_err(|why| self.wrong(key, format!("{} {why}", shown(&text)), remedy)).ok();
        self.list(key).into_iter().filter_map(read).collect()
    }

    /// One of the words that may stand there. A word we know but do not offer comes with a later version.
    pub(super) fn word<T: Copy>(&self, key: &str, parse: impl Fn(&str) -> Option<T>, fallback: T) -> T {
        let text = self.text(key);
        let words = match kind_of(key) {
            Some(Kind::Word(words)) => words,
            _ => &[],
        };
        match parse(text) {
            Some(value) if words.contains(&text) => return value,
            _ if self.value(key).is_none() => self.wrong(key, "is not set", one_of(words)),
            // Something that is no text was already refused.
            _ if self.is_wrong(key) => {}
            known => {
                let why = if known.is_some() { "is not available in this version" } else { "is not known" };
                self.wrong(key, format!("\"{}\" {why}", text.escape_debug()), one_of(words));
            }
        }
        fallback
    }

    /// The same where nothing means `default`.
    pub(super) fn word_or<T: Copy>(&self, key: &str, parse: impl Fn(&str) -> Option<T>, default: T) -> T {
        if self.value(key).is_none() { default } else { self.word(key, parse, default) }
    }

    /// What a text says, if there is one.
    pub(super) fn reads<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>, remedy: &str) -> Option<T> {
        let text = self.optional(key)?;
        parse(&text).map_err(|why| self.wrong(key, why, remedy)).ok()
    }

    /// A length of time within its bounds.
    pub(super) fn duration(&self, key: &str) -> Duration {
        let (from, to) = match kind_of(key) {
            Some(Kind::Duration(from, to) | Kind::DurationOrNever(from, to)) => (from, to),
            _ => (0, u64::MAX),
        };
        let text = self.text(key);
        match duration(text) {
            Some(time) if (from..=to).contains(&time.as_secs()) => return time,
            Some(_) => self.wrong(key, format!("{text} must be from {} to {}", spell(from), spell(to)), "choose one in between"),
            None if self.is_wrong(key) => {}
            None => self.wrong(
                key,
                format!("\"{}\" is not a duration", text.escape_debug()),
                "for example \"30s\", \"10m\", \"12h\" or \"14d\"",
            ),
        }
        Duration::from_secs(from)
    }

    /// A length of time, or never.
    pub(super) fn duration_or_never(&self, key: &str) -> Option<Duration> {
        (!self.text(key).is_empty()).then(|| self.duration(key))
    }

    /// A length of time that another one ends: a default gives way, a longer one that was asked for is a mistake.
    pub(super) fn within(&self, shorter: &str, longer: &str) -> Duration {
        let short = self.duration(shorter);
        let Some(long) = duration(self.quiet(longer)) else {
            return short;
        };
        if short > long && !self.is_wrong(shorter) && self.source(shorter) != Some(&Source::Default) {
            let (short, long) = (spell(short.as_secs()), spell(long.as_secs()));
            self.wrong(shorter, format!("{short} is longer than {longer}, which ends it after {long}"), format!("at most {long}"));
        }
        short.min(long)
    }

    /// A text, without a word if it is none.
    fn quiet(&self, key: &str) -> &'a str {
        self.value(key).and_then(Value::as_str).unwrap_or("")
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
            if !self.is_wrong(key) {
                self.wrong(key, format!("\"{}\" is not a rate", text.escape_debug()), "for example \"50/15m\": fifty in fifteen minutes");
            }
            Rate { count: 1, per: Duration::from_mins(1) }
        })
    }

    /// The clients or providers, in the order of the file.
    pub(super) fn named(&self, wanted: Named) -> impl Iterator<Item = &'a str> {
        self.layers.named().filter(move |(named, _)| *named == wanted).map(|(_, id)| id)
    }

    /// Every key that was there to be read.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.layers.values.keys().map(String::as_str)
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}

/// What was written, to be repeated in a problem. An address that may have a password in it is not repeated.
pub(super) fn shown(text: &str) -> String {
    if text.contains('@') { "the address".to_owned() } else { text.escape_debug().to_string() }
}

/// `30s`, `10m`, `12h`, `14d`.
pub(super) fn duration(text: &str) -> Option<Duration> {
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

pub(super) fn spell(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s.is_multiple_of(86400) => format!("{}d", s / 86400),
        s if s > 0 && s.is_multiple_of(3600) => format!("{}h", s / 3600),
        s if s > 0 && s.is_multiple_of(60) => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
