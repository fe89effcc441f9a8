//! `housekey key …`: signing keys, and a master key to begin with.

use clap::Subcommand;
use serde_json::{Value, json};

use super::output::{Failure, Output};
use crate::app::App;
use crate::key::{self, Keys};
use crate::random::Random;

/// Keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// List the signing keys.
    List,
    /// Print a new master key, for `HOUSEKEY_MASTER_KEY`. Changes nothing.
    New,
}

/// Runs the command.
pub(super) async fn run(_list: KeyCommand, app: &App, output: &Output) -> Result<(), Failure> {
    // A new installation has its keys from the first look on.
    Keys::load(app).await?;
    let keys = key::list(&app.db).await?;
    let line = |key: &key::KeyLine| format!("{:<6} {:<8} {}  since {}", key.algorithm, key.state, key.kid, key.created_at.rfc3339());
    let value = |key: &key::KeyLine| {
        let jwk: Value = serde_json::from_str(&key.public_jwk).unwrap_or_default();
        json!({ "kid": key.kid, "alg": key.algorithm, "state": key.state, "created_at": key.created_at.rfc3339(), "jwk": jwk })
    };
    output.say(&keys.iter().map(line).collect::<Vec<_>>().join("\n"), &Value::Array(keys.iter().map(value).collect()))
}

/// Prints a master key.
pub(super) fn new(output: &Output) -> Result<(), Failure> {
    let key: String = Random::default().bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    output.say(&key, &json!({ "master_key": key }))
}
