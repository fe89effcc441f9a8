//! How pages look: read with the files it names, each checked for what it must not bring along.

use std::collections::BTreeMap;
use std::path::Path;

use super::file::{bytes, text};
use super::read::Reader;
use super::{Appearance, Shape, css, svg};

/// `[branding]`, and `[clients.ID.branding]` over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branding {
    /// The application's name, at most 40 characters.
    pub name: String,
    /// An SVG or PNG file of at most 100 kB: its bytes and media type.
    pub logo: Option<Image>,
    /// The same for dark pages.
    pub logo_dark: Option<Image>,
    /// The one colour, as `#rrggbb`.
    pub accent: String,
    /// The colour on dark pages; derived if absent.
    pub accent_dark: Option<String>,
    /// `doorway`, `card` or `plain`.
    pub shape: Shape,
    /// Corner radius in pixels, 0 to 20.
    pub radius: u8,
    /// Light, dark, or what the visitor's system says.
    pub appearance: Appearance,
    /// The text of an operator's own style sheet, appended after ours.
    pub css: Option<String>,
    /// Messages that the operator words differently: language → message id → text.
    pub copy: BTreeMap<String, BTreeMap<String, String>>,
    /// Links in the footer.
    pub links: Links,
}

/// A picture from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `image/svg+xml` or `image/png`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Links in the footer of every page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Terms of service.
    pub terms: Option<String>,
    /// Privacy notice.
    pub privacy: Option<String>,
    /// Help.
    pub help: Option<String>,
    /// The application's front page.
    pub home: Option<String>,
}

/// Reads the section; what it leaves out is as in `base`.
pub(super) fn read(reader: &Reader<'_>, section: &str, base: Option<&Branding>, folder: &Path) -> Branding {
    let key = |name: &str| format!("{section}.{name}");
    let given = |name: &str| reader.value(&key(name)).is_some();
    let text = |name: &str, base: Option<&String>| if given(name) { reader.optional(&key(name)) } else { base.cloned() };
    let image = |name: &str, base: Option<&Image>| if given(name) { picture(reader, &key(name), folder) } else { base.cloned() };
    let name = text("name", base.map(|base| &base.name)).unwrap_or_default();
    let is_own = given("name") || base.is_none();
    if is_own && (!(1..=40).contains(&name.chars().count()) || name.chars().any(char::is_control)) {
        reader.wrong(&key("name"), format!("\"{}\" must be 1 to 40 characters", name.escape_debug()), "shorten it");
    }
    let css = if given("css") { style(reader, &key("css"), folder) } else { base.and_then(|base| base.css.clone()) };
    let word = |name: &str| if given(name) || base.is_none() { Some(key(name)) } else { None };
    Branding {
        logo: image("logo", base.and_then(|base| base.logo.as_ref())),
        logo_dark: image("logo_dark", base.and_then(|base| base.logo_dark.as_ref())),
        accent: colour(reader, &key("accent"), text("accent", base.map(|base| &base.accent))).unwrap_or_else(|| "#0b5d4b".into()),
        accent_dark: text("accent_dark", base.and_then(|base| base.accent_dark.as_ref()))
            .filter(|text| text != "auto")
            .and_then(|text| colour(reader, &key("accent_dark"), Some(text))),
        shape: word("shape")
            .map_or_else(|| base.map_or(Shape::Doorway, |base| base.shape), |key| reader.word(&key, Shape::parse, Shape::Doorway)),
        radius: word("radius").map_or_else(|| base.map_or(12, |base| base.radius), |key| reader.number(&key, 12)),
        appearance: word("mode").map_or_else(
            || base.map_or(Appearance::Auto, |base| base.appearance),
            |key| reader.word(&key, Appearance::parse, Appearance::Auto),
        ),
        css,
        copy: copy(reader, &key("copy"), base),
        links: Links {
            terms: link(reader, &key("links.terms"), base.and_then(|base| base.links.terms.clone())),
            privacy: link(reader, &key("links.privacy"), base.and_then(|base| base.links.privacy.clone())),
            help: link(reader, &key("links.help"), base.and_then(|base| base.links.help.clone())),
            home: link(reader, &key("links.home"), base.and_then(|base| base.links.home.clone())),
        },
        name,
    }
}

fn colour(reader: &Reader<'_>, key: &str, text: Option<String>) -> Option<String> {
    let text = text?;
    let hex = text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if !hex {
        reader.wrong(key, format!("\"{text}\" is not a colour"), "like \"#0b5d4b\"");
        return None;
    }
    Some(text.to_lowercase())
}

fn link(reader: &Reader<'_>, key: &str, base: Option<String>) -> Option<String> {
    if reader.value(key).is_none() {
        return base;
    }
    let text = reader.optional(key)?;
    let fine = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "https" | "http" | "mailto"));
    if !fine {
        reader.wrong(key, format!("{text} is not an address that people can open"), "like https://example.com/terms");
    }
    Some(text)
}

fn copy(reader: &Reader<'_>, section: &str, base: Option<&Branding>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut copy = base.map(|base| base.copy.clone()).unwrap_or_default();
    let prefix = format!("{section}.");
    for key in reader.keys().filter(|key| key.starts_with(&prefix)) {
        if let Some((language, id)) = key[prefix.len()..].split_once('.') {
            let text = reader.text(key).to_owned();
            if let Some(why) = crate::language::wrong_copy(language, id, &text) {
                reader.wrong(key, why, "templates/languages/en.ftl has every message with its placeholders");
            }
            copy.entry(language.to_owned()).or_default().insert(id.to_owned(), text);
        }
    }
    copy
}

fn picture(reader: &Reader<'_>, key: &str, folder: &Path) -> Option<Image> {
    let (name, bytes) = bytes(reader, key, folder)?;
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Image { media_type: "image/png", bytes });
    }
    match std::str::from_utf8(&bytes).ok().filter(|text| text.contains("<svg")).map(svg::harm) {
        Some(None) => Some(Image { media_type: "image/svg+xml", bytes }),
        Some(Some(harm)) => {
            reader.wrong(key, format!("{name} contains {harm}"), "export it again as plain shapes");
            None
        }
        None => {
            reader.wrong(key, format!("{name} is neither an SVG nor a PNG"), "convert it");
            None
        }
    }
}

fn style(reader: &Reader<'_>, key: &str, folder: &Path) -> Option<String> {
    let (name, text) = text(reader, key, folder)?;
    if let Some(harm) = css::harm(&text) {
        reader.wrong(key, format!("{name} contains {harm}"), "nothing may be fetched: put pictures into url(data:image/…)");
        return None;
    }
    Some(text)
}
