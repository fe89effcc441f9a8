//! `convex/auth.config.ts`, read as text: JavaScript is not run, so only literals are known, and names that stand for one.
//! Whatever else is there is said to be unreadable, never guessed.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

/// What such a file says.
#[derive(Debug, PartialEq, Eq)]
pub struct AuthConfig {
    /// Whether it exports something by default.
    pub exports: bool,
    /// Its providers, if it has a list of them.
    pub providers: Option<Vec<Provider>>,
}

/// One entry of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Where it begins, counted from one.
    pub line: usize,
    /// What it says, in order.
    pub fields: Vec<(String, Value)>,
}

/// What stands behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A variable of the deployment.
    Environment(String),
    /// Something that only running it would tell.
    Other(String),
}

impl Provider {
    /// What stands behind this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(one, _)| one == name).map(|(_, value)| value)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A name, with the names behind its dots.
    Word(String),
    /// A text without anything filled in.
    Text(String),
    /// A template that something is filled into.
    Filled(String),
    Mark(char),
}

type Token = (Piece, usize);

impl AuthConfig {
    /// Reads the file's text.
    pub fn read(source: &str) -> Self {
        let tokens = tokens(source);
        let pieces: Vec<_> = tokens.iter().map(|(piece, _)| piece.clone()).collect();
        let word = |at: usize, text: &str| matches!(pieces.get(at), Some(Piece::Word(word)) if word == text);
        let exports = (0..pieces.len()).any(|at| word(at, "export") && word(at + 1, "default") || word(at, "module.exports"));
        let constants = constants(&pieces);
        let list = (0..pieces.len()).find(|at| {
            word(*at, "providers")
                && matches!(pieces.get(at + 1), Some(Piece::Mark(':' | '=')))
                && pieces.get(at + 2) == Some(&Piece::Mark('['))
        });
        Self { exports, providers: list.map(|at| providers(&tokens[at + 3..], &constants)) }
    }
}

/// What begins something new where a semicolon was left out.
const STATEMENTS: [&str; 7] = ["const", "let", "var", "export", "import", "function", "module.exports"];

/// `const name = …;` where it is one value.
fn constants(pieces: &[Piece]) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        let (Piece::Word(keyword), Some(Piece::Word(name))) = (piece, pieces.get(at + 1)) else { continue };
        if !matches!(keyword.as_str(), "const" | "let" | "var") {
            continue;
        }
        let Some(equals) = pieces[at..].iter().take(5).position(|piece| *piece == Piece::Mark('=')) else { continue };
        let goes_on = |piece: &&Piece| {
            !matches!(piece, Piece::Mark(';')) && !matches!(piece, Piece::Word(word) if STATEMENTS.contains(&word.as_str()))
        };
        let value: Vec<_> = pieces[at + equals + 1..].iter().take_while(goes_on).cloned().collect();
        found.insert(name.clone(), value_of(&value, &BTreeMap::new()));
    }
    found
}

