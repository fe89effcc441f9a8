//! What an OpenID provider says of itself (OpenID Connect Discovery 1.0 §3) and the keys it signs with, asked once and kept for
//! a while. Each provider has its own: a key of one never vouches for another, whatever its `kid`.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::configured::Upstream;
use super::failed::Failed;
use super::id_token;
use super::template::Template;
use crate::clock::Clock;
use crate::http_client::HttpClient;
use crate::types::UnixMillis;

/// How long a description and its keys are believed.
const FRESH: Duration = Duration::from_hours(1);
/// How soon the keys are asked for again because a token names one that is not among them.
const AGAIN: Duration = Duration::from_secs(30);

/// A provider's description, asked for when it is needed.
#[derive(Default)]
pub struct Description(Mutex<Option<Arc<Described>>>);

/// A description that was checked, and its keys.
pub struct Described {
    /// The addresses.
    pub metadata: Metadata,
    /// The keys.
    pub keys: Vec<Jwk>,
    at: UnixMillis,
    keys_at: UnixMillis,
}

/// What of the description is used.
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    /// Who signs.
    pub issuer: String,
    /// Where people go.
    pub authorization_endpoint: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// Where the profile is.
    pub userinfo_endpoint: Option<String>,
    /// Where the keys are.
    pub jwks_uri: String,
    /// Whether the answer names its issuer (RFC 9207 §3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Description {
    /// The description, from memory if it is fresh. People who come at the same time wait for one question.
    pub async fn get(&self, upstream: &Upstream, http: &HttpClient, clock: &Clock) -> Result<Arc<Described>, Failed> {
        let mut kept = self.0.lock().await;
        let now = clock.now();
        if let Some(described) = kept.as_ref().filter(|described| now.since(described.at) < FRESH) {
            return Ok(Arc::clone(described));
        }
        let metadata = ask_for_metadata(upstream, http).await?;
        let keys = ask_for_keys(&metadata, http).await?;
        let described = Arc::new(Described { metadata, keys, at: now, keys_at: now });
        *kept = Some(Arc::clone(&described));
        Ok(described)
    }

    /// The same with keys asked for again, because one is missing; or as it is, if they were asked for just now.
    pub async fn with_new_keys(&self, seen: &Arc<Described>, http: &HttpClient, clock: &Clock) -> Result<Arc<Described>, Failed> {
        let mut kept = self.0.lock().await;
        let now = clock.now();
        let latest = kept.clone().unwrap_or_else(|| Arc::clone(seen));
        if now.since(latest.keys_at) < AGAIN {
            return Ok(latest);
        }
        let keys = ask_for_keys(&latest.metadata, http).await?;
        let described = Arc::new(Described { metadata: latest.metadata.clone(), keys, at: latest.at, keys_at: now });
        *kept = Some(Arc::clone(&described));
        Ok(described)
    }
}

async fn ask_for_metadata(upstream: &Upstream, http: &HttpClient) -> Result<Metadata, Failed> {
    let values = upstream.values();
    let missing = |why: super::Missing| Failed::Misconfigured(why.to_string());
    let address = upstream.facts.discovery(&values).map_err(missing)?;
    let address = address.ok_or_else(|| Failed::Misconfigured("the provider has no description".into()))?;
    let metadata: Metadata = ask(&address, http).await?;
    let issuer = upstream.facts.issuer.as_ref().map(|issuer| issuer.url(&values)).transpose().map_err(missing)?;
    // §4.3. Where tokens name another issuer than the address suggests, the file says so.
    let written = upstream.facts.issuer_in_tokens.as_ref().map(Template::as_str);
    let fits = |named: &str| named.trim_end_matches('/') == metadata.issuer.trim_end_matches('/');
    if !(issuer.as_deref().is_some_and(fits) || written.is_some()) {
        return Err(Failed::Answer(format!("{address} describes {}", metadata.issuer.escape_debug())));
    }
    Ok(metadata)
}

async fn ask_for_keys(metadata: &Metadata, http: &HttpClient) -> Result<Vec<Jwk>, Failed> {
    let set: Value = ask(&metadata.jwks_uri, http).await?;
    id_token::keys(&set).ok_or_else(|| Failed::Answer(format!("{} sent no keys", metadata.jwks_uri)))
}

async fn ask<T: for<'de> Deserialize<'de>>(address: &str, http: &HttpClient) -> Result<T, Failed> {
    let answer = http.get(address).await?;
    if answer.status() != 200 {
        return Err(Failed::Answer(format!("{address} answered {}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(|why| Failed::Answer(format!("{address} sent something else than expected: {why}")))
}
