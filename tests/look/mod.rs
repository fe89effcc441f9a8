//! How pages look: to eyes, to people with a screen reader, to slow connections, and to whoever changes one and wants to know which
//! others changed with it. All of it over the pages of `/dev/pages`.

mod axe;
mod developers;
mod lighthouse;
mod pictures;
mod snapshots;
mod weight;

use std::sync::Arc;

use housekey::language::Language;
use housekey::page::{Look, Page};

/// The app whose house it is, in all pictures.
const FIELDNOTES: &str = "
[branding]
name = \"Fieldnotes\"
[branding.links]
terms = \"https://fieldnotes.example/terms\"
privacy = \"https://fieldnotes.example/privacy\"
help = \"https://fieldnotes.example/help\"
home = \"https://fieldnotes.example/\"
";

fn page(look: &Arc<Look>) -> Page {
    Page::new(Arc::clone(look), Language::default(), "csrf".into(), "", false)
}

/// The name of every state of every page.
fn names(look: &Arc<Look>) -> Vec<&'static str> {
    housekey::gallery::pages(&|| page(look)).iter().map(|shown| shown.name).collect()
}