/// The objects of a list, from behind its bracket.
fn providers(tokens: &[Token], constants: &BTreeMap<String, Value>) -> Vec<Provider> {
    let (mut found, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (at, (piece, line)) in tokens.iter().enumerate() {
        match piece {
            Piece::Mark('{' | '[' | '(') => {
                if depth == 0 {
                    begin = at;
                }
                depth += 1;
            }
            Piece::Mark('}' | ']' | ')') if depth == 0 => break,
            Piece::Mark('}' | ']' | ')') => {
                depth -= 1;
                if depth == 0 && tokens[begin].0 == Piece::Mark('{') {
                    found.push(Provider { line: tokens[begin].1, fields: fields(&tokens[begin + 1..at], constants) });
                }
            }
            Piece::Word(name) if depth == 0 => {
                // Something that is filled in from elsewhere.
                found.push(Provider { line: *line, fields: vec![("...".to_owned(), Value::Other(name.clone()))] });
            }
            _ => {}
        }
    }
    found
}

/// What one object says.
fn fields(tokens: &[Token], constants: &BTreeMap<String, Value>) -> Vec<(String, Value)> {
    let (mut found, mut depth, mut entry) = (Vec::new(), 0_usize, Vec::new());
    for (piece, _) in tokens.iter().chain([&(Piece::Mark(','), 0)]) {
        match piece {
            Piece::Mark('{' | '[' | '(') => depth += 1,
            Piece::Mark('}' | ']' | ')') => depth = depth.saturating_sub(1),
            Piece::Mark(',') if depth == 0 => {
                found.extend(field(&std::mem::take(&mut entry), constants));
                continue;
            }
            _ => {}
        }
        entry.push(piece.clone());
    }
    found
}

fn field(entry: &[Piece], constants: &BTreeMap<String, Value>) -> Option<(String, Value)> {
    match entry {
        [Piece::Word(name)] if name.starts_with("...") => Some(("...".to_owned(), Value::Other(name[3..].to_owned()))),
        [Piece::Word(name)] => Some((name.clone(), value_of(entry, constants))),
        [Piece::Word(name) | Piece::Text(name), Piece::Mark(':'), value @ ..] => Some((name.clone(), value_of(value, constants))),
        _ => None,
    }
}

fn value_of(pieces: &[Piece], constants: &BTreeMap<String, Value>) -> Value {
    let variable = pieces.iter().enumerate().find_map(|(at, piece)| variable(piece, &pieces[at + 1..]));
    if let Some(name) = variable {
        return Value::Environment(name);
    }
    // "as const", "satisfies T" and "!" say nothing about the value.
    let bare = pieces.iter().position(|piece| matches!(piece, Piece::Word(word) if word == "as" || word == "satisfies"));
    let pieces: Vec<_> = pieces[..bare.unwrap_or(pieces.len())].iter().filter(|piece| **piece != Piece::Mark('!')).collect();
    if let [Piece::Word(name)] = pieces.as_slice() {
        return constants.get(name).cloned().unwrap_or_else(|| Value::Other(name.clone()));
    }
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(part) if at % 2 == 0 => text.push_str(part),
            Piece::Mark('+') if at % 2 == 1 => {}
            _ => return Value::Other(shown(&pieces)),
        }
    }
    if pieces.len() % 2 == 1 { Value::Text(text) } else { Value::Other(shown(&pieces)) }
}

/// `process.env.NAME`, in each way to write it.
fn variable(piece: &Piece, behind: &[Piece]) -> Option<String> {
    let begin = "process.env";
    match (piece, behind) {
        (Piece::Word(word), [Piece::Mark('['), Piece::Text(name), ..]) if word == begin => Some(name.clone()),
        (Piece::Word(word), _) => word.strip_prefix("process.env.").map(str::to_owned),
        (Piece::Filled(text), _) => {
            let rest = &text[text.find("process.env.")? + "process.env.".len()..];
            Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        }
        _ => None,
    }
}

fn shown(pieces: &[&Piece]) -> String {
    let one = |piece: &&Piece| match piece {
        Piece::Word(text) | Piece::Text(text) | Piece::Filled(text) => text.clone(),
        Piece::Mark(mark) => mark.to_string(),
    };
    pieces.iter().map(one).collect::<Vec<_>>().join(" ").chars().take(60).collect()
}

/// The text in pieces, without its comments.
fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let line = || source[..at].matches('\n').count() + 1;
        let next = rest.peek().map(|(_, c)| *c);
        match c {
            '/' if next == Some('/') => while rest.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if next == Some('*') => {
                let end = source[at + 2..].find("*/").map_or(source.len(), |end| at + 2 + end + 2);
                while rest.next_if(|(at, _)| *at < end).is_some() {}
            }
            '"' | '\'' | '`' => found.push((quoted(c, &mut rest), line())),
            c if is_of_word(c) => {
                let mut word = String::from(c);
                while let Some((_, c)) = rest.next_if(|(_, c)| is_of_word(*c)) {
                    word.push(c);
                }
                found.push((Piece::Word(word), line()));
            }
            c if c.is_whitespace() => {}
            c => found.push((Piece::Mark(c), line())),
        }
    }
    found
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.')
}

