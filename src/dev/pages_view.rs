//! The list of every page in every state.

use askama::Template;

use crate::page::{Html, Page, Sample};
use crate::types::Words;

/// All pages by name.
#[derive(Template)]
#[template(path = "dev/pages.html")]
pub struct PagesPage {
    /// Look and language.
    pub page: Page,
    /// Each page.
    pub groups: Vec<Group>,
}

/// One page.
pub struct Group {
    /// The name of its type.
    pub name: &'static str,
    /// Its states.
    pub states: Vec<&'static str>,
}

impl PagesPage {
    fn lede(&self) -> String {
        let count: usize = self.groups.iter().map(|group| group.states.len()).sum();
        self.page.words(&Words::new("pages-lede").with("count", count))
    }

    fn hint(&self) -> Html {
        let query = |name, text| (name, Html::mono(text));
        let queries = [query("dark", "?theme=dark"), query("light", "?theme=light"), query("rtl", "?dir=rtl"), query("strip", "?strip=on")];
        self.page.rich("pages-hint", &queries)
    }
}

impl Sample for PagesPage {
    fn samples(page: &dyn Fn() -> Page) -> Vec<(&'static str, Self)> {
        let group = |name, states: [&'static str; 2]| Group { name, states: states.into() };
        let groups = vec![group("SignInPage", ["sign-in", "sign-in-error"]), group("CheckEmailPage", ["check-email", "check-email-wait"])];
        vec![("pages", Self { page: page(), groups })]
    }
}
