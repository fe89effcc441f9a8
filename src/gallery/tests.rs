//! Every page in every state, held to what all pages promise.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use askama::Template;
use scraper::{ElementRef, Html, Selector};

use crate::config::{Appearance, Branding, Links, Shape};
use crate::language::{Language, ids};
use crate::page::{Look, Looks, Page, Sample};
use crate::types::{IssuerUrl, UnixMillis};

use super::letters;

pub(crate) fn branding(name: &str) -> Branding {
    let link = |path: &str| Some(format!("https://fieldnotes.example/{path}"));
    Branding {
        name: name.into(),
        logo: None,
        logo_dark: None,
        accent: "#0b5d4b".into(),
        accent_dark: None,
        shape: Shape::Doorway,
        radius: 12,
        appearance: Appearance::Auto,
        css: None,
        copy: BTreeMap::new(),
        links: Links { terms: link("terms"), privacy: link("privacy"), help: link("help"), home: link("") },
    }
}

pub(super) fn looks(branding: &Branding) -> Looks {
    Looks::of_branding(branding, &IssuerUrl::parse("http://localhost:8085").unwrap())
}

pub(super) fn page(look: &Arc<Look>, development: bool) -> Page {
    Page::new(Arc::clone(look), Language::default(), "csrf".into(), "", development)
}

fn pages(page: &dyn Fn() -> Page) -> Vec<(String, String)> {
    super::pages(page).iter().map(|shown| (shown.name.to_owned(), shown.html().unwrap())).collect()
}

/// The types of pages that the program has: each has a line in the list, and no two states have one name.
#[test]
fn every_page_is_shown() {
    fn pages_of(folder: &Path, found: &mut BTreeSet<String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                pages_of(&path, found);
            } else {
                let source = fs::read_to_string(&path).unwrap_or_default();
                let types = source.split("\nimpl Sample for ").skip(1);
                found.extend(types.map(|rest| rest.split([' ', '<']).next().unwrap().to_owned()));
            }
        }
    }
    let look = looks(&branding("Fieldnotes")).of(None);
    let shown = super::pages(&|| page(&look, false));
    let mut known = BTreeSet::new();
    pages_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut known);
    assert_eq!(shown.iter().map(|one| one.page.to_owned()).collect::<BTreeSet<_>>(), known);
    assert_eq!(shown.iter().map(|one| one.name).collect::<BTreeSet<_>>().len(), shown.len());
}

pub(super) fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    document.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn every_page_keeps_its_promises() {
    let look = looks(&branding("Fieldnotes")).of(None);
    for (name, html) in pages(&|| page(&look, true)) {
        let document = Html::parse_document(&html);
        let one = |selector: &str| assert_eq!(select(&document, selector).len(), 1, "{name}: {selector}");
        ["html[lang][dir]", "title", "h1", "main#main", "[role=status]", "script[src][defer]"].into_iter().for_each(one);
        // The policy allows nothing inline.
        for element in select(&document, "*") {
            let inline = element.value().attrs().find(|(attribute, _)| *attribute == "style" || attribute.starts_with("on"));
            assert_eq!(inline, None, "{name}: {}", element.html());
        }
        assert!(select(&document, "style, script:not([src])").is_empty(), "{name}");
        let ids: Vec<_> = select(&document, "[id]").iter().filter_map(|element| element.value().attr("id").map(str::to_owned)).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
        for (selector, attribute) in [("[aria-describedby]", "aria-describedby"), ("[for]", "for"), ("[aria-controls]", "aria-controls")] {
            for element in select(&document, selector) {
                for id in element.value().attr(attribute).unwrap().split(' ') {
                    assert!(ids.iter().any(|known| known == id), "{name}: nothing has the id {id}");
                }
            }
        }
        for form in select(&document, "form") {
            assert_eq!(form.value().attr("method"), Some("post"), "{name}");
            // A form of ours carries its proof; one that goes to an app must not.
            let ours = !form.value().attr("action").unwrap().starts_with("https://");
            assert_eq!(form.select(&Selector::parse("input[name=csrf]").unwrap()).next().is_some(), ours, "{name}");
        }
        for link in select(&document, "a[href]") {
            let href = link.value().attr("href").unwrap();
            assert!(!href.is_empty() && href != "#", "{name}: {}", link.html());
        }
    }
}

#[test]
fn a_page_with_a_problem_says_so_first() {
    let look = looks(&branding("Fieldnotes")).of(None);
    let mut problems = 0;
    for (name, html) in pages(&|| page(&look, false)) {
        let document = Html::parse_document(&html);
        let is_problem = !select(&document, ".note-bad").is_empty();
        problems += usize::from(is_problem);
        let title: String = select(&document, "title")[0].text().collect();
        assert_eq!(
            title.starts_with("Error: "),
            is_problem || matches!(name.as_str(), "password-limited" | "check-email-wait" | "account-email-wait" | "account-replace-wait"),
            "{name}: {title}"
        );
        // A problem may also be nobody's field: a letter that came back, or cannot go.
        let of_a_field = select(&document, ".note-bad a[href^='#']");
        assert_eq!(select(&document, "[aria-invalid=true]").len(), of_a_field.len(), "{name}");
        for link in of_a_field {
            let field = link.value().attr("href").unwrap().trim_start_matches('#');
            assert!(!select(&document, &format!("input#{field}[aria-describedby~={field}-error]")).is_empty(), "{name}");
        }
    }
    assert!(problems >= 7);
}

