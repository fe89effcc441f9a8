//! What has been proved so far, where a second step is asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Proofs;
use crate::app::App;
use crate::credential;
use crate::error::Result;
use crate::types::{UnixMillis, UserId};
use crate::work::Work;

/// How long the first step counts.
const PATIENCE: Duration = Duration::from_mins(10);

/// The first step, carried by the journey, in its browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proved {
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

/// Nothing that was proved with a way in holds once that way is gone: the password has been changed, the identity taken away.
pub async fn still_counts(work: &Work<'_>, proved: &Proved) -> Result<bool> {
    match proved.proofs.credential() {
        Some(id) => credential::still_has(work.db(), proved.user, id).await,
        None => Ok(true),
    }
}
