//! `housekey provider add`: writes the section, and says what is left to do.

use clap::Args;
use serde_json::json;
use toml_edit::{DocumentMut, Item, Table, value};

use super::super::output::{Failure, Output};
use super::file::File;
use super::list::needs;
use super::{but_for_its_secret, redirect_uri};
use crate::config::{Problem, ProviderEntry, provider_id};
use crate::types::ProviderId;
use crate::upstream::{Provider, catalogue, judge};

/// `provider add`
#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// Its name in the file and in addresses: that of the catalogue, or your own with --like.
    id: String,
    /// The provider of the catalogue that it is.
    #[arg(long, value_name = "NAME")]
    like: Option<String>,
    /// Who this server is there. It can be written into the file later.
    #[arg(long)]
    client_id: Option<String>,
    /// What the provider needs to know besides, like tenant=example.
    #[arg(long = "setting", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// What its button says. Default: the brand's name.
    #[arg(long)]
    name: Option<String>,
}

/// Runs the command.
pub(super) fn run(add: &Add, file: &File, output: &Output) -> Result<(), Failure> {
    let id = provider_id(&add.id).map_err(|problem| Failure::asked_wrongly(problem.to_string()))?;
    if file.has(id.as_str()) {
        return Err(Failure::asked_wrongly(format!("There is a [providers.{id}] in {} already.", file.path.display()))
            .with_remedy(format!("change it there, or choose another name with --like {}", add.like.as_deref().unwrap_or(&add.id))));
    }
    let entry = add.entry()?;
    let development = file.outline.issuer.is_loopback();
    let found = catalogue::find(entry.like.as_deref().unwrap_or(id.as_str()));
    let facts = found.and_then(Result::ok).map(|found| found.facts);
    let missing = facts.as_ref().map(|facts| missing(facts, &entry)).unwrap_or_default();
    let faults = entry.faults().into_iter().chain(judge(&id, &but_for_its_secret(&entry), development));
    let wrong: Vec<_> = faults.filter(|fault| !missing.contains(&fault.field)).collect();
    let Some(facts) = facts.filter(|_| wrong.is_empty()) else {
        let problem = |fault: crate::config::Fault| {
            Problem::new(format!("providers.{id}.{}", fault.field), fault.what).remedy(fault.remedy).to_string()
        };
        return Err(Failure::asked_wrongly(wrong.into_iter().map(problem).collect::<Vec<_>>().join("\n")));
    };
    let section = section(&id, &entry, &missing);
    let by_hand = |failure: Failure| failure.with_remedy(format!("add this to it yourself:\n{}", section.trim_end()));
    file.write(&file.with(&section)?).map_err(by_hand)?;
    say(&id, &facts, &missing, file, output)
}

impl Add {
    fn entry(&self) -> Result<ProviderEntry, Failure> {
        let setting = |text: &String| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => Err(Failure::asked_wrongly(format!("--setting {text}: must be NAME=VALUE"))),
        };
        Ok(ProviderEntry {
            like: self.like.clone(),
            file: None,
            name: self.name.clone(),
            client_id: self.client_id.clone().unwrap_or_default(),
            client_secret: None,
            settings: self.settings.iter().map(setting).collect::<Result<_, _>>()?,
            scopes: None,
            trust_email: None,
            keep_tokens: false,
        })
    }
}

/// What can be written into the file later.
fn missing(facts: &Provider, entry: &ProviderEntry) -> Vec<String> {
    let client_id = entry.client_id.is_empty().then(|| "client_id".to_owned());
    let settings = needs(facts).into_iter().filter(|name| !entry.settings.contains_key(*name)).map(|name| format!("settings.{name}"));
    client_id.into_iter().chain(settings).collect()
}

/// What is missing has its place, with nothing in it.
fn section(id: &ProviderId, entry: &ProviderEntry, missing: &[String]) -> String {
    let (mut section, mut settings) = (Table::new(), Table::new());
    for (name, text) in [("like", entry.like.as_ref()), ("name", entry.name.as_ref()), ("client_id", Some(&entry.client_id))] {
        if let Some(text) = text {
            section.insert(name, value(text));
        }
    }
    for (name, text) in &entry.settings {
        settings.insert(name, value(text));
    }
    for name in missing.iter().filter_map(|field| field.strip_prefix("settings.")) {
        settings.insert(name, value(""));
    }
    settings.set_dotted(true);
    section.insert("settings", Item::Table(settings));
    let mut providers = Table::new();
    providers.set_implicit(true);
    providers.insert(id.as_str(), Item::Table(section));
    let mut document = DocumentMut::new();
    document.insert("providers", Item::Table(providers));
    document.to_string()
}

fn say(id: &ProviderId, facts: &Provider, missing: &[String], file: &File, output: &Output) -> Result<(), Failure> {
    let path = file.path.display();
    let console = facts
        .console
        .as_deref()
        .map_or_else(|| format!("  its manual     {}", facts.documentation), |console| format!("  register at    {console}"));
    let redirect_uri = redirect_uri(&file.outline.issuer, id);
    let variable = ProviderEntry::secret_variable(id);
    let mut lines = vec![
        format!("Added [providers.{id}] to {path}. What is left to do:"),
        console,
        format!("  redirect URI   {redirect_uri}"),
        format!("  the secret     {variable}, or {variable}_FILE to name a file with it"),
    ];
    for field in missing {
        let setting = field.strip_prefix("settings.").and_then(|name| facts.settings.get(name));
        let meaning =
            setting.map_or("the client id that you get there".to_owned(), |one| format!("{}, for example {}", one.meaning, one.example));
        lines.push(format!("  write down     {field}: {meaning}"));
    }
    lines.extend(facts.notes.iter().map(|notes| format!("  note           {}", notes.text)));
    lines.push("Then: housekey config check, and start the server again.".to_owned());
    let value = json!({
        "id": id.as_str(), "file": file.path, "console": facts.console, "documentation": facts.documentation, "redirect_uri": redirect_uri, "secret_variable": variable, "missing": missing,
    });
    output.say(&lines.join("\n"), &value)
}
