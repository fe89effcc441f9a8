//! `housekey health`: asks a running server whether it can serve.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::output::{Failure, Output};

/// Asks `/ready`.
#[derive(Debug, Args)]
pub(super) struct Health {
    /// Where the server listens.
    #[arg(long, default_value = "http://127.0.0.1:8085")]
    url: String,
}

/// Runs the command.
pub(super) async fn run(health: &Health, output: &Output) -> Result<(), Failure> {
    let remedy = "is the server running there? Say --url otherwise";
    let down = |error: reqwest::Error| Failure::new(format!("{} does not answer: {}", health.url, error.without_url())).with_remedy(remedy);
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build().map_err(down)?;
    let response = client.get(format!("{}/ready", health.url.trim_end_matches('/'))).send().await.map_err(down)?;
    if response.status().is_success() {
        return output.say("ready", &json!({ "status": "ready" }));
    }
    let body: serde_json::Value = response.json().await.unwrap_or_default();
    Err(Failure::new(format!("not ready: {}", body["reason"].as_str().unwrap_or("no reason given"))))
}
