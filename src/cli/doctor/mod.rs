//! `housekey doctor`: why does it not work? One check, one sentence, one remedy. The database has been opened when this
//! begins, or the command would have said what is wrong with it.

mod configuration;
mod print;
mod token;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use jsonwebtoken::jwk::JwkSet;

use super::output::{Failure, Output};
use crate::app::App;
use crate::config::SigningAlgorithm;
use crate::doctor::{self, AuthConfig, Finding, Ours};
use crate::key::Keys;
use crate::oidc::{Client, Clients};

/// `doctor`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Doctor {
    /// Look at this app only.
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Look at what an app tells Convex and at what Convex sees of this server: a folder with convex/auth.config.ts in it,
    /// or the file.
    #[arg(long, value_name = "PATH")]
    convex: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Look at a token as a relying party does: one line a rule, and what it would answer. The token is kept nowhere.
    Token(Box<token::Token>),
}

/// Looks at what was asked for, or at everything. Ends with 1 if something is broken.
pub(super) async fn run(doctor: Doctor, file: Option<PathBuf>, output: &Output) -> Result<(), Failure> {
    let app = super::open(file.clone()).await?;
    if let Some(What::Token(token)) = doctor.what {
        return token::run(&token, &app, output).await;
    }
    let clients = chosen(&app, doctor.client.as_deref()).await?;
    if doctor.client.is_none() && doctor.convex.is_none() {
        return print::print(&everything(&app, file.as_deref(), &clients).await?, output);
    }
    let mut findings = Vec::new();
    if doctor.client.is_some() {
        findings.extend(doctor::clients(&app.config, &clients));
    }
    if let Some(path) = &doctor.convex {
        findings.extend(seen_from_outside(&app, &clients).await?);
        findings.extend(convex(&app, path, &clients).await?);
    }
    print::print(&findings, output)
}

async fn everything(app: &App, file: Option<&Path>, clients: &[Arc<Client>]) -> Result<Vec<Finding>, Failure> {
    let (house, outside) = tokio::join!(doctor::house(app), seen_from_outside(app, clients));
    Ok([configuration::configuration(app, file), house?, outside?, doctor::clients(&app.config, clients)].concat())
}

/// The public address, and the clocks, of which one is there.
async fn seen_from_outside(app: &App, clients: &[Arc<Client>]) -> Result<Vec<Finding>, Failure> {
    let origin = clients.iter().find_map(|client| client.origins.first());
    let keys = published(app).await?;
    let (seen, database) = tokio::join!(doctor::public(app, &keys, origin), doctor::clock_of_database(app));
    let clocks: Vec<_> = database.into_iter().chain(seen.clock).collect();
    Ok([seen.findings, doctor::clocks(&clocks)].concat())
}

/// The file, beside the apps and keys that there are.
async fn convex(app: &App, path: &Path, clients: &[Arc<Client>]) -> Result<Vec<Finding>, Failure> {
    let names = ["", "convex/auth.config.ts", "auth.config.ts", "convex/auth.config.js", "auth.config.js"];
    let found = names.iter().map(|name| if name.is_empty() { path.to_owned() } else { path.join(name) }).find(|path| path.is_file());
    let remedy = "name the app's folder, the one with convex/auth.config.ts in it";
    let file =
        found.ok_or_else(|| Failure::asked_wrongly(format!("{}: no auth.config.ts is there", path.display())).with_remedy(remedy))?;
    let text = std::fs::read_to_string(&file).map_err(|why| Failure::asked_wrongly(format!("{}: {why}", file.display())))?;
    let keys = published(app).await?;
    Ok(doctor::convex(&AuthConfig::read(&text), &Ours { config: &app.config, clients, keys: &keys }))
}

/// The app of this name, or all.
async fn chosen(app: &App, id: Option<&str>) -> Result<Vec<Arc<Client>>, Failure> {
    let clients = Clients::new(app, Vec::new());
    match id {
        None => Ok(clients.all(app).await?),
        Some(id) => {
            let found = clients.find(app, id).await?;
            Ok(vec![found.ok_or_else(|| Failure::asked_wrongly(format!("There is no client {id}.")).with_remedy("housekey client list"))?])
        }
    }
}

/// The keys as everybody sees them.
async fn published(app: &App) -> Result<JwkSet, Failure> {
    let set = Keys::load(app).await?.public_set(SigningAlgorithm::ALL).and_then(|set| serde_json::from_slice(&set.body).ok());
    set.ok_or_else(|| Failure::new("The published keys cannot be read."))
}
