//! A new key takes over from an old one. Both are in the JWKS long before and long after, so that nobody meets a
//! token that they cannot verify.

use std::time::Duration;

use super::life::{Life, PUBLISHED_BEFORE, State, verifies_for};
use super::sign::SigningKey;
use super::store::{self, KeyLine, NewKey};
use crate::app::App;
use crate::audit::Event;
use crate::config::SigningAlgorithm;
use crate::error::{Error, Result};
use crate::types::UnixMillis;
use crate::work::Actor;

/// Two who rotate at once in one emergency mean the same rotation.
const JUST_NOW: Duration = Duration::from_secs(30);

/// When the new key begins to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// When everybody has had the time to learn it.
    Announced,
    /// At once: an old key is in the wrong hands.
    AtOnce,
}

/// What came of a rotation.
#[derive(Debug, Clone)]
pub enum Rotated {
    /// There is a new key.
    To(String, Life),
    /// Somebody else has just made one, or one is waiting for its turn.
    Already(String, Life),
}

/// What came of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is gone.
    Yes,
    /// It signs or is about to, and nothing would take its place.
    StillSigns,
    /// There is no such key.
    Unknown,
}

/// Makes the keys of algorithms that have none. Two replicas may do so at once: one wins.
pub(super) async fn make_missing(app: &App, missing: &[SigningAlgorithm]) -> Result<()> {
    for algorithm in missing {
        // Made before the transaction begins: an RSA key takes a while.
        let new = make(*algorithm).await?;
        let mut work = app.begin(Actor::System).await?;
        if store::last(&work, *algorithm).await?.is_none() {
            work.record(Event::KeyCreated { kid: new.key.kid.clone(), algorithm: algorithm.as_str() });
            let now = work.now;
            store::insert(&mut work, new, now).await?;
            work.commit().await?;
        }
    }
    Ok(())
}

async fn make(algorithm: SigningAlgorithm) -> Result<NewKey> {
    let making = tokio::task::spawn_blocking(move || {
        let pkcs8 = SigningKey::generate(algorithm)?;
        Ok(NewKey { key: SigningKey::from_pkcs8(algorithm, &pkcs8)?, pkcs8 })
    });
    making.await.map_err(|error| Error::broken("cannot make a key", error))?
}

/// Rotates an algorithm's key. Fifty at once make one new key: each names the key that it saw, and only one of them still
/// finds it the last.
pub async fn rotate(app: &App, actor: Actor, algorithm: SigningAlgorithm, pace: Pace) -> Result<Rotated> {
    let before = last(app, algorithm).await?;
    if let Some(key) = before.as_ref().filter(|key| is_done(&key.life, pace, app.clock.now())) {
        return Ok(Rotated::Already(key.kid.clone(), key.life));
    }
    let new = make(algorithm).await?;
    let mut work = app.begin(actor).await?;
    if let Some((kid, life)) = &store::last(&work, algorithm).await?
        && before.is_none_or(|before| before.kid != *kid)
    {
        return Ok(Rotated::Already(kid.clone(), *life));
    }
    let signs_from = if pace == Pace::AtOnce { work.now } else { work.now + PUBLISHED_BEFORE };
    let kid = new.key.kid.clone();
    store::retire(&work, algorithm, signs_from, signs_from + verifies_for(&app.config.tokens)).await?;
    store::insert(&mut work, new, signs_from).await?;
    work.record(Event::KeyRotated { kid: kid.clone(), algorithm: algorithm.as_str(), at_once: pace == Pace::AtOnce });
    let life = Life { published_at: work.now, signs_from, signs_until: None, gone_at: None };
    work.commit().await?;
    Ok(Rotated::To(kid, life))
}

/// Whether what is asked for has been done already: by a key that waits for its turn, or by one that took its turn just now.
fn is_done(life: &Life, pace: Pace, now: UnixMillis) -> bool {
    match pace {
        Pace::Announced => life.state(now) == State::Next,
        Pace::AtOnce => life.state(now) == State::Signing && now.since(life.published_at) < JUST_NOW,
    }
}

async fn last(app: &App, algorithm: SigningAlgorithm) -> Result<Option<KeyLine>> {
    let keys = store::list(&app.db).await?;
    Ok(keys.into_iter().find(|key| key.algorithm == algorithm.as_str() && key.life.signs_until.is_none()))
}

/// Rotates what has signed for longer than `tokens.key_rotation`. For the schedule of every replica.
pub async fn rotate_due(app: &App) -> Result<()> {
    let Some(every) = app.config.tokens.key_rotation else { return Ok(()) };
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        let due = last(app, algorithm).await?.is_some_and(|key| key.life.published_at + every <= app.clock.now());
        if due && let Rotated::To(kid, life) = rotate(app, Actor::System, algorithm, Pace::Announced).await? {
            tracing::info!(%kid, %algorithm, signs_from = ?life.signs_from, "a new signing key was published");
        }
    }
    Ok(())
}

/// Takes a key away at once: everything it signed is refused from now on, here and wherever the JWKS is read again.
pub async fn revoke(app: &App, actor: Actor, kid: &str) -> Result<Revoked> {
    let Some(key) = store::list(&app.db).await?.into_iter().find(|key| key.kid == kid) else { return Ok(Revoked::Unknown) };
    let mut work = app.begin(actor).await?;
    let Some(algorithm) = SigningAlgorithm::parse(&key.algorithm) else { return Ok(Revoked::Unknown) };
    // Also takes the lock: nobody rotates meanwhile.
    let Some((last, life)) = store::last(&work, algorithm).await? else { return Ok(Revoked::StillSigns) };
    if last == kid || (key.life.state(work.now) == State::Signing && life.signs_from > work.now) {
        return Ok(Revoked::StillSigns);
    }
    if !store::remove(&work, kid).await? {
        return Ok(Revoked::Unknown);
    }
    work.record(Event::KeyRevoked { kid: kid.to_owned(), algorithm: algorithm.as_str() });
    work.commit().await?;
    Ok(Revoked::Yes)
}
