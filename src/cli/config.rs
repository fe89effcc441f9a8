//! `housekey config …`: looks at the configuration without starting anything or leaving anything behind.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::output::{Failure, Output};
use crate::config::{DEFAULTS, Environment, Mode, Problems, examine, schema};
use crate::upstream::judge;

/// The configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum ConfigCommand {
    /// Say everything that is wrong, or that nothing is.
    Check {
        /// Judge it as `housekey dev` would, not as `housekey serve`.
        #[arg(long)]
        development: bool,
    },
    /// Print a JSON Schema of housekey.toml, for editors.
    Schema,
    /// Print every setting with its value and where it comes from. Secrets are not shown.
    Print {
        /// Print the built-in defaults with their explanations instead: a file to begin with.
        #[arg(long)]
        defaults: bool,
    },
}

/// What a command has to say: to people, to programs, and how it ends.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// For people.
    pub text: String,
    /// For programs.
    pub value: Value,
    /// 0: fine. 2: the configuration is wrong.
    pub exit_code: u8,
}

/// Runs the command.
#[expect(clippy::needless_pass_by_value, reason = "every command is given what the command line said")]
pub(super) fn run(command: ConfigCommand, file: Option<PathBuf>, output: &Output) -> Result<(), Failure> {
    let env = Environment::of_process();
    let answer = match command {
        ConfigCommand::Check { development: true } => check(Mode::Development, file.as_deref(), &env),
        ConfigCommand::Check { development: false } => check(Mode::Production, file.as_deref(), &env),
        ConfigCommand::Schema => print_schema(),
        ConfigCommand::Print { defaults: true } => Answer { text: DEFAULTS.to_owned(), value: json!({ "toml": DEFAULTS }), exit_code: 0 },
        ConfigCommand::Print { defaults: false } => print(file.as_deref(), &env),
    };
    if answer.exit_code == 0 { output.say(&answer.text, &answer.value) } else { Err(Failure::asked_wrongly(answer.text)) }
}

/// Everything that is wrong, or what would be used.
pub fn check(mode: Mode, file: Option<&Path>, env: &Environment) -> Answer {
    let loaded = match examine(mode, file, env, judge) {
        Ok(loaded) => loaded,
        Err(problems) => return wrong(&problems),
    };
    let mut lines = vec![format!("The configuration is fine for {mode}.")];
    lines.extend(loaded.warnings.iter().map(|warning| format!("  note: {warning}")));
    let value = json!({ "status": "fine", "mode": mode.as_str(), "file": loaded.file, "warnings": loaded.warnings });
    Answer { text: lines.join("\n"), value, exit_code: 0 }
}

/// The effective settings as TOML, with where each came from. What production refuses can still be looked at.
pub fn print(file: Option<&Path>, env: &Environment) -> Answer {
    match examine(Mode::Production, file, env, judge).or_else(|_| examine(Mode::Development, file, env, judge)) {
        Ok(loaded) => {
            let line = |(key, value, source): (String, String, String)| json!({ "key": key, "value": value, "source": source });
            let value = loaded.layers.lines().into_iter().map(line).collect();
            Answer { text: loaded.layers.print(), value, exit_code: 0 }
        }
        Err(problems) => wrong(&problems),
    }
}

/// The JSON Schema of the file.
pub fn print_schema() -> Answer {
    let value = schema();
    Answer { text: serde_json::to_string_pretty(&value).unwrap_or_default(), value, exit_code: 0 }
}

fn wrong(problems: &Problems) -> Answer {
    let value = json!({ "status": "wrong", "problems": problems.0.iter().map(ToString::to_string).collect::<Vec<_>>() });
    Answer { text: problems.to_string().trim_end().to_owned(), value, exit_code: 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_says_what_is_wrong_and_ends_accordingly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.toml");
        std::fs::write(&path, "issuer = 'https://auth.example.com'\n[sign_in]\nsign_up = 'open'\n").unwrap();
        let env = |pairs: &[(&str, &str)]| Environment::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let key = "22".repeat(32);
        let whole = env(&[("HOUSEKEY_MASTER_KEY", &key)]);
        let said = |answer: Answer| (answer.exit_code, answer.text.replace(&folder.path().display().to_string(), ""));
        insta::assert_snapshot!(said(check(Mode::Production, Some(&path), &whole)).1, @r#"
        The configuration is fine for production.
          note: sign_in.sign_up is open, but email.smtp is empty: people are told that sign-ups are closed
          note: sign_in.methods has email, but email.smtp is empty: it is left out, and passwords cannot be reset by mail
        "#);
        let (code, text) = said(check(Mode::Production, Some(&path), &env(&[])));
        assert_eq!(code, 2);
        insta::assert_snapshot!(text, @r#"
        The configuration has 1 problem.

        HOUSEKEY_MASTER_KEY
          is not set: it seals the signing keys and passwords in the database
          help: make one with: housekey key new, keep a copy in a safe place, and set it (or HOUSEKEY_MASTER_KEY_FILE)
        "#);
        let (code, text) = said(print(Some(&path), &whole));
        assert!(code == 0 && text.contains("sign_up = \"open\"  # /my.toml, line 3") && !text.contains(&key), "{text}");
        assert_eq!(print(Some(&path), &env(&[("HOUSEKEY_X", "")])).exit_code, 2);
        assert!(print_schema().text.contains("draft/2020-12"));
    }
}
