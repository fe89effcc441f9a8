//! What a check found: one sentence, and what to do about it.

use serde_json::{Value, json};

use crate::page::Marked;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Fine,
    /// Worth knowing; nothing fails by it.
    Note,
    /// Something does not work, or will not.
    Broken,
}

/// What a check found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was looked at, in one word.
    pub check: &'static str,
    /// How it stands.
    pub mark: Mark,
    /// One sentence.
    pub says: String,
    /// What to do.
    pub remedy: Option<String>,
    /// The same for programs.
    pub facts: Value,
}

impl Finding {
    /// As it should be.
    pub fn fine(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, mark: Mark::Fine, says: says.into(), remedy: None, facts: json!({}) }
    }

    /// Worth knowing.
    pub fn note(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, mark: Mark::Note, says: says.into(), remedy: Some(remedy.into()), facts: json!({}) }
    }

    /// Something that does not work.
    pub fn broken(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { mark: Mark::Broken, ..Self::note(check, says, remedy) }
    }

    /// The same for programs.
    #[must_use]
    pub fn with(mut self, facts: Value) -> Self {
        self.facts = facts;
        self
    }
}

/// The text, with what differs from the other in brackets.
pub(super) fn differing(text: &str, other: &str) -> String {
    if text == other {
        return text.to_owned();
    }
    let Marked { before, different, after } = Marked::difference(text, other);
    format!("{before}⟨{different}⟩{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_in_brackets() {
        for (text, other, shown) in [
            ("https://auth.example.com:8085", "https://auth.example.com", "https://auth.example.com⟨:8085⟩"),
            ("https://auth.example.com", "https://auth.example.com/", "https://auth.example.com⟨⟩"),
            ("same", "same", "same"),
        ] {
            assert_eq!(differing(text, other), shown);
        }
    }
}
