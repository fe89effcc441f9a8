//! Something to say to a person: a key into the language files and what to put into its gaps.

/// A message key with its arguments. Says nothing by itself; a page turns it into the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The Fluent message id, for example `password-wrong`.
    pub key: &'static str,
    /// Placeholder name and value.
    pub args: Vec<(&'static str, String)>,
}

impl Words {
    /// A message without gaps.
    pub const fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// Fills one gap.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

impl From<&'static str> for Words {
    fn from(key: &'static str) -> Self {
        Self::new(key)
    }
}
