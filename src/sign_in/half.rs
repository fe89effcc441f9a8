//! What has been proved so far, where a second step is asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Proofs;
use crate::app::App;
use crate::credential;
use crate::error::Result;
use crate::spent;
use crate::types::{UnixMillis, UserId};
use crate::work::Work;

/// How long the first step counts.
const PATIENCE: Duration = Duration::from_mins(10);

/// The first step, carried by the journey, in its browser. It leads to one session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proved {
    /// Its name, spent with the second step.
    pub id: Uuid,
    /// Who it is.
    pub user: UserId,
    /// By what.
    pub proofs: Proofs,
    /// When.
    pub at: UnixMillis,
}

/// Whether it still counts, as far as the time goes.
pub fn counts(app: &App, proved: &Proved) -> bool {
    app.clock.now().since(proved.at) <= PATIENCE
}

/// Uses it up, in the change that begins the session. Fifty at once: one does. Nothing that was proved with a way in holds once that
/// way is gone: the password has been changed, the identity taken away.
pub async fn spend(work: &Work<'_>, proved: &Proved) -> Result<bool> {
    let is_there = match proved.proofs.credential() {
        Some(id) => credential::still_has(work.db(), proved.user, id).await?,
        None => true,
    };
    Ok(is_there && spent::spend(work, (proved.id, proved.at + PATIENCE)).await?)
}
