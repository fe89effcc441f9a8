//! What commands print: a sentence for people or JSON for programs on standard output, failures with
//! their remedy on standard error.

use std::io::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::error::Error;

/// Prints for people or for programs.
pub struct Output {
    json: bool,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    message: String,
    remedy: Option<String>,
    code: u8,
}

impl Failure {
    /// A failure of the work: exit code 1.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: None, code: 1 }
    }

    /// A wrong command or configuration: exit code 2.
    pub fn asked_wrongly(message: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: None, code: 2 }
    }

    /// What to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken { what, source } => Self::new(format!("{what}: {source}")),
            other => Self::new(other.to_string()),
        }
    }
}

impl Output {
    /// For people, or for programs.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Says what was done.
    pub fn say(&self, text: &str, value: &Value) -> Result<(), Failure> {
        let line = if self.json { value.to_string() } else { text.trim_end().to_owned() };
        writeln!(std::io::stdout().lock(), "{line}").map_err(|error| Failure::new(format!("cannot print: {error}")))
    }

    /// Says what failed and what to do, and gives the exit code.
    pub fn fail(&self, failure: &Failure) -> ExitCode {
        let mut error = std::io::stderr().lock();
        let _ = if self.json {
            writeln!(error, "{}", json!({ "error": failure.message, "help": failure.remedy }))
        } else {
            let _ = writeln!(error, "{}", failure.message);
            failure.remedy.as_ref().map_or(Ok(()), |remedy| writeln!(error, "  help: {remedy}"))
        };
        ExitCode::from(failure.code)
    }
}

/// Everything on standard input, without the line's end: a secret that must not stand in the process list.
pub fn read_secret() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::stdin().lock(), &mut text)
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(
            Failure::asked_wrongly("Nothing came on standard input.").with_remedy("for example: printf %s \"$SECRET\" | housekey …")
        );
    }
    Ok(text.to_owned())
}
