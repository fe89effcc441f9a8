//! A provider and the means to call it.

use std::sync::Arc;

use super::configured::Upstream;
use super::description::Described;
use super::failed::Failed;
use super::template::{Missing, Template};
use crate::app::App;

/// A provider and the means to call it.
#[derive(Clone, Copy)]
pub(super) struct Connection<'a> {
    pub(super) app: &'a App,
    pub(super) upstream: &'a Upstream,
}

impl Connection<'_> {
    /// Where people go.
    pub(super) async fn authorization_endpoint(&self) -> Result<String, Failed> {
        match &self.upstream.facts.endpoints {
            Some(endpoints) => self.fill(&endpoints.authorization),
            None => Ok(self.described().await?.metadata.authorization_endpoint.clone()),
        }
    }

    /// Where codes become tokens.
    pub(super) async fn token_endpoint(&self) -> Result<String, Failed> {
        match &self.upstream.facts.endpoints {
            Some(endpoints) => self.fill(&endpoints.token),
            None => Ok(self.described().await?.metadata.token_endpoint.clone()),
        }
    }

    /// Where the profile is, by the provider's description.
    pub(super) async fn userinfo_endpoint(&self) -> Result<String, Failed> {
        let described = self.described().await?;
        described.metadata.userinfo_endpoint.clone().ok_or_else(|| Failed::Answer("its description names no userinfo endpoint".into()))
    }

    /// What an OpenID provider says of itself.
    pub(super) async fn described(&self) -> Result<Arc<Described>, Failed> {
        self.upstream.description.get(self.upstream, &self.app.http, &self.app.clock).await
    }

    /// The same with its latest keys.
    pub(super) async fn with_new_keys(&self, seen: &Arc<Described>) -> Result<Arc<Described>, Failed> {
        self.upstream.description.with_new_keys(seen, &self.app.http, &self.app.clock).await
    }

    fn fill(&self, template: &Template) -> Result<String, Failed> {
        template.url(&self.upstream.values()).map_err(|why: Missing| Failed::Misconfigured(why.to_string()))
    }
}
