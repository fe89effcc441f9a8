//! Everything that happens by itself, and how often. Safe on every replica at once: a job has one worker at
//! a time, and clean-up removes rows that nobody else needs, in small batches.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::Result;
use crate::job::Worker;
use crate::key::Keys;
use crate::mail::Transport;
use crate::oidc::Clients;
use crate::{account, audit, credential, email_challenge, identity, key, limit, mail, oidc, session, spent, upstream};

const BATCH: u64 = 500;
const DAY: Duration = Duration::from_hours(24);
const AUDIT_KEPT: Duration = Duration::from_hours(9600);

/// Who does what was left for later.
pub fn workers(app: &Arc<App>, transport: Transport, (keys, clients): (Arc<Keys>, Arc<Clients>)) -> Vec<Worker> {
    vec![
        mail::worker(app, transport.clone()),
        email_challenge::worker(app, transport),
        oidc::backchannel_logout::worker(app, keys, clients),
    ]
}

/// A minute after the start, for servers that are started often, and then every ten minutes, for ever: rotates signing keys that are
/// old, and removes what is over.
pub async fn run(app: Arc<App>) {
    let mut pause = Duration::from_mins(1);
    loop {
        tokio::time::sleep(pause).await;
        pause = Duration::from_mins(10);
        if let Err(error) = key::rotate_due(&app).await {
            tracing::warn!(%error, "a signing key is due for rotation and could not be rotated; it will be tried again");
        }
        if let Err(error) = clean_up(&app).await {
            tracing::warn!(%error, "clean-up failed; it will be tried again");
        }
    }
}

/// Does what a week has been waited for, and removes what is over. Says how many rows went.
pub async fn clean_up(app: &App) -> Result<u64> {
    let now = app.clock.now();
    let db = app.db.write();
    let mut gone = limit::remove_forgotten(db, now - DAY).await?;
    gone += account::leave::remove_due(app).await?;
    account::replace::make_due(app).await?;
    gone += key::remove_gone(db, now - DAY).await?;
    let mut looked_at = Some(Vec::new());
    while let Some(after) = looked_at {
        let (removed, last) = limit::remove_expired(db, now, (&after, BATCH)).await?;
        (gone, looked_at) = (gone + removed, last);
        requests_first().await;
    }
    loop {
        let mut batch = credential::remove_expired(db, now, BATCH).await?;
        batch += spent::remove_expired(db, now, BATCH).await?;
        batch += session::remove_expired(db, now, BATCH).await?;
        batch += session::family::remove_expired(app, BATCH).await?;
        batch += oidc::authorize::remove_expired(db, now, BATCH).await?;
        batch += oidc::pushed::remove_expired(db, now, BATCH).await?;
        batch += oidc::device::remove_expired(db, now, BATCH).await?;
        batch += oidc::spent_jti::remove_expired(db, now, BATCH).await?;
        batch += email_challenge::remove_expired(app, BATCH).await?;
        batch += upstream::remove_expired(db, now, BATCH).await?;
        batch += identity::remove_expired(db, now, BATCH).await?;
        batch += audit::remove_before(db, now - AUDIT_KEPT, BATCH).await?;
        gone += batch;
        if batch == 0 {
            return Ok(gone);
        }
        requests_first().await;
    }
}

async fn requests_first() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
