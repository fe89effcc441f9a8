//! All clients, in memory. What the configuration file registers is here from the start; what the
//! command line registers is read again when it is a few seconds old.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::remote_keys::RemoteKeys;
use super::{Client, store};
use crate::app::App;
use crate::config::{SigningAlgorithm, Tokens};
use crate::error::Result;
use crate::types::{ClientId, Origin, UnixMillis};

const FRESH: Duration = Duration::from_secs(5);
/// An unknown origin may have been registered just now; looking costs one query, at most once in this time.
const FRESH_FOR_UNKNOWN: Duration = Duration::from_millis(500);

/// The clients of this server.
pub struct Clients {
    configured: BTreeMap<ClientId, Arc<Client>>,
    known: RwLock<Arc<Known>>,
    pub(super) remote_keys: RemoteKeys,
}

#[derive(Default)]
struct Known {
    by_id: BTreeMap<ClientId, Arc<Client>>,
    origins: BTreeSet<Origin>,
    read_at: Option<UnixMillis>,
}

impl Clients {
    /// The clients of the configuration, and whatever else the development server brings.
    pub fn new(app: &App, more: impl IntoIterator<Item = Client>) -> Self {
        let from_file = app.config.clients.iter().map(|(id, entry)| Client::new(&app.crypto, id.clone(), entry.clone()));
        let configured = more.into_iter().chain(from_file).map(|client| (client.id.clone(), Arc::new(client))).collect();
        Self { configured, known: RwLock::default(), remote_keys: RemoteKeys::default() }
    }

    /// A client by its identifier. One that is unknown may have been registered just now: whoever did that tries it at once.
    pub async fn find(&self, app: &App, id: &str) -> Result<Option<Arc<Client>>> {
        let Some(id) = ClientId::parse(id) else { return Ok(None) };
        if let Some(client) = self.known(app, FRESH).await?.by_id.get(&id) {
            return Ok(Some(Arc::clone(client)));
        }
        Ok(store::find(app.db.read(), &id).await?.map(Arc::new))
    }

    /// What people call a client; its identifier, if it is gone.
    pub async fn name_of(&self, app: &App, id: &ClientId) -> Result<String> {
        Ok(self.find(app, id.as_str()).await?.map_or_else(|| id.to_string(), |client| client.name().to_owned()))
    }

    /// Whether scripts of any client may call from there.
    pub async fn is_origin(&self, app: &App, origin: &str) -> Result<bool> {
        let Ok(origin) = Origin::parse(origin) else { return Ok(false) };
        if self.configured.values().any(|client| client.may_call_from(origin.as_str())) {
            return Ok(true);
        }
        if self.known(app, FRESH).await?.origins.contains(&origin) {
            return Ok(true);
        }
        Ok(self.known(app, FRESH_FOR_UNKNOWN).await?.origins.contains(&origin))
    }

    /// Every identifier, for saying which one was probably meant.
    pub async fn ids(&self, app: &App) -> Result<Vec<ClientId>> {
        Ok(self.known(app, FRESH).await?.by_id.keys().cloned().collect())
    }

    /// All of them, by identifier.
    pub async fn all(&self, app: &App) -> Result<Vec<Arc<Client>>> {
        Ok(self.known(app, FRESH).await?.by_id.values().cloned().collect())
    }

    /// What the tokens of any of them are signed with, as far as this replica knows by now: no database call.
    pub fn algorithms(&self, tokens: &Tokens) -> Vec<SigningAlgorithm> {
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        let clients = self.configured.values().chain(known.by_id.values());
        clients.map(|client| client.algorithm(tokens)).chain([tokens.signing]).collect()
    }

    /// Reads what the command line registers again every few seconds, for ever, also when nobody asks for a client.
    pub async fn keep_learning(&self, app: &App) {
        loop {
            tokio::time::sleep(FRESH).await;
            if let Err(error) = self.known(app, Duration::ZERO).await {
                tracing::warn!(%error, "the clients cannot be read; those known go on");
            }
        }
    }

    /// Whether the configuration file registers this one: the command line cannot change it then.
    pub fn is_configured(&self, id: &ClientId) -> bool {
        self.configured.contains_key(id)
    }

    async fn known(&self, app: &App, fresh: Duration) -> Result<Arc<Known>> {
        let now = app.clock.now();
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        if known.read_at.is_some_and(|at| now.since(at) < fresh) {
            return Ok(known);
        }
        // Several may read at once when it gets old; each finds the same rows.
        let stored = store::list(app.db.read()).await?.into_iter().map(|client| (client.id.clone(), Arc::new(client)));
        let by_id: BTreeMap<_, _> = stored.chain(self.configured.clone()).collect();
        let origins = by_id.values().flat_map(|client| client.origins.iter().cloned()).collect();
        let known = Arc::new(Known { by_id, origins, read_at: Some(now) });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&known);
        Ok(known)
    }
}
