//! A session that ended, as an app is told of it.

use serde::{Deserialize, Serialize};

use super::{ClientId, SessionId, UserId};

/// Who is to be told, and of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSession {
    /// The app.
    pub client: ClientId,
    /// The person.
    pub user: UserId,
    /// The session, where the app knows it by this name.
    pub session: Option<SessionId>,
}
