//! `housekey client …`: apps that may ask for tokens.

mod settings;
mod show;
mod snippet;

use clap::{Args, Subcommand};
use secrecy::SecretString;
use serde_json::{Value, json};

pub(super) use self::settings::word;
use self::settings::{Settings, redirect_uris};
use self::show::{as_json, describe};
use super::output::{Failure, Output, read_secret};
use crate::app::App;
use crate::config::{ClientAuth, ClientEntry, ClientKind, Secret};
use crate::key::b64;
use crate::oidc::Clients;
use crate::oidc::client::{self, Client};
use crate::types::ClientId;
use crate::work::Actor;

/// Apps.
#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Register an app. Prints its `client_id`, and once its `client_secret` if it has one.
    Add(Add),
    /// List the registered apps.
    List,
    /// Show one app.
    Show {
        /// Its `client_id`.
        id: String,
    },
    /// Change an app.
    Edit(Edit),
    /// Remove an app. Its tokens can no longer be refreshed.
    Remove {
        /// Its `client_id`.
        id: String,
    },
    /// Print what to paste into an app: for Convex, React, Svelte, Auth.js, Remix, Expo or Flutter.
    Snippet(snippet::Snippet),
    /// Give an app a new secret; the old one ends at once.
    RotateSecret {
        /// Its `client_id`.
        id: String,
        /// Read the secret from standard input instead of making one.
        #[arg(long)]
        secret_stdin: bool,
    },
}

/// `client add`
#[derive(Debug, Args)]
pub(super) struct Add {
    /// What people see.
    name: String,
    /// spa, native, web or service.
    #[arg(long)]
    kind: String,
    /// The `client_id`. Default: made of the name.
    #[arg(long)]
    id: Option<String>,
    /// Read the secret from standard input instead of making one.
    #[arg(long)]
    secret_stdin: bool,
    #[command(flatten)]
    settings: Settings,
}

/// `client edit`
#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Its `client_id`.
    id: String,
    /// What people see.
    #[arg(long)]
    name: Option<String>,
    /// One more place where answers may go.
    #[arg(long, value_name = "URL")]
    add_redirect_uri: Vec<String>,
    /// A place where answers may no longer go.
    #[arg(long, value_name = "URL")]
    remove_redirect_uri: Vec<String>,
    #[command(flatten)]
    settings: Settings,
}

/// Runs the command.
pub(super) async fn run(command: ClientCommand, app: &App, output: &Output) -> Result<(), Failure> {
    match command {
        ClientCommand::Add(add) => run_add(add, app, output).await,
        ClientCommand::List => run_list(app, output).await,
        ClientCommand::Show { id } => {
            let client = get(app, &id).await?;
            output.say(&describe(&client), &as_json(&client))
        }
        ClientCommand::Edit(edit) => run_edit(edit, app, output).await,
        ClientCommand::Remove { id } => {
            let client = get(app, &id).await?;
            let mut work = app.begin(Actor::Operator).await?;
            client::remove(&mut work, &client.id).await?;
            work.commit().await?;
            output.say(&format!("Removed {id}."), &json!({ "client_id": id, "removed": true }))
        }
        ClientCommand::Snippet(asked) => snippet::run(&asked, app, output).await,
        ClientCommand::RotateSecret { id, secret_stdin } => rotate(app, &id, secret_stdin, output).await,
    }
}

async fn run_add(add: Add, app: &App, output: &Output) -> Result<(), Failure> {
    let kind = word("--kind", &add.kind, ClientKind::parse, ClientKind::ALL)?;
    let id = match &add.id {
        Some(id) => ClientId::parse(id).ok_or_else(|| Failure::asked_wrongly(format!("--id {id}: {}", ClientId::RULE)))?,
        None => id_of_name(&add.name),
    };
    let mut entry = ClientEntry { name: Some(add.name.clone()), ..ClientEntry::new(kind) };
    add.settings.apply(&mut entry)?;
    let secret = match entry.auth {
        ClientAuth::Basic | ClientAuth::Post => Some(secret(app, add.secret_stdin)?),
        ClientAuth::None | ClientAuth::PrivateKeyJwt => None,
    };
    entry.secret = secret.clone().map(|secret| Secret(secret.into()));
    check(&entry, &id)?;
    if app.config.clients.contains_key(&id) {
        return Err(Failure::asked_wrongly(format!("{id} is registered in the configuration file."))
            .with_remedy(format!("change [clients.{id}] there")));
    }
    let mut work = app.begin(Actor::Operator).await?;
    if !client::insert(&mut work, &id, entry).await? {
        return Err(Failure::asked_wrongly(format!("There is a client {id} already."))
            .with_remedy(format!("housekey client edit {id} …, or another --id")));
    }
    work.commit().await?;
    let mut text = format!("Registered {id}.\n  client_id      {id}");
    let mut value = json!({ "client_id": id });
    if let Some(secret) = secret {
        text += &format!("\n  client_secret  {secret}\nThe secret is shown this once; only a mark of it is kept.");
        value["client_secret"] = json!(secret);
    }
    output.say(&text, &value)
}

