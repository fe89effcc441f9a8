//! What is wrong with a configuration, in the operator's words: where, which key, which value, why, and what to do.

use std::fmt;

use crate::types::edit_distance;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    at: String,
    what: String,
    remedy: Option<String>,
}

impl Problem {
    /// Something wrong at a place.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into(), remedy: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The same, somewhere else.
    #[must_use]
    pub fn at(mut self, at: impl Into<String>) -> Self {
        self.at = at.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() {
            write!(f, "{}", self.what)?;
        } else {
            write!(f, "{}\n  {}", self.at, self.what)?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  help: {remedy}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong, at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub(super) fn one(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(f, "The configuration has {count} problem{}.", if count == 1 { "" } else { "s" })?;
        for problem in &self.0 {
            write!(f, "\n{problem}\n")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Of these names the one that was probably meant, if any is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|one| (edit_distance(name, one), one)).min()?;
    // What all names begin with says nothing about how near two are.
    let own = name.trim_start_matches("HOUSEKEY_").len();
    (near.0 <= (own / 4).clamp(2, 5)).then_some(near.1)
}

/// The same for keys, of which the last part may be right and the section forgotten or wrong.
pub(super) fn nearest_key<'a>(key: &str, known: &'a [String]) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let known = || known.iter().map(String::as_str);
    let misplaced = || known().filter(|one| last(one) == last(key)).min_by_key(|one| edit_distance(key, one));
    nearest(key, known()).or_else(misplaced)
}
