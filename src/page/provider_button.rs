//! Buttons for other login servers, as pages show them.

use std::sync::Arc;

/// A button that leads to another login server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderButton {
    /// Its name in addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The brand's mark, an SVG of ours.
    pub mark: Option<&'static str>,
    /// One or two letters in its place.
    pub monogram: String,
}

/// All of them, in the order of the page.
pub type ProviderButtons = Arc<Vec<ProviderButton>>;

impl ProviderButton {
    /// For showing. Google bears a mark, so that both kinds are seen.
    pub(crate) fn sample(id: &str, name: &str, monogram: &str) -> Self {
        const MARK: &str = include_str!("../../static/providers/google.svg");
        Self { id: id.into(), name: name.into(), mark: (id == "google").then_some(MARK), monogram: monogram.into() }
    }
}