/// Text that is a key, not words.
fn is_key(text: &str) -> bool {
    let known = ["fieldnotes-web", "fieldnotes-wbe"];
    !known.contains(&text)
        && text.contains('-')
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
}

#[test]
fn nothing_goes_without_words() {
    let look = looks(&branding("Fieldnotes")).of(None);
    for (name, html) in pages(&|| page(&look, true)) {
        let document = Html::parse_document(&html);
        let texts = document.root_element().text().map(str::to_owned);
        let labels =
            ["aria-label", "title", "data-show", "data-label", "data-wait", "data-ready", "data-left", "data-ok", "data-done", "content"];
        let labels = select(&document, "*")
            .into_iter()
            .flat_map(|element| labels.map(|label| element.value().attr(label).map(str::to_owned)))
            .flatten();
        for text in texts.chain(labels) {
            // What the list of pages lists are names.
            assert!(!is_key(text.trim()) || text.trim() == "no-referrer" || name == "pages", "{name}: {text}");
            assert!(!text.contains("{ $") && !text.contains("{$"), "{name}: {text}");
        }
    }
}

/// Strings in the program and in templates that look like keys.
fn said(folder: &Path, keys: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            said(&path, keys);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "html" || extension == "txt") {
            let text = fs::read_to_string(&path).unwrap();
            keys.extend(
                text.split('"').filter(|piece| is_key(piece) || *piece == "or" || *piece == "skip" || *piece == "copy").map(str::to_owned),
            );
        }
    }
}

#[test]
fn every_english_message_is_said() {
    let mut keys = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    said(&root.join("src"), &mut keys);
    said(&root.join("templates"), &mut keys);
    // Said twice, the later one counts, and a page far away says something else.
    let twice: Vec<_> = ids(Language::default().source()).collect();
    assert_eq!(twice.len(), twice.iter().collect::<BTreeSet<_>>().len(), "a message is there twice");
    let unsaid: Vec<_> = ids(Language::default().source()).filter(|id| !keys.contains(*id)).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

#[test]
fn what_people_type_stays_text() {
    const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{ $app }";
    let hostile = looks(&branding(HOSTILE)).of(None);
    for (name, html) in pages(&|| page(&hostile, true)) {
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
    }
    let look = looks(&branding("Fieldnotes")).of(None);
    let text = |text: &str| text.to_owned();
    let check = crate::email_code::view::CheckEmailPage {
        step_up: false,
        page: page(&look, false),
        flow: text(HOSTILE),
        change: "/sign-in",
        email: text(HOSTILE),
        tag: text(HOSTILE),
        until: UnixMillis(0),
        from: text(HOSTILE),
        problem: Some(crate::types::Words::new("password-context").with("word", HOSTILE)),
        resend_in: 0,
        mail_app: Some((text(HOSTILE), text(HOSTILE))),
        bounced: true,
    };
    let html = check.render().unwrap();
    assert!(!html.contains("<script>") && !html.contains("<img"), "{html}");
    let document = Html::parse_document(&html);
    assert_eq!(select(&document, ".door-head .who")[0].text().collect::<String>(), HOSTILE);
    for (_, letter) in letters(&page(&hostile, false)) {
        assert!(!letter.html().unwrap().contains("<script>"));
    }
}

#[test]
fn an_operator_may_word_things_differently() {
    let mut branding = branding("Fieldnotes");
    let copy = [("sign-in-title", "Come in to { $app }"), ("sign-in-continue", "Go\nare = injected")];
    branding.copy.insert("en".into(), copy.map(|(id, words)| (id.into(), words.into())).into());
    let look = looks(&branding).of(None);
    let page = page(&look, false);
    assert_eq!((page.say("sign-in-title"), page.say("are")), ("Come in to Fieldnotes", "are"));
}

/// A page must not cost more than a few microseconds: `cargo test --release gallery -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn measure() {
    let look = looks(&branding("Fieldnotes")).of(None);
    let samples = crate::email_code::view::CheckEmailPage::samples(&|| page(&look, false));
    let sign_in = crate::sign_in::view::SignInPage::samples(&|| page(&look, false));
    let time = |name: &str, render: &dyn Fn() -> usize| {
        const TIMES: u32 = 20_000;
        let began = std::time::Instant::now();
        let bytes: usize = (0..TIMES).map(|_| render()).sum();
        eprintln!("{name}: {:?} a page, {} bytes", began.elapsed() / TIMES, bytes / TIMES as usize);
    };
    time("check-email", &|| samples[0].1.render().unwrap().len());
    time("sign-in", &|| sign_in[0].1.render().unwrap().len());
    time("page", &|| page(&look, false).csrf.len());
}
