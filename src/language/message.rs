//! Messages in one language under one name of the application. What needs nothing but that name is
//! worded once, when the server starts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::Language;
use crate::types::Words;

/// Messages that have been worded already.
pub type Spoken = HashMap<String, Box<str>>;

/// Says messages.
pub struct Speech {
    bundle: FluentBundle<Arc<FluentResource>>,
    app: String,
    spoken: Spoken,
}

impl Speech {
    /// Messages of a language, with the operator's own wording over ours where there is one.
    pub fn new(language: Language, app: &str, copy: Option<&BTreeMap<String, String>>) -> Self {
        let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // The isolating characters would show up in titles and plain text letters.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(Arc::new(parse(language.source().to_owned())));
        if let Some(copy) = copy {
            bundle.add_resource_overriding(Arc::new(parse(fluent(copy))));
        }
        let mut speech = Self { bundle, app: app.to_owned(), spoken: Spoken::new() };
        speech.spoken = ids(language.source()).filter_map(|id| Some((id.to_owned(), speech.word(id, &[])?.into()))).collect();
        speech
    }

    /// A message that needs nothing but the application's name. Its key, if there is no such message.
    pub fn say<'a>(&'a self, key: &'a str) -> &'a str {
        self.spoken.get(key).map_or(key, |text| text)
    }

    /// A message with its gaps filled.
    pub fn words(&self, words: &Words) -> String {
        if words.args.is_empty() {
            return self.say(words.key).to_owned();
        }
        let args: Vec<_> = words.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.word(words.key, &args).unwrap_or_else(|| words.key.to_owned())
    }

    /// A message with these values in its gaps; nothing if there is no such message or a gap stays empty.
    pub fn word(&self, key: &str, args: &[(&str, &str)]) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut filled = FluentArgs::with_capacity(args.len() + 1);
        filled.set("app", self.app.as_str());
        for (name, value) in args {
            filled.set(*name, value_of(value));
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&filled), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}

/// A number where the text is one, so that messages can tell one from many. Never a code: those begin
/// with a zero now and then.
fn value_of(text: &str) -> FluentValue<'_> {
    match text.parse::<u32>() {
        Ok(number) if number.to_string() == text => FluentValue::from(number),
        _ => FluentValue::from(text),
    }
}

/// Reads Fluent text. What cannot be read is left out; tests hold our own files to more.
fn parse(source: String) -> FluentResource {
    FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource)
}

/// An operator's wording as Fluent text.
fn fluent(copy: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    for (id, words) in copy {
        text.push_str(id);
        text.push_str(" =");
        for line in words.lines() {
            text.push_str("\n    ");
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

/// The keys in a Fluent text.
pub fn ids(source: &str) -> impl Iterator<Item = &str> {
    let id = |line: &'_ str| line.starts_with(|c: char| c.is_ascii_lowercase());
    source.lines().filter(move |line| id(line)).filter_map(|line| Some(line.split_once('=')?.0.trim()))
}

/// What is wrong with an operator's wording of a message, as the end of a sentence: `"sign-in-titel" …`.
pub fn wrong_copy(language: &str, id: &str, text: &str) -> Option<String> {
    let Some(language) = Language::all().find(|known| known.code() == language) else {
        return Some(format!("is for the language {language}, which is not spoken here"));
    };
    if !ids(language.source()).any(|known| known == id) {
        return Some("is not the id of a message".to_owned());
    }
    let alone = BTreeMap::from([(id.to_owned(), text.to_owned())]);
    if FluentResource::try_new(fluent(&alone)).is_err() {
        return Some("cannot be read: braces { } must enclose a placeholder".to_owned());
    }
    let known = gaps(entry(language.source(), id));
    gaps(text)
        .into_iter()
        .find(|gap| *gap != "app" && !known.contains(gap))
        .map(|gap| format!("has the placeholder ${gap}, which this message does not fill"))
}

/// The text of one message in a Fluent text: up to the next line that begins another.
fn entry<'a>(source: &'a str, id: &str) -> &'a str {
    let begins = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim_end() == id);
    let mut lines = source.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let Some((start, line)) = lines.find(|(_, line)| begins(line)) else { return "" };
    let end = lines
        .take_while(|(_, line)| line.starts_with([' ', '*', '}', '[']))
        .last()
        .map_or(start + line.len(), |(at, line)| at + line.len());
    &source[start..end]
}

/// The placeholders in a message.
fn gaps(text: &str) -> Vec<&str> {
    let name = |rest: &'_ str| rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(rest.len());
    text.split('$').skip(1).map(|rest| &rest[..name(rest)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_wording_is_checked() {
        for (language, id, text, fine) in [
            ("en", "sign-in-title", "Come in", true),
            ("en", "sign-in-title", "Come in to { $app }", true),
            ("en", "check-wait", "{ $app }: { $seconds } s", true),
            ("en", "sign-in-title", "Hello { $email }", false),
            ("en", "sign-in-titel", "Come in", false),
            ("en", "sign-in-title", "Come in { ", false),
            ("tlh", "sign-in-title", "yI'el", false),
        ] {
            assert_eq!(wrong_copy(language, id, text).is_none(), fine, "{id} {text}");
        }
    }

    #[test]
    fn our_own_messages_can_be_read() {
        for language in Language::all() {
            if let Err((_, errors)) = FluentResource::try_new(language.source().to_owned()) {
                panic!("{}: {errors:?}", language.code());
            }
        }
    }

    #[test]
    fn one_is_not_many() {
        let speech = Speech::new(Language::default(), "Fieldnotes", None);
        let wait = |seconds: u32| speech.words(&Words::new("wait-seconds").with("seconds", seconds));
        assert_eq!((wait(1).as_str(), wait(20).as_str()), ("Try again in 1 second.", "Try again in 20 seconds."));
        let code = |code: &str| speech.words(&Words::new("mail-code-preheader").with("code", code).with("minutes", 15));
        assert!(code("001 234").contains("001 234") && code("001234").contains("001234"));
        assert_eq!((speech.say("no-such-key"), speech.words(&Words::new("wait-seconds")).as_str()), ("no-such-key", "wait-seconds"));
    }
}
