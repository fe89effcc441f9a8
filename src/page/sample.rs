//! Every page shows itself: the states it can be in, for tests, for looking at, and for whoever changes the words.

use super::Page;

/// A page that can be looked at without anything behind it. Only such pages can become responses.
pub trait Sample: Sized {
    /// Its states, each with a short name.
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)>;
}
