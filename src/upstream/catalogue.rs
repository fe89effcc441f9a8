//! The providers that come with the program: a file of facts each, and a mark where the brand has one. A file is read
//! when its provider is asked for.

use super::Provider;

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A provider that comes with the program.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name of its file, and of the provider in settings and addresses.
    pub id: &'static str,
    /// The brand's mark: an SVG of 24 by 24 that takes the colour of the text around it.
    pub mark: Option<&'static str>,
    /// What is known about it.
    pub facts: Provider,
}

/// Every provider, sorted.
pub fn ids() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|(id, ..)| *id)
}

/// The provider of this id, if there is one; or what is wrong with its file.
pub fn find(id: &str) -> Option<Result<Entry, String>> {
    let at = CATALOGUE.binary_search_by(|(known, ..)| (*known).cmp(id)).ok()?;
    let (id, text, mark) = *CATALOGUE.get(at)?;
    Some(Provider::read(text).map(|facts| Entry { id, mark, facts }))
}

/// One or two letters, for a provider without a mark.
pub fn monogram(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    words.take(2).flat_map(char::to_uppercase).collect()
}
