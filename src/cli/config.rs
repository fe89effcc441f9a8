//! `housekey config …`: what the server would start with, and what is wrong with it.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::output::{Failure, Output};
use super::settings;
use crate::config::{DEFAULTS, Mode, schema};

/// The configuration.
#[derive(Debug, Subcommand)]
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

/// Runs the command.
pub(super) fn run(command: ConfigCommand, file: Option<PathBuf>, output: &Output) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check { development } => {
            let mode = if development { Mode::Development } else { Mode::Production };
            let loaded = settings(mode, file)?;
            let warnings: String = loaded.warnings.iter().map(|warning| format!("\n  note: {warning}")).collect();
            output.say(&format!("The configuration is fine for {mode}.{warnings}"), &json!({ "status": "fine", "mode": mode.as_str(), "warnings": loaded.warnings }))
        }
        ConfigCommand::Schema => {
            let schema = schema();
            output.say(&format!("{schema:#}"), &schema)
        }
        ConfigCommand::Print { defaults: true } => output.say(DEFAULTS, &json!({ "toml": DEFAULTS })),
        ConfigCommand::Print { defaults: false } => {
            // What production refuses can still be looked at.
            let loaded = settings(Mode::Production, file.clone()).or_else(|_| settings(Mode::Development, file))?;
            let lines: Vec<_> = loaded.layers.iter().collect();
            let text: String = lines.iter().map(|(key, value, source)| format!("{key} = {value}  # {source}\n")).collect();
            let values = lines.iter().map(|(key, value, source)| json!({ "key": key, "value": value, "source": source })).collect();
            output.say(&text, &serde_json::Value::Array(values))
        }
    }
}
