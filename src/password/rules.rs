//! What may be chosen as a password: long enough, not known, not made of what anybody would try first.
//!
//! No rules of composition (NIST SP 800-63B-4 §3.1.1.2): they make passwords alike, not strong.

use super::leaked;
use super::typed::Password;
use crate::config;
use crate::types::{EmailAddress, Words};

/// What a new password is held against.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The fewest code points.
    pub min_length: usize,
    /// Whose password it will be.
    pub address: &'a EmailAddress,
    /// The names of the server and of the application that asked.
    pub app_names: &'a [&'a str],
    /// The operator's own words.
    pub words: &'a [String],
    /// Whether to look it up among the leaked ones.
    pub leaked: bool,
}

/// Why a password is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weakness {
    /// Too few characters.
    TooShort {
        /// How many more it needs.
        missing: usize,
    },
    /// Little more than this word, which anybody would try here.
    Context(String),
    /// One character, one short piece, or keys in a row, again and again.
    Guessable,
    /// In circulation.
    Leaked,
}

impl Password {
    /// A new password that may be kept, or what to tell the person who chose it.
    pub fn chosen(typed: String, config: &config::Password, address: &EmailAddress, app_names: &[&str]) -> Result<Self, Words> {
        let password = Self::parse(typed)?;
        let context =
            Context { min_length: config.min_length, address, app_names, words: &config.context_words, leaked: config.leaked_check };
        check(&password, &context)?;
        Ok(password)
    }
}

/// Whether that password may be chosen.
pub fn check(password: &Password, context: &Context) -> Result<(), Weakness> {
    let length = password.length();
    if length < context.min_length {
        return Err(Weakness::TooShort { missing: context.min_length - length });
    }
    let folded: Vec<char> = leaked::fold(password.as_str()).chars().collect();
    if let Some(word) = made_of(&folded, words(context)) {
        return Err(Weakness::Context(word));
    }
    if is_guessable(&folded) {
        return Err(Weakness::Guessable);
    }
    if context.leaked && leaked::contains(password.as_str()) {
        return Err(Weakness::Leaked);
    }
    Ok(())
}

impl From<Weakness> for Words {
    fn from(weakness: Weakness) -> Self {
        match weakness {
            Weakness::TooShort { missing } => Self::new("password-too-short").with("missing", missing),
            Weakness::Context(word) => Self::new("password-context").with("word", word),
            Weakness::Guessable => "password-guessable".into(),
            Weakness::Leaked => "password-leaked".into(),
        }
    }
}

/// Words shorter than this occur by chance.
const SHORTEST_WORD: usize = 4;
/// How much may surprise in what a word leaves over, before it is more than a tail.
const TAIL: usize = 6;
/// A piece shorter than any password may be is no better for being repeated.
const SHORT_PIECE: usize = 7;

/// Folded, the longest first, so that `maya.okafor` is found before `maya`.
fn words(context: &Context) -> Vec<String> {
    let address = context.address;
    let labels = address.domain().rsplit_once('.').map_or(address.domain(), |(labels, _)| labels);
    let mut words: Vec<String> = ["housekey", "password", &address.canonical(), address.local(), address.domain()]
        .into_iter()
        .chain(address.local().split(|c: char| !c.is_alphanumeric()))
        .chain(labels.split('.').flat_map(|label| label.split('-').chain([label])))
        .chain(context.app_names.iter().flat_map(|name| name.split_whitespace().chain([*name])))
        .chain(context.words.iter().map(String::as_str))
        .map(|word| leaked::fold(word).to_string())
        .filter(|word| word.chars().filter(|c| !is_joint(*c)).count() >= SHORTEST_WORD)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// The word that the password is little more than, if there is one.
fn made_of(password: &[char], words: Vec<String>) -> Option<String> {
    // "house key" and "house-key" are "housekey".
    let joined = |c: &char| !is_joint(*c);
    let mut rest: Vec<char> = password.iter().copied().filter(joined).collect();
    let mut first = None;
    for word in words {
        let before = rest.len();
        rest = without(&rest, &word.chars().filter(joined).collect::<Vec<_>>());
        if rest.len() < before && first.is_none() {
            first = Some(word);
        }
    }
    let weight: usize = surprises(&rest).map(|c| if c.is_alphabetic() { 2 } else { 1 }).sum();
    first.filter(|_| weight <= TAIL)
}

fn is_joint(c: char) -> bool {
    c.is_whitespace() || "-_.".contains(c)
}

fn without(text: &[char], word: &[char]) -> Vec<char> {
    let mut rest = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let here = text.get(at..at + word.len()).is_some_and(|piece| piece.iter().zip(word).all(|(c, w)| reads_as(*c, *w)));
        if here {
            at += word.len();
        } else {
            rest.push(text[at]);
            at += 1;
        }
    }
    rest
}

/// Whether people write the one for the other: `p@55w0rd`.
fn reads_as(c: char, letter: char) -> bool {
    c == letter
        || matches!(
            (c, letter),
            ('0', 'o') | ('1' | '!', 'i' | 'l') | ('3', 'e') | ('4' | '@', 'a') | ('5' | '$', 's') | ('7', 't') | ('8', 'b') | ('9', 'g')
        )
}

fn is_guessable(password: &[char]) -> bool {
    let length = password.len();
    let repeats = (1..=SHORT_PIECE.min(length / 2)).any(|piece| password.iter().zip(&password[piece..]).all(|(a, b)| a == b));
    length > 0 && (repeats || surprises(password).count() * 3 <= length)
}

/// The characters that do not simply follow from the one before.
fn surprises(text: &[char]) -> impl Iterator<Item = char> {
    let mut before = None;
    text.iter().copied().filter(move |&c| !before.replace(c).is_some_and(|before| follows(before, c)))
}

/// Whether two characters are the same, neighbours in an alphabet, or neighbours on a keyboard.
fn follows(one: char, next: char) -> bool {
    const KEYS: [&str; 27] = [
        "1234567890",
        "01",
        "!@#$%^&*()",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwertzuiop",
        "yxcvbnm",
        "azertyuiop",
        "qsdfghjklm",
        "wxcvbn",
        "1qaz",
        "2wsx",
        "3edc",
        "4rfv",
        "5tgb",
        "6yhn",
        "7ujm",
        "8ik",
        "9ol",
        "q2",
        "w3",
        "e4",
        "r5t6",
        "y7",
        "u8",
        "i9o0p",
    ];
    u32::from(one).abs_diff(u32::from(next)) <= 1
        || KEYS.iter().any(|row| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (one, next) || pair == (next, one)))
}

#[cfg(test)]
mod tests;