async fn run_list(app: &App, output: &Output) -> Result<(), Failure> {
    let clients = Clients::new(app, Vec::new()).all(app).await?;
    let lines: Vec<_> = clients.iter().map(|client| format!("{:<24} {:<8} {}", client.id, client.entry.kind, client.name())).collect();
    let text = if lines.is_empty() { "No client is registered.".to_owned() } else { lines.join("\n") };
    output.say(&text, &Value::Array(clients.iter().map(|client| as_json(client)).collect()))
}

async fn run_edit(edit: Edit, app: &App, output: &Output) -> Result<(), Failure> {
    let client = get(app, &edit.id).await?;
    let mut entry = client.entry.clone();
    entry.name = edit.name.or(entry.name);
    edit.settings.apply(&mut entry)?;
    for uri in redirect_uris("--add-redirect-uri", &edit.add_redirect_uri)? {
        if !entry.redirect_uris.contains(&uri) {
            entry.redirect_uris.push(uri);
        }
    }
    entry.redirect_uris.retain(|uri| !edit.remove_redirect_uri.iter().any(|gone| gone == uri.as_str()));
    let needs_secret = matches!(entry.auth, ClientAuth::Basic | ClientAuth::Post);
    // The secret has its own column; the rules only ask whether there is one.
    entry.secret = needs_secret.then(|| Secret("kept elsewhere".to_owned().into()));
    check(&entry, &client.id)?;
    let mut work = app.begin(Actor::Operator).await?;
    client::update(&mut work, &client.id, &entry).await?;
    work.commit().await?;
    let client = get(app, &edit.id).await?;
    output.say(&format!("Changed. A running server sees it within five seconds.\n{}", describe(&client)), &as_json(&client))
}

async fn rotate(app: &App, id: &str, from_stdin: bool, output: &Output) -> Result<(), Failure> {
    let client = get(app, id).await?;
    if !client.is_confidential() {
        return Err(Failure::asked_wrongly(format!("{id} is a public client: it has no secret."))
            .with_remedy(format!("housekey client edit {id} --auth basic")));
    }
    if client.entry.auth == ClientAuth::PrivateKeyJwt {
        return Err(Failure::asked_wrongly(format!("{id} proves itself by signatures: it has no secret."))
            .with_remedy(format!("housekey client edit {id} --jwks FILE")));
    }
    let secret = secret(app, from_stdin)?;
    let mut work = app.begin(Actor::Operator).await?;
    client::rotate_secret(&mut work, &client.id, &SecretString::from(secret.clone())).await?;
    work.commit().await?;
    let text = format!("The old secret of {id} is void.\n  client_secret  {secret}");
    output.say(&text, &json!({ "client_id": id, "client_secret": secret }))
}

/// A client of the database; one of the file cannot be changed here.
async fn get(app: &App, id: &str) -> Result<Client, Failure> {
    let parsed = ClientId::parse(id);
    if let Some(id) = &parsed
        && app.config.clients.contains_key(id)
    {
        return Err(Failure::asked_wrongly(format!("{id} is registered in the configuration file."))
            .with_remedy(format!("see [clients.{id}] there")));
    }
    let found = match parsed {
        Some(id) => client::find(app.db.read(), &id).await?,
        None => None,
    };
    found.ok_or_else(|| Failure::new(format!("There is no client {id}.")).with_remedy("housekey client list"))
}

fn check(entry: &ClientEntry, id: &ClientId) -> Result<(), Failure> {
    let problems = entry.check(id);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::asked_wrongly(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// A secret of 160 random bits, or the one that the operator brings. A short one could be guessed.
fn secret(app: &App, from_stdin: bool) -> Result<String, Failure> {
    if !from_stdin {
        return Ok(format!("hkcs_{}", b64(app.random.bytes::<24>())));
    }
    let secret = read_secret()?;
    if secret.len() < 24 {
        return Err(
            Failure::asked_wrongly("The secret is shorter than 24 characters: it could be guessed.").with_remedy("openssl rand -base64 32")
        );
    }
    Ok(secret)
}

/// `Fieldnotes Web` → `fieldnotes-web`.
fn id_of_name(name: &str) -> ClientId {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<_> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let id: String = words.join("-").chars().take(64).collect();
    ClientId::parse(&id).or_else(|| ClientId::parse("client")).unwrap_or_else(|| unreachable!("\"client\" is an identifier"))
}
