//! The keys of clients that publish them (`jwks_uri`, RFC 7591 §2): asked for when they are needed, and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::app::App;
use crate::config::ClientKeys;
use crate::types::UnixMillis;

/// After that they are asked for again.
const FRESH: Duration = Duration::from_mins(5);
/// The same where a signature is by none of them: there may be new ones. Whoever makes signatures up cannot make us ask more often.
const AGAIN: Duration = Duration::from_secs(10);
/// For so long they count while nobody answers.
const KEPT: Duration = Duration::from_hours(24);

/// Keys by their address.
#[derive(Default)]
pub(super) struct RemoteKeys(Mutex<HashMap<String, Arc<Place>>>);

/// One address: whoever needs its keys waits for whoever asks, and nobody for another address.
type Place = tokio::sync::Mutex<Option<Kept>>;

struct Kept {
    keys: Arc<ClientKeys>,
    /// When they came.
    at: UnixMillis,
    /// When they were last asked for.
    asked_at: UnixMillis,
}

impl RemoteKeys {
    /// The keys at this address; newer ones, if a signature is by none of them. Or why there are none.
    pub(super) async fn get(&self, app: &App, address: &str, is_news: bool) -> Result<Arc<ClientKeys>, String> {
        let place = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(address.to_owned()).or_default())
        };
        let mut kept = place.lock().await;
        let now = app.clock.now();
        let fresh = if is_news { AGAIN } else { FRESH };
        if let Some(kept) = kept.as_ref().filter(|kept| now.since(kept.asked_at) < fresh) {
            return Ok(Arc::clone(&kept.keys));
        }
        match ask(app, address).await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                *kept = Some(Kept { keys: Arc::clone(&keys), at: now, asked_at: now });
                Ok(keys)
            }
            Err(why) => match kept.as_mut().filter(|kept| now.since(kept.at) < KEPT) {
                Some(kept) => {
                    tracing::warn!(address, %why, "a client's keys cannot be fetched; those of before count");
                    kept.asked_at = now;
                    Ok(Arc::clone(&kept.keys))
                }
                None => Err(why),
            },
        }
    }
}

async fn ask(app: &App, address: &str) -> Result<ClientKeys, String> {
    let answer = app.http.get(address).await.map_err(|why| why.to_string())?;
    if answer.status() != 200 {
        return Err(format!("{address} answered {}", answer.status()));
    }
    let set: Value = serde_json::from_slice(answer.body()).map_err(|why| format!("{address} sent no JSON: {why}"))?;
    ClientKeys::of_others(&set).map_err(|why| format!("{address} {why}"))
}
