//! The operator's file: sections are added at its end and taken out of its middle, and the rest stays as it is.

use std::path::PathBuf;

use toml_edit::{DocumentMut, Item, Table};

use super::super::output::Failure;
use crate::config::{Environment, Outline, outline};

/// The file as it is.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) outline: Outline,
    text: String,
    document: DocumentMut,
}

impl File {
    /// The file of `--config`, else `housekey.toml`. The latter need not be there; the former only if it is to be made.
    pub(super) fn open(config: Option<PathBuf>, to_be_made: bool) -> Result<Self, Failure> {
        let may_be_absent = to_be_made || config.is_none();
        let path = config.unwrap_or_else(|| PathBuf::from("housekey.toml"));
        let text = match std::fs::read_to_string(&path) {
            Err(error) if may_be_absent && error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|error| {
                Failure::asked_wrongly(format!("{} cannot be read: {error}", path.display()))
                    .with_remedy("name another one with --config, or correct its permissions")
            })?,
        };
        let outline = outline(&path, &text, &Environment::of_process()).map_err(|problems| Failure::asked_wrongly(problems.to_string()))?;
        // The outline was read from the same text; the parser would show a line, which may hold a secret.
        let document = text.parse().map_err(|_| Failure::asked_wrongly(format!("{} is not TOML.", path.display())))?;
        Ok(Self { path, outline, text, document })
    }

    /// Whether there is such a provider.
    pub(super) fn has(&self, id: &str) -> bool {
        self.document.get("providers").is_some_and(|providers| providers.get(id).is_some())
    }

    /// What `sign_in.methods` names in the file.
    pub(super) fn methods(&self) -> impl Iterator<Item = &str> {
        let methods = self.document.get("sign_in").and_then(|section| section.get("methods")).and_then(Item::as_array);
        methods.into_iter().flatten().filter_map(toml_edit::Value::as_str)
    }

    /// The text with a section at its end.
    pub(super) fn with(&self, section: &str) -> Result<String, Failure> {
        let end = match self.text.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let text = format!("{}{end}{section}", self.text);
        match text.parse::<DocumentMut>() {
            Ok(_) => Ok(text),
            Err(_) => Err(Failure::asked_wrongly(format!("{} has providers in braces, which no section can follow.", self.path.display()))
                .with_remedy(format!("write each as a section, and then add:\n{}", section.trim_end()))),
        }
    }

    /// The text without a provider, if it is there. A comment right above goes with it; what stands apart stays.
    pub(super) fn without(&self, id: &str) -> Option<String> {
        let mut document = self.document.clone();
        let section = document.get_mut("providers")?.as_table_like_mut()?.remove(id)?;
        let section = section.as_table();
        let above = section.and_then(|table| table.decor().prefix()?.as_str()).unwrap_or_default();
        let apart = apart(above);
        if !apart.is_empty() {
            let position = section.and_then(Table::position).unwrap_or_default();
            put_before_next(&mut document, position, &apart);
        }
        Some(document.to_string())
    }

    /// Replaces the file's text.
    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        std::fs::write(&self.path, text).map_err(|error| Failure::new(format!("{} cannot be written: {error}", self.path.display())))
    }
}

/// Of what stands above a section, the comments that an empty line parts from it.
fn apart(above: &str) -> String {
    let lines: Vec<_> = above.split_inclusive('\n').collect();
    let end = lines.iter().rposition(|line| line.trim().is_empty()).unwrap_or_default();
    let apart = lines[..end].concat();
    if apart.trim().is_empty() { String::new() } else { apart }
}

/// Comments belong to the section below them: those that stay get another one, or stand at the end.
fn put_before_next(document: &mut DocumentMut, position: isize, comments: &str) {
    let mut next: Option<isize> = None;
    each(document, &mut |table| {
        let at = table.position().filter(|at| *at > position && !table.is_implicit() && !table.is_dotted());
        next = next.into_iter().chain(at).min();
    });
    let Some(next) = next else {
        let trailing = format!("{comments}{}", document.trailing().as_str().unwrap_or_default());
        return document.set_trailing(trailing);
    };
    each(document, &mut |table| {
        if table.position() == Some(next) {
            let own = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
            let prefix = format!("{comments}{own}");
            table.decor_mut().set_prefix(prefix);
        }
    });
}

fn each(table: &mut Table, act: &mut dyn FnMut(&mut Table)) {
    act(table);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => each(table, act),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| each(table, act)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOGLE: &str = "[providers.google]\nclient_id = \"x\" # who\n#name = \"G\"\n[providers.google.settings]\na = \"b\"\n";

    fn file(text: &str) -> File {
        let path = PathBuf::from("housekey.toml");
        let outline = outline(&path, text, &Environment::default()).unwrap();
        File { path, outline, text: text.to_owned(), document: text.parse().unwrap() }
    }

    #[test]
    fn what_was_added_can_be_taken_out_and_the_rest_stays() {
        for text in ["", "# mine\n[limits]  # why\nenabled   = true # yes\n", "issuer = 'http://localhost:1'\n\n# the end\n"] {
            let added = file(text).with(GOOGLE).unwrap();
            assert!(added.starts_with(text) && file(&added).has("google"), "{added}");
            assert_eq!(file(&added).without("google").unwrap().trim_end(), text.trim_end());
        }
        let between = format!("[server]\nworkers = 1\n# of the server\n\n# ours\n\n# Google\n{GOOGLE}\n# more\n[limits]\nenabled = true\n");
        assert_eq!(
            file(&between).without("google").unwrap(),
            "[server]\nworkers = 1\n# of the server\n\n# ours\n\n# more\n[limits]\nenabled = true\n"
        );
    }

    #[test]
    fn other_spellings_are_understood() {
        assert_eq!(
            file("providers.a.client_id = 'x'\nproviders.b.client_id = 'x'\n").without("a").unwrap(),
            "providers.b.client_id = 'x'\n"
        );
        let braces = file("providers = { a = { client_id = 'x' }, b = { client_id = 'x' } }\n");
        assert!(braces.without("b").unwrap().contains("providers = { a = { client_id = 'x' }"));
        assert!(braces.with(GOOGLE).is_err() && braces.without("c").is_none() && braces.has("a"));
        assert!(file("[providers.a]\nclient_id = 'x'").with(GOOGLE).unwrap().contains("'x'\n\n[providers.google]"));
    }
}
