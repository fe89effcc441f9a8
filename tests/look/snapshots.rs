//! Each page in each state as a text that shows what a change changes. `just snapshots` takes what is there now as right.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use housekey::config::{Environment, Mode, load_text};
use housekey::page::Looks;
use housekey::random::Random;
use scraper::{ElementRef, Html, Node, Selector};

use super::FIELDNOTES;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/look/snapshots");
/// Elements that are part of the line they stand in.
const INLINE: [&str; 12] = ["a", "b", "bdi", "br", "code", "mark", "small", "span", "strong", "time", "kbd", "em"];

/// An opening tag, its attributes in the order of their names.
fn tag(element: ElementRef) -> String {
    let mut attributes: Vec<_> = element.value().attrs().map(|(name, value)| format!(" {name}=\"{}\"", value.replace('\n', " "))).collect();
    attributes.sort();
    format!("<{}{}>", element.value().name(), attributes.concat())
}

/// Its text with the tags inside; nothing for an element that has others in it than `INLINE`.
fn line(element: ElementRef) -> Option<String> {
    let mut said = String::new();
    for child in element.children() {
        match child.value() {
            Node::Text(text) => said.push_str(text),
            Node::Element(_) => {
                let inner = ElementRef::wrap(child)?;
                let name = inner.value().name();
                if !INLINE.contains(&name) {
                    return None;
                }
                let end = if name == "br" { String::new() } else { format!("</{name}>") };
                said.push_str(&format!("{}{}{end}", tag(inner), line(inner)?));
            }
            _ => {}
        }
    }
    Some(said)
}

/// One element for each line, what is inside further in. Drawings are left out but for what they are called.
fn write(element: ElementRef, depth: usize, into: &mut String) {
    let within = "  ".repeat(depth);
    if element.value().name() == "svg" {
        into.push_str(&format!("{within}<svg{}>\n", element.attr("aria-label").map(|label| format!(" {label}")).unwrap_or_default()));
        return;
    }
    if let Some(text) = line(element) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        into.push_str(format!("{within}{} {text}", tag(element)).trim_end());
        into.push('\n');
        return;
    }
    into.push_str(&format!("{within}{}\n", tag(element)));
    for child in element.children() {
        match (child.value(), ElementRef::wrap(child)) {
            (Node::Text(text), _) if !text.trim().is_empty() => into.push_str(&format!("{within}  {}\n", text.trim())),
            (_, Some(inner)) => write(inner, depth + 1, into),
            _ => {}
        }
    }
}

/// Title and main part of a page.
fn written(html: &str) -> String {
    let document = Html::parse_document(html);
    let one = |selector: &str| document.select(&Selector::parse(selector).unwrap()).next().unwrap();
    let mut text = format!("{}\n", one("title").text().collect::<String>());
    write(one("main"), 0, &mut text);
    text
}

#[test]
fn a_change_to_a_page_shows() {
    let toml = format!("issuer = \"http://localhost:8085\"\n{FIELDNOTES}");
    let config = load_text(
        Mode::Development,
        Some(("housekey.toml".into(), toml)),
        &Environment::of([]),
        &Random::default(),
        housekey::upstream::judge,
    )
    .unwrap_or_else(|problems| panic!("{problems}"))
    .config;
    let look = Looks::of_branding(&config.branding, &config.issuer).of(None);
    let (mut names, mut changed) = (BTreeSet::new(), Vec::new());
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(FOLDER);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for shown in housekey::gallery::pages(&|| super::page(&look)) {
        let text = written(&shown.html().unwrap());
        names.insert(format!("{}.snap", shown.name));
        let compare = || settings.bind(|| insta::assert_snapshot!(shown.name, text));
        if catch_unwind(AssertUnwindSafe(compare)).is_err() {
            changed.push(shown.name);
        }
    }
    assert!(changed.is_empty(), "changed: {changed:?}. If all of it is meant: just snapshots");
    // And none of a page that is gone.
    for entry in std::fs::read_dir(Path::new(FOLDER)).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(file.trim_end_matches(".new")), "no page has the snapshot {file}: remove it");
    }
}
