//! The keys of this installation, in memory: which one signs, which ones verify, and the bytes of the
//! JWKS as they are served. Read again every few seconds, and swapped as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::jwk::JwkSet;
use serde::de::DeserializeOwned;

use super::life::{LEARN_EVERY, State};
use super::rotate;
use super::sign::Unverified;
use super::store::{self, LoadedKey};
use crate::app::App;
use crate::clock::Clock;
use crate::config::SigningAlgorithm;
use crate::error::{Error, Result};
use crate::types::UnixMillis;

/// Keys ready for use. Shared by all threads.
pub struct Keys {
    clock: Clock,
    set: RwLock<Arc<KeySet>>,
}

struct KeySet {
    /// The newest first.
    keys: Vec<LoadedKey>,
    /// For each selection of algorithms, in their order.
    published: BTreeMap<Vec<SigningAlgorithm>, PublicSet>,
}

/// A JWKS as bytes, with its entity tag.
#[derive(Clone)]
pub struct PublicSet {
    /// The JSON document.
    pub body: actix_web::web::Bytes,
    /// A strong entity tag, quoted.
    pub etag: String,
}

impl Keys {
    /// Loads the keys; makes those that are missing.
    pub async fn load(app: &App) -> Result<Self> {
        let mut keys = store::load(&app.db, &app.crypto, &[]).await?;
        let missing = |keys: &[LoadedKey], algorithm| keys.iter().all(|one| one.key.algorithm != algorithm);
        let missing: Vec<_> = SigningAlgorithm::ALL.iter().copied().filter(|algorithm| missing(&keys, *algorithm)).collect();
        if !missing.is_empty() {
            rotate::make_missing(app, &missing).await?;
            keys = store::load(&app.db, &app.crypto, &[]).await?;
        }
        let set = KeySet::new(keys, app.clock.now())?;
        Ok(Self { clock: app.clock.clone(), set: RwLock::new(Arc::new(set)) })
    }

    /// Reads the table again: another replica may have made a key, or a key's time may be over.
    pub async fn learn(&self, app: &App) -> Result<()> {
        let keys = store::load(&app.db, &app.crypto, &self.set().keys).await?;
        let set = Arc::new(KeySet::new(keys, app.clock.now())?);
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = set;
        Ok(())
    }

    /// Does so for ever.
    pub async fn keep_learning(&self, app: &App) {
        loop {
            tokio::time::sleep(LEARN_EVERY).await;
            if let Err(error) = self.learn(app).await {
                tracing::warn!(%error, "the signing keys cannot be read; those known go on");
            }
        }
    }

    fn set(&self) -> Arc<KeySet> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Signs claims with the key of that algorithm whose turn it is.
    pub fn sign(&self, algorithm: SigningAlgorithm, typ: &str, claims: &impl serde::Serialize) -> Result<String> {
        let (set, now) = (self.set(), self.clock.now());
        let one = set.keys.iter().find(|one| one.key.algorithm == algorithm && one.life.state(now) == State::Signing);
        one.ok_or_else(|| Error::broken("no key signs with this algorithm", algorithm.as_str()))?.key.sign(typ, claims)
    }

    /// Reads a token that we signed: its `kid` must be one of our keys, its `alg` that key's, its `typ`
    /// the one given, and it must have no `crit`. Times, issuer and audience are the caller's to check.
    pub fn verify<C: DeserializeOwned + Clone>(&self, token: &str, typ: &str) -> Result<C, Unverified> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Unverified)?;
        let plain = header.crit.is_none() && header.typ.as_deref() == Some(typ);
        let (set, now) = (self.set(), self.clock.now());
        let signer = |one: &&LoadedKey| Some(&one.key.kid) == header.kid.as_ref() && super::sign::jose(one.key.algorithm) == header.alg;
        let one = set.keys.iter().find(signer).filter(|one| plain && one.life.state(now) != State::Gone);
        one.ok_or(Unverified)?.key.verify(token)
    }

    /// The JWKS of these algorithms. Convex's customJwt refuses sets with keys it does not know.
    pub fn public_set(&self, algorithms: &[SigningAlgorithm]) -> Option<PublicSet> {
        let mut algorithms = algorithms.to_vec();
        algorithms.sort_unstable();
        algorithms.dedup();
        self.set().published.get(&algorithms).cloned()
    }
}

impl KeySet {
    fn new(keys: Vec<LoadedKey>, now: UnixMillis) -> Result<Self> {
        let mut published = BTreeMap::new();
        for algorithms in selections() {
            let chosen = keys.iter().filter(|one| algorithms.contains(&one.key.algorithm) && one.life.state(now) != State::Gone);
            let set = JwkSet { keys: chosen.map(|one| one.key.jwk.clone()).collect() };
            let body = serde_json::to_vec(&set).map_err(|error| Error::broken("the JWKS cannot be written", error))?;
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
            let etag = format!("\"{}\"", super::b64(&digest.as_ref()[..12]));
            published.insert(algorithms, PublicSet { body: body.into(), etag });
        }
        Ok(Self { keys, published })
    }
}

/// Every selection of algorithms, each in order.
fn selections() -> Vec<Vec<SigningAlgorithm>> {
    let mut all = vec![Vec::new()];
    for algorithm in SigningAlgorithm::ALL {
        let with: Vec<_> = all.iter().map(|chosen: &Vec<_>| chosen.iter().copied().chain([*algorithm]).collect()).collect();
        all.extend(with);
    }
    all
}
