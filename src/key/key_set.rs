//! The keys of this installation, in memory: which one signs, which ones verify, and the bytes of the
//! JWKS as they are served.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::jwk::JwkSet;
use serde::de::DeserializeOwned;

use super::sign::{SigningKey, Unverified};
use super::store::{self, NewKey};
use crate::app::App;
use crate::audit::Event;
use crate::config::SigningAlgorithm;
use crate::error::{Error, Result};
use crate::work::Actor;

/// Keys ready for use. Shared by all threads; replaced as a whole when keys rotate.
pub struct Keys {
    set: RwLock<Arc<KeySet>>,
}

struct KeySet {
    keys: Vec<SigningKey>,
    published: BTreeMap<Option<SigningAlgorithm>, PublicSet>,
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
    /// Loads the keys; makes those that are missing. Two replicas may do so at once: one wins.
    pub async fn load(app: &App) -> Result<Self> {
        let mut keys = store::load(&app.db, &app.crypto).await?;
        let missing: Vec<_> = SigningAlgorithm::ALL.iter().copied().filter(|a| keys.iter().all(|key| key.algorithm != *a)).collect();
        if !missing.is_empty() {
            // Made before the transaction begins: an RSA key takes a while.
            let mut new = Vec::new();
            for algorithm in missing {
                let pkcs8 = SigningKey::generate(algorithm)?;
                new.push(NewKey { key: SigningKey::from_pkcs8(algorithm, &pkcs8)?, pkcs8 });
            }
            let mut work = app.begin(Actor::System).await?;
            for key in new {
                let (kid, algorithm) = (key.key.kid.clone(), key.key.algorithm);
                if store::insert_first(&mut work, key).await? {
                    work.record(Event::KeyCreated { kid, algorithm: algorithm.as_str() });
                }
            }
            work.commit().await?;
            keys = store::load(&app.db, &app.crypto).await?;
        }
        Ok(Self { set: RwLock::new(Arc::new(KeySet::new(keys)?)) })
    }

    fn set(&self) -> Arc<KeySet> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Signs claims with the current key of that algorithm.
    pub fn sign(&self, algorithm: SigningAlgorithm, typ: &str, claims: &impl serde::Serialize) -> Result<String> {
        let set = self.set();
        let key = set.keys.iter().find(|key| key.algorithm == algorithm);
        key.ok_or_else(|| Error::broken("no key signs with this algorithm", algorithm.as_str()))?.sign(typ, claims)
    }

    /// Reads a token that we signed: its `kid` must be one of our keys, its `alg` that key's, its `typ`
    /// the one given, and it must have no `crit`. Times, issuer and audience are the caller's to check.
    pub fn verify<C: DeserializeOwned + Clone>(&self, token: &str, typ: &str) -> Result<C, Unverified> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Unverified)?;
        let plain = header.crit.is_none() && header.typ.as_deref() == Some(typ);
        let set = self.set();
        let key = set.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref() && super::sign::jose(key.algorithm) == header.alg);
        key.filter(|_| plain).ok_or(Unverified)?.verify(token)
    }

    /// The JWKS, whole or of one algorithm (Convex's customJwt refuses sets with keys it does not know).
    pub fn public_set(&self, algorithm: Option<SigningAlgorithm>) -> Option<PublicSet> {
        self.set().published.get(&algorithm).cloned()
    }
}

impl KeySet {
    fn new(keys: Vec<SigningKey>) -> Result<Self> {
        let mut published = BTreeMap::new();
        for choice in std::iter::once(None).chain(SigningAlgorithm::ALL.iter().copied().map(Some)) {
            let chosen = keys.iter().filter(|key| choice.is_none_or(|algorithm| key.algorithm == algorithm));
            let set = JwkSet { keys: chosen.map(|key| key.jwk.clone()).collect() };
            let body = serde_json::to_vec(&set).map_err(|error| Error::broken("the JWKS cannot be written", error))?;
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
            let etag = format!("\"{}\"", super::b64(&digest.as_ref()[..12]));
            published.insert(choice, PublicSet { body: body.into(), etag });
        }
        Ok(Self { keys, published })
    }
}
