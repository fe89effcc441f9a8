//! Providers: read from the file, and judged by who knows what each of them needs.

use super::check::Surroundings;
use super::client_rules::is_name;
use super::named::Named;
use super::problem::Problem;
use super::read::Reader;
use super::secret::secret_of;
use super::setting::variable_of;
use super::{Fault, JudgeProvider, ProviderEntry, Secret, file, methods};
use crate::types::ProviderId;

/// Reads every provider of the file: first those of `first`, then the others in the file's order.
pub(super) fn read_all(
    reader: &Reader<'_>,
    first: &[String],
    around: &Surroundings<'_>,
    judge: JudgeProvider,
) -> Vec<(ProviderId, ProviderEntry)> {
    let mut names: Vec<_> = reader.named(Named::Providers).collect();
    names.sort_by_key(|name| first.iter().position(|one| one == name).unwrap_or(usize::MAX));
    let ids = names.into_iter().filter_map(|name| provider_id(name).map_err(|problem| reader.add(problem)).ok());
    ids.map(|id| {
        let entry = read(reader, &id, around);
        let key = |field: &str| Named::Providers.key(id.as_str(), field);
        // What could not be read is not judged: one mistake, one problem.
        let is_known = !reader.is_wrong(&key("like")) && !reader.is_wrong(&key("file"));
        let judged = if is_known { judge(&id, &entry, around.is_development()) } else { Vec::new() };
        for fault in entry.faults().into_iter().chain(judged) {
            let key = key(&fault.field);
            if !reader.is_wrong(&key) {
                reader.wrong(&key, fault.what, fault.remedy);
            }
        }
        (id, entry)
    })
    .collect()
}

/// The name of a provider, if it can be one.
pub fn provider_id(text: &str) -> Result<ProviderId, Problem> {
    let problem = |what: &str| Problem::new(format!("[providers.\"{}\"]", text.escape_debug()), what);
    if methods::is_taken(text) {
        return Err(problem("is the name of another way in").remedy("another name, with like or file below it"));
    }
    ProviderId::parse(text).ok_or_else(|| match ProviderId::parse(&text.to_lowercase()) {
        Some(id) => problem("is not the name of a provider").remedy(format!("did you mean [providers.{id}]?")),
        None => problem("is not the name of a provider").remedy("1 to 64 of a-z 0-9 -"),
    })
}

fn read(reader: &Reader<'_>, id: &ProviderId, around: &Surroundings<'_>) -> ProviderEntry {
    let key = |name: &str| Named::Providers.key(id.as_str(), name);
    let given = |name: &str| reader.value(&key(name)).is_some();
    let settings = key("settings.");
    let setting = |key: &str| Some((key.strip_prefix(&settings)?.to_owned(), reader.optional(key)?));
    ProviderEntry {
        like: reader.optional(&key("like")),
        file: file::text(reader, &key("file"), around.folder).map(|(_, text)| text),
        name: reader.optional(&key("name")),
        client_id: reader.text(&key("client_id")).to_owned(),
        client_secret: read_secret(reader, &key("client_secret"), around),
        settings: reader.keys().filter_map(setting).collect(),
        scopes: given("scopes").then(|| reader.list(&key("scopes"))),
        trust_email: given("trust_email").then(|| reader.yes_no(&key("trust_email"), false)),
        keep_tokens: reader.yes_no(&key("keep_tokens"), false),
    }
}

fn read_secret(reader: &Reader<'_>, key: &str, around: &Surroundings<'_>) -> Option<Secret> {
    use secrecy::ExposeSecret;
    let secret = secret_of(reader, key, around)?;
    if secret.expose_secret().trim().is_empty() {
        reader.wrong(key, "the secret is empty", "remove the variable, or put the secret into it");
    }
    Some(Secret(secret))
}

impl ProviderEntry {
    /// The variable that holds the secret of this provider; with `_FILE` at its end, the one that names a file for it.
    pub fn secret_variable(id: &ProviderId) -> String {
        variable_of(&Named::Providers.key(id.as_str(), "client_secret"))
    }

    /// What is wrong with the entry whatever the provider is.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, what: &str, remedy: &str| {
            faults.push(Fault { field: field.to_owned(), what: what.to_owned(), remedy: remedy.to_owned() });
        };
        if self.like.is_some() && self.file.is_some() {
            fault("file", "is set, and like as well", "keep one of them: each says how the provider works");
        }
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            fault("name", "must be 1 to 60 characters, none of them invisible", "what its button says");
        }
        let is_scope = |scope: &String| !scope.is_empty() && !scope.chars().any(|c| c.is_whitespace() || c.is_control());
        if !self.scopes.iter().flatten().all(is_scope) {
            fault("scopes", "must be words without spaces", "a text for each, like [\"openid\", \"email\"]");
        }
        faults
    }
}
