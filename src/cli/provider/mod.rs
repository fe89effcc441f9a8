//! `housekey provider …`: other login servers that people can sign in with. They stand in the configuration file, so that
//! nothing here needs the database.

mod add;
mod file;
mod list;
mod test;

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use self::add::Add;
use self::file::File;
use super::output::{Failure, Output};
use crate::config::{ProviderEntry, Secret, provider_id};
use crate::types::{IssuerUrl, ProviderId};

/// Other login servers.
#[derive(Debug, Subcommand)]
pub(super) enum ProviderCommand {
    /// List the configured providers with the redirect URIs to register there, or with --all every provider of the catalogue.
    List {
        /// The whole catalogue, with what each provider needs to know.
        #[arg(long)]
        all: bool,
    },
    /// Add a provider to the configuration file, and say what to do next.
    Add(Add),
    /// Try a provider: prints an address that goes through the real sign-in and shows what the provider says.
    Test {
        /// Its name in the file.
        id: String,
    },
    /// Remove a provider from the configuration file.
    Remove {
        /// Its name in the file.
        id: String,
    },
}

/// Runs the command.
pub(super) async fn run(command: ProviderCommand, config: Option<PathBuf>, output: &Output) -> Result<(), Failure> {
    match command {
        ProviderCommand::List { all: true } => list::catalogue(output),
        ProviderCommand::List { all: false } => list::configured(&File::open(config, false)?, output),
        ProviderCommand::Add(add) => add::run(&add, &File::open(config, true)?, output),
        ProviderCommand::Test { id } => test::run(&id, &super::open(config).await?, output).await,
        ProviderCommand::Remove { id } => remove(&id, &File::open(config, false)?, output),
    }
}

fn remove(id: &str, file: &File, output: &Output) -> Result<(), Failure> {
    let path = file.path.display();
    let id = provider_id(id).map_err(|problem| Failure::asked_wrongly(problem.to_string()))?;
    let Some(text) = file.without(id.as_str()) else {
        return Err(Failure::asked_wrongly(format!("There is no [providers.{id}] in {path}.")).with_remedy("housekey provider list"));
    };
    file.write(&text).map_err(|failure| failure.with_remedy(format!("take [providers.{id}] out of it yourself")))?;
    let variables = ProviderEntry::secret_variable(&id).replace("CLIENT_SECRET", "…");
    let mut lines = vec![
        format!("Removed [providers.{id}] from {path}."),
        "People's connections to it stay in the database, and work again if it is added again under this name.".to_owned(),
        format!("Before the server starts again, unset what begins with {variables}: a variable that sets nothing is refused."),
    ];
    let named = file.methods().any(|method| method == id.as_str());
    if named {
        lines.push(format!("And take \"{id}\" out of sign_in.methods."));
    }
    output.say(&lines.join("\n"), &json!({ "id": id.as_str(), "removed": true, "in_methods": named }))
}

/// Where a provider sends people back to: what an operator registers there.
fn redirect_uri(issuer: &IssuerUrl, id: &ProviderId) -> String {
    issuer.join(&format!("/oauth/{id}/callback"))
}

/// The entry as if it had its secret, which need not be here: it may be known to the server only.
fn but_for_its_secret(entry: &ProviderEntry) -> ProviderEntry {
    ProviderEntry { client_secret: Some(Secret("kept elsewhere".to_owned().into())), ..entry.clone() }
}
