//! `housekey doctor token`: what a relying party will say to a token.

use std::io::Read;

use clap::Args;
use serde_json::{Value, json};

use crate::app::App;
use crate::cli::output::{Failure, Output};
use crate::doctor::{Known, Line, Presented, RelyingParty};
use crate::oidc::Clients;

/// `doctor token`
#[derive(Debug, Args)]
pub(super) struct Token {
    /// The token; or - to read it from standard input, so that it does not stay in the shell's history.
    #[arg(value_name = "TOKEN")]
    text: String,
    /// Who is to take it: convex-oidc, convex-jwt, authjs or jose.
    #[arg(long = "for", value_name = "WHO", default_value = "convex-oidc")]
    party: String,
    /// The audience that it was told: its applicationID or client id. Default: that of the client that the token names.
    #[arg(long)]
    audience: Option<String>,
}

/// Prints each rule. Ends with 1 if one does not hold.
pub(super) async fn run(asked: &Token, app: &App, output: &Output) -> Result<(), Failure> {
    let names = || RelyingParty::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let party = RelyingParty::parse(&asked.party)
        .ok_or_else(|| Failure::asked_wrongly(format!("--for {}: must be one of {}", asked.party, names())))?;
    let text = read(&asked.text)?;
    let token = Presented::read(&text);
    let keys = super::published(app).await?;
    let audience = match &asked.audience {
        Some(audience) => audience.clone(),
        None => audience_of(app, &token).await?,
    };
    let known = Known { issuer: app.config.issuer.as_str(), audience: &audience, keys: &keys, now: app.clock.now().seconds() };
    let lines = token.examine(party, &known);
    output.say(&lines.iter().map(in_words).collect::<Vec<_>>().join("\n"), &Value::Array(lines.iter().map(as_json).collect()))?;
    match lines.iter().find(|line| line.holds == Some(false)) {
        None => Ok(()),
        Some(line) => {
            let says =
                line.says.map_or_else(|| format!("{} refuses this token", asked.party), |says| format!("{} answers {says}", asked.party));
            Err(Failure::new(says))
        }
    }
}

fn read(given: &str) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().lock().take(64 * 1024).read_to_string(&mut text).map_err(|error| Failure::new(format!("cannot read: {error}")))?;
    Ok(text)
}

/// What the client that the token names has for an audience; without one, what the token says.
async fn audience_of(app: &App, token: &Presented<'_>) -> Result<String, Failure> {
    let named = token.client().unwrap_or_default();
    let client = Clients::new(app, Vec::new()).find(app, named).await?;
    Ok(client.map_or_else(|| named.to_owned(), |client| client.audience().to_owned()))
}

fn in_words(line: &Line) -> String {
    let mark = match line.holds {
        Some(true) => "ok  ",
        Some(false) => "FAIL",
        None => "note",
    };
    if line.holds == Some(true) {
        return format!("{mark}  {:<10} {}", line.rule, line.found);
    }
    format!("{mark}  {:<10} found     {}\n                 expected  {}", line.rule, line.found, line.expected)
}

fn as_json(line: &Line) -> Value {
    json!({ "rule": line.rule, "holds": line.holds, "found": line.found, "expected": line.expected, "says": line.says })
}