/// A text from behind its quote.
fn quoted(quote: char, rest: &mut Peekable<CharIndices<'_>>) -> Piece {
    let (mut text, mut filled) = (String::new(), false);
    while let Some((_, c)) = rest.next() {
        match c {
            c if c == quote => break,
            '\\' => text.extend(rest.next().map(|(_, c)| if c == 'n' { '\n' } else { c })),
            c => {
                filled |= quote == '`' && c == '$' && rest.peek().is_some_and(|(_, c)| *c == '{');
                text.push(c);
            }
        }
    }
    if filled { Piece::Filled(text) } else { Piece::Text(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn literals_are_read_and_the_rest_is_not_guessed() {
        let source = r#"
            import { AuthConfig } from "convex/server"; // providers: [{ domain: "https://no.example" }]
            /* providers: [ */
            const issuer: string = 'https://auth.example.com'
            const composed = "https://" + host()
            export default {
              providers: [
                { domain: issuer, applicationID: "web" },
                {
                  type: "customJwt" as const, "issuer": `https://a.example`, jwks: "data:text/plain;base64," + "e30=",
                  algorithm: 'ES256', nested: { domain: "no" }, // applicationID: "no"
                },
                { domain: process.env.CONVEX_AUTH_ISSUER!, applicationID: process.env["APP"] ?? "x" },
                { domain: `https://${process.env.HOST}/`, applicationID: composed, ...more },
                ...others,
              ],
            } satisfies AuthConfig;
        "#;
        let read = AuthConfig::read(source);
        assert!(read.exports);
        let providers = read.providers.unwrap();
        assert_eq!(providers.iter().map(|one| one.line).collect::<Vec<_>>(), [8, 9, 13, 14, 15]);
        assert_eq!(providers[0].get("domain"), Some(&text("https://auth.example.com")));
        assert_eq!(providers[0].get("applicationID"), Some(&text("web")));
        for (name, value) in [
            ("type", text("customJwt")),
            ("issuer", text("https://a.example")),
            ("jwks", text("data:text/plain;base64,e30=")),
            ("algorithm", text("ES256")),
            ("nested", Value::Other("{ domain : no }".into())),
        ] {
            assert_eq!(providers[1].get(name), Some(&value), "{name}");
        }
        assert_eq!(providers[1].get("applicationID"), None, "a comment says nothing");
        let variable = |name: &str| Value::Environment(name.to_owned());
        assert_eq!(providers[2].fields, [("domain".into(), variable("CONVEX_AUTH_ISSUER")), ("applicationID".into(), variable("APP"))]);
        assert_eq!(providers[3].get("domain"), Some(&variable("HOST")));
        assert!(matches!(providers[3].get("applicationID"), Some(Value::Other(_))));
        assert_eq!(providers[4].fields, [("...".into(), Value::Other("...others".into()))]);
    }

    #[test]
    fn any_text_is_read_without_harm() {
        for source in [
            "",
            "providers",
            "providers: [",
            "export default { providers: [{",
            "'",
            "`${",
            "/*",
            "\\",
            "providers: [}}]]",
            "{".repeat(9000).as_str(),
        ] {
            let _ = AuthConfig::read(source);
        }
        assert_eq!(AuthConfig::read("export const x = 1").providers, None);
        assert!(!AuthConfig::read("const x = { providers: [] }").exports);
        assert_eq!(AuthConfig::read("module.exports = { providers: [] }"), AuthConfig { exports: true, providers: Some(vec![]) });
    }
}
