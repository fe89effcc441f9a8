//! Where in a provider's answers a value stands: RFC 9535 paths, texts with paths in them, or several to be tried in turn.

use std::borrow::Cow;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::template::{Piece, Template};

/// A path into a document, read once.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Path {
    text: String,
    path: JsonPath,
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = JsonPath::parse(text).map_err(|why| format!("{text} is no path: {why}"))?;
        Ok(Self { text: text.to_owned(), path })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The one value it leads to. Where it leads to several, nobody can say which was meant, so there is none.
    pub fn only<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.path.query(document).exactly_one().ok()
    }

    /// Whether both are written as members of one thing, as `$.a[?@.primary == true].email` and
    /// `$.a[?@.primary == true].verified`.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let parent =
            |path: &Self| path.text.rsplit_once('.').filter(|(_, last)| !last.contains([']', '\''])).map(|(parent, _)| parent.to_owned());
        parent(self).is_some() && parent(self) == parent(other)
    }

    /// Whether both lead to just one value, and these are members of one and the same thing.
    pub(super) fn stands_beside(&self, other: &Self, document: &Value) -> bool {
        let thing = |path: &Self| {
            let place = path.path.query_located(document).exactly_one().ok()?.location().to_json_pointer();
            place.rsplit_once('/').map(|(thing, _)| thing.to_owned())
        };
        self.is_beside(other) && thing(self).is_some() && thing(self) == thing(other)
    }

    /// The first value it leads to, as words: a text that is not blank, or a whole number.
    pub fn text<'a>(&self, document: &'a Value) -> Option<Cow<'a, str>> {
        words(self.path.query(document).first()?)
    }
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// A text that is not blank, or a whole number.
fn words(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then_some(text.into()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string().into()),
        _ => None,
    }
}

/// Where a claim comes from: the first of these that gives something. None: the claim is switched off.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(try_from = "Written")]
pub struct Sources(Vec<Source>);

#[derive(Debug, Clone)]
enum Source {
    Path(Path),
    Joined(Template),
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<String>),
}

impl Sources {
    /// A single path.
    pub fn path(text: &str) -> Result<Self, String> {
        Ok(Self(vec![Source::Path(Path::parse(text)?)]))
    }

    /// Whether the claim is switched off.
    pub fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    /// The path, if there is just one.
    pub fn only_path(&self) -> Option<&Path> {
        match self.0.as_slice() {
            [Source::Path(path)] => Some(path),
            _ => None,
        }
    }

    /// The path that gives the value, if it is a path that does.
    pub(super) fn giving(&self, document: &Value) -> Option<&Path> {
        match self.0.iter().find(|source| source.text(document).is_some())? {
            Source::Path(path) => Some(path),
            Source::Joined(_) => None,
        }
    }

    /// Every path, and the words that stand in braces and mean nothing here.
    pub(super) fn pieces(&self) -> (Vec<&Path>, Vec<&str>) {
        let (mut paths, mut strange) = (Vec::new(), Vec::new());
        for source in &self.0 {
            match source {
                Source::Path(path) => paths.push(path),
                Source::Joined(template) => template.pieces().iter().for_each(|piece| match piece {
                    Piece::Path(path) => paths.push(path),
                    Piece::Word(word) => strange.push(word.as_str()),
                    Piece::Text(_) => {}
                }),
            }
        }
        (paths, strange)
    }

    /// The value: words, as the provider wrote them.
    pub fn text<'a>(&self, document: &'a Value) -> Option<Cow<'a, str>> {
        self.0.iter().find_map(|source| source.text(document))
    }
}

impl Source {
    fn text<'a>(&self, document: &'a Value) -> Option<Cow<'a, str>> {
        match self {
            Self::Path(path) => path.text(document),
            Self::Joined(template) => joined(template, document).map(Cow::Owned),
        }
    }
}

/// Parts with only spaces between them may be missing; parts of anything else, an address say, must all be there.
fn joined(template: &Template, document: &Value) -> Option<String> {
    let pieces = template.pieces();
    let part = |piece: &Piece| match piece {
        Piece::Path(path) => path.text(document).map(Cow::into_owned),
        Piece::Text(text) => Some(text.clone()),
        Piece::Word(_) => None,
    };
    let spaced = pieces.iter().all(|piece| !matches!(piece, Piece::Text(text) if !text.trim().is_empty()));
    if !spaced {
        return pieces.iter().map(part).collect();
    }
    let there: Vec<_> = pieces.iter().filter(|piece| matches!(piece, Piece::Path(_))).filter_map(part).collect();
    (!there.is_empty()).then(|| there.join(" "))
}

impl TryFrom<Written> for Sources {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let texts = match written {
            Written::One(text) if text.is_empty() => Vec::new(),
            Written::One(text) => vec![text],
            Written::Several(texts) => texts,
        };
        texts.into_iter().map(source).collect::<Result<_, _>>().map(Self)
    }
}

fn source(text: String) -> Result<Source, String> {
    if text.starts_with('$') { Path::parse(&text).map(Source::Path) } else { Template::try_from(text).map(Source::Joined) }
}
