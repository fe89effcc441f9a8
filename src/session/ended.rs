//! Leaves word for the apps of a session that ends, in the change that ends it. Whether an app wants to hear of it, who
//! carries the word finds out: that is no business of sessions.

use std::time::Duration;

use super::family;
use crate::error::{Error, Result};
use crate::job::{Kind, NewJob};
use crate::types::{EndedSession, SessionId, UnixMillis, UserId};
use crate::work::Work;

/// An app that has not heard of it by then is told no more.
const WORTH_TELLING: Duration = Duration::from_hours(1);

/// One job for each app that was given tokens.
pub(super) async fn tell_apps(work: &mut Work<'_>, user: UserId, session: SessionId, began: UnixMillis) -> Result<()> {
    for (client, first) in family::clients_of_session(work.db(), (user, session)).await? {
        // Tokens that are older than the session came from the one that it replaced: the app may know only that one's name.
        let ended = EndedSession { client, user, session: (first >= began).then_some(session) };
        let payload = serde_json::to_vec(&ended).map_err(|error| Error::broken("an ended session cannot be written", error))?;
        let expires_at = work.now + WORTH_TELLING;
        work.later(&NewJob { kind: Kind::BackchannelLogout, payload: &payload, expires_at }, None)?;
    }
    Ok(())
}
