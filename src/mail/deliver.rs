//! From the outbox to the relay. Letters are jobs: written in the transaction that caused them, tried
//! until they have gone or are of no use any more. No page ever waits for this.

use std::sync::Arc;
use std::time::Duration;

use super::transport::{Transport, Undelivered};
use crate::app::App;
use crate::audit::Event;
use crate::db::Condition;
use crate::error::{Error, Result};
use crate::job::{Done, Kind, NewJob, Worker};
use crate::types::{Envelope, JobId};
use crate::work::{Actor, Ledger};

/// How many letters of a kind go at once.
pub const AT_ONCE: usize = 4;
/// How long one may take in all.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Puts letters into the outbox.
pub fn post(ledger: &mut Ledger<'_>, letters: &[Envelope]) -> Result<()> {
    for letter in letters {
        ledger.later(&NewJob { kind: Kind::Letter, payload: &payload(letter)?, expires_at: letter.until }, None)?;
    }
    Ok(())
}

/// The same, if this holds when the change is committed.
pub fn post_if(ledger: &mut Ledger<'_>, letters: &[Envelope], holds: &Condition) -> Result<()> {
    for letter in letters {
        let job = NewJob { kind: Kind::Letter, payload: &payload(letter)?, expires_at: letter.until };
        ledger.later(&job, Some(holds.clone()))?;
    }
    Ok(())
}

fn payload(letter: &Envelope) -> Result<Vec<u8>> {
    serde_json::to_vec(letter).map_err(|error| Error::broken("a letter cannot be kept", error))
}

/// Who delivers.
pub fn worker(app: &Arc<App>, transport: Transport) -> Worker {
    let app = Arc::clone(app);
    let handler = Arc::new(move |id, payload: Vec<u8>| {
        let (app, transport) = (Arc::clone(&app), transport.clone());
        Box::pin(async move { deliver(&app, &transport, id, &payload).await }) as _
    });
    Worker::new(Kind::Letter, AT_ONCE, PATIENCE, handler)
}

async fn deliver(app: &App, transport: &Transport, id: JobId, payload: &[u8]) -> Done {
    match serde_json::from_slice(payload) {
        Ok(letter) => hand_over(app, transport, id, &letter).await.into(),
        Err(error) => Done::Never(format!("it cannot be read: {error}")),
    }
}

/// Hands a letter to the relay, or says why it did not go.
pub async fn hand_over(app: &App, transport: &Transport, id: JobId, letter: &Envelope) -> Result<(), Undelivered> {
    let handed = transport.send(letter, id, &app.config.issuer.host()).await;
    if let Err(Undelivered::Never(why)) = &handed {
        let mut ledger = app.ledger(Actor::System);
        ledger.record(Event::LetterRefused { job: id, why: why.clone() });
        if let Err(error) = ledger.commit().await {
            tracing::warn!(%error, "a refused letter cannot be recorded");
        }
    }
    handed
}

impl From<Result<(), Undelivered>> for Done {
    fn from(handed: Result<(), Undelivered>) -> Self {
        match handed {
            Ok(()) => Self::Yes,
            Err(Undelivered::Down(why) | Undelivered::Later(why)) => Self::NotYet(why),
            Err(Undelivered::Never(why)) => Self::Never(why),
        }
    }
}
