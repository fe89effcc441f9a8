//! The providers that an operator has set up here: the catalogue's facts, and who we are to them.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::catalogue;
use super::description::Description;
use super::fresh_token::Turns;
use super::provider::{Protocol, Provider};
use super::request::Authentication;
use super::template::Values;
use crate::config::{Config, Fault, ProviderEntry};
use crate::page::ProviderButton;
use crate::types::ProviderId;

/// A provider that people can sign in with here.
pub struct Upstream {
    /// Its name in addresses, settings and rows.
    pub id: ProviderId,
    /// What its button says.
    pub name: String,
    /// The brand's mark: an SVG of 24 by 24 that takes the colour of the text around it.
    pub mark: Option<&'static str>,
    /// How it works.
    pub facts: Provider,
    /// Who we are there.
    pub client_id: String,
    /// And how we prove it.
    pub secret: Option<SecretString>,
    /// What else it needs to know.
    pub settings: BTreeMap<String, String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whether an address that it calls confirmed opens an account that exists.
    pub trusted: bool,
    /// Whether its tokens are kept.
    pub keep_tokens: bool,
    /// What it says of itself.
    pub(super) description: Description,
    /// Tokens that are being made new.
    pub(super) turns: Turns,
}

/// Every provider that is set up, in the order of the page.
#[derive(Default)]
pub struct Upstreams(Vec<Upstream>);

impl Upstreams {
    /// From a configuration that was judged.
    pub fn new(config: &Config) -> Self {
        let set_up = |(id, entry): &(ProviderId, ProviderEntry)| Upstream::new(id, entry, config.is_development()).ok();
        Self(config.providers.iter().filter_map(set_up).collect())
    }

    /// One more, that a development server brings.
    #[must_use]
    pub fn and(mut self, more: Option<Upstream>) -> Self {
        self.0.extend(more);
        self
    }

    /// The provider of this name.
    pub fn find(&self, id: &str) -> Option<&Upstream> {
        self.0.iter().find(|upstream| upstream.id.as_str() == id)
    }

    /// Their buttons.
    pub fn buttons(&self) -> Vec<ProviderButton> {
        self.iter().map(Upstream::button).collect()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Upstream> {
        self.0.iter()
    }
}

/// Everything that is wrong with an operator's entry: see [`crate::config::JudgeProvider`].
pub fn judge(id: &ProviderId, entry: &ProviderEntry, development: bool) -> Vec<Fault> {
    Upstream::new(id, entry, development).err().unwrap_or_default()
}

impl Upstream {
    /// Puts an operator's entry and the catalogue's facts together; or says everything that does not fit.
    pub fn new(id: &ProviderId, entry: &ProviderEntry, development: bool) -> Result<Self, Vec<Fault>> {
        let (facts, mark) = facts(id, entry).map_err(|fault| vec![fault])?;
        let mut faults = faults_of_proof(id, &facts, entry);
        let settings = facts.settle(&entry.settings, development).map_err(|wrong| {
            // The field and the remedy say the rest.
            let fault = |said: String| {
                let (name, what) = said.split_once(' ').unwrap_or((&said, "is wrong"));
                let what = what.split(": ").next().unwrap_or(what).to_owned();
                Fault { remedy: remedy(&facts, name), field: format!("settings.{name}"), what }
            };
            faults.extend(wrong.into_iter().map(fault));
        });
        let Ok(settings) = settings else { return Err(faults) };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            name: entry.name.clone().unwrap_or_else(|| facts.name.clone()),
            scopes: entry.scopes.clone().unwrap_or_else(|| facts.scopes().into_iter().map(str::to_owned).collect()),
            trusted: entry.trust_email.unwrap_or(facts.email.trusted),
            client_id: entry.client_id.clone(),
            secret: entry.client_secret.clone().map(|secret| secret.0),
            keep_tokens: entry.keep_tokens,
            description: Description::default(),
            turns: Turns::default(),
            id: id.clone(),
            mark,
            settings,
            facts,
        })
    }

    /// What fills the places of its templates.
    pub fn values(&self) -> Values<'_> {
        Values::new(&self.settings, &self.client_id)
    }

    /// Whether it signs ID tokens.
    pub fn is_oidc(&self) -> bool {
        self.facts.protocol == Protocol::Oidc
    }

    /// Its button.
    pub fn button(&self) -> ProviderButton {
        let monogram = catalogue::monogram(&self.name);
        ProviderButton { id: self.id.to_string(), name: self.name.clone(), mark: self.mark, monogram }
    }
}

/// How a provider works and the mark it bears: from a file of the operator's own, or from the catalogue.
fn facts(id: &ProviderId, entry: &ProviderEntry) -> Result<(Provider, Option<&'static str>), Fault> {
    let fault = |field: &str, what: String, remedy: &str| Fault { field: field.to_owned(), what, remedy: remedy.to_owned() };
    if let Some(text) = &entry.file {
        let facts =
            Provider::read(text).map_err(|what| fault("file", in_one_line(&what), "docs/providers.md says what stands in such a file"))?;
        return Ok((facts, None));
    }
    let name = entry.like.as_deref().unwrap_or(id.as_str());
    match catalogue::find(name) {
        Some(Ok(found)) => Ok((found.facts, found.mark)),
        Some(Err(what)) => Err(fault("like", what, "choose another provider")),
        None => {
            let near = catalogue::ids().min_by_key(|known| crate::types::edit_distance(known, name)).unwrap_or("oidc");
            let remedy =
                format!("did you mean {near}? like = \"oidc\" takes any OpenID provider; housekey provider list --all shows every one");
            Err(fault("like", format!("there is no provider {name} in the catalogue"), &remedy))
        }
    }
}

/// What a parser says, without the picture of the line.
fn in_one_line(what: &str) -> String {
    let mut lines = what.trim().lines();
    match (lines.next(), lines.next_back()) {
        (Some(place), Some(why)) => format!("{place}: {why}"),
        _ => what.to_owned(),
    }
}

fn faults_of_proof(id: &ProviderId, facts: &Provider, entry: &ProviderEntry) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, what: &str, remedy: String| faults.push(Fault { field: field.into(), what: what.into(), remedy });
    let variable = ProviderEntry::secret_variable(id);
    let console = facts.console.as_deref().unwrap_or(&facts.documentation);
    if entry.client_id.trim().is_empty() {
        fault("client_id", "there is none", format!("register this server at {console}"));
    }
    match (&entry.client_secret, facts.token.authentication) {
        (None, Authentication::SignedSecret) => {
            fault("client_secret", "there is none", format!("let {variable}_FILE name the .p8 key"));
        }
        // A public client proves itself by PKCE alone. Servers that people host themselves let it.
        (None, _) if facts.protocol == Protocol::Oauth2 || !facts.authorization.pkce || facts.console.is_some() => {
            fault("client_secret", "there is none", format!("it is shown at {console}; set {variable} or {variable}_FILE"));
        }
        _ => {}
    }
    let asks = |scope: &str| entry.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|one| one == scope));
    if facts.protocol == Protocol::Oidc && !asks("openid") {
        fault("scopes", "has no openid, without which nobody says who the person is", "add \"openid\"".to_owned());
    }
    faults
}

/// What to do about a setting.
fn remedy(facts: &Provider, name: &str) -> String {
    match facts.settings.get(name) {
        Some(setting) => format!("{}, for example {}", setting.meaning, setting.example),
        None if facts.settings.is_empty() => "remove it".to_owned(),
        None => format!("there are: {}", facts.settings.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}
