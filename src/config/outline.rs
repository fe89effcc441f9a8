//! What a configuration says without its secrets: for commands that only look at providers.

use std::path::Path;

use super::check::Surroundings;
use super::load::Layers;
use super::problem::Problems;
use super::read::Reader;
use super::{Environment, JudgeProvider, Mode, ProviderEntry, methods, provider, server};
use crate::types::{IssuerUrl, ProviderId};

/// Where a server is, and who its providers are.
#[derive(Debug)]
pub struct Outline {
    /// The `iss` of every token, and the beginning of every link.
    pub issuer: IssuerUrl,
    /// Other login servers, in the order of the page.
    pub providers: Vec<(ProviderId, ProviderEntry)>,
}

/// Reads what can be read, whatever else is wrong; `housekey config check` says that.
pub fn outline(path: &Path, text: &str, env: &Environment) -> Result<Outline, Problems> {
    const NOT_JUDGED: JudgeProvider = |_, _, _| Vec::new();
    let (layers, _) = Layers::new(Some((path, text)), env)?;
    let reader = Reader::new(&layers, Vec::new());
    let listen = server::read(&reader).listen;
    let Some(issuer) = server::issuer(&reader, Mode::Development, listen) else {
        return Err(Problems(reader.into_problems()));
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let mode = if issuer.is_loopback() { Mode::Development } else { Mode::Production };
    let around = Surroundings { mode, env, folder, on_loopback: issuer.is_loopback() };
    let providers = provider::read_all(&reader, &methods::read(&reader).providers, &around, NOT_JUDGED);
    Ok(Outline { issuer, providers })
}
