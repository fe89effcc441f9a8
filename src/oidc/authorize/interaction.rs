//! Why must we stop and ask? Because nobody is signed in, because they must prove it again, or
//! because they have not allowed this app what it asks for.

use std::time::Duration;

use crate::app::App;
use crate::error::Result;
use crate::oidc::Client;
use crate::session::Session;
use crate::sign_in::{AppRequest, Flow};
use crate::types::UnixMillis;
use crate::user::{self, Person};

/// What a request still needs.
pub enum Needed {
    /// Nothing: this session may answer it.
    Nothing(Box<Session>),
    /// Somebody must sign in, or sign in again.
    SignIn,
    /// This person must allow it.
    Consent(Box<(Session, Person)>),
}

impl Needed {
    /// What `prompt=none` answers instead of asking (OpenID Connect Core §3.1.2.6).
    pub(super) fn error_for_none(&self) -> &'static str {
        match self {
            Self::Consent(_) => "consent_required",
            _ => "login_required",
        }
    }
}

/// Finds out. `flow` is the journey that the person has made for this request, if any.
pub async fn needed(app: &App, client: &Client, request: &AppRequest, session: Option<&Session>, flow: Option<&Flow>) -> Result<Needed> {
    let Some(session) = session else { return Ok(Needed::SignIn) };
    if !is_recent(request, session, flow.map(|flow| flow.began), app.clock.now()) {
        return Ok(Needed::SignIn);
    }
    let Some(person) = user::find(app.db.read(), session.user).await?.map(|user| user.person) else { return Ok(Needed::SignIn) };
    if user::gate(&person).is_err() {
        return Ok(Needed::SignIn);
    }
    let allowed = client.entry.first_party || flow.is_some_and(|flow| flow.allowed_by == Some(session.id));
    if allowed { Ok(Needed::Nothing(Box::new(session.clone()))) } else { Ok(Needed::Consent(Box::new((session.clone(), person)))) }
}

/// Whether the person proved who they are recently enough for this request.
fn is_recent(request: &AppRequest, session: &Session, flow_began: Option<UnixMillis>, now: UnixMillis) -> bool {
    let after_the_request = flow_began.is_some_and(|began| session.auth_time >= began);
    if after_the_request {
        return true;
    }
    if request.login {
        return false;
    }
    request.max_age.is_none_or(|age| now.since(session.auth_time) <= Duration::from_secs(age))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::Answer;
    use crate::types::{ClientId, SessionId, UserId};

    #[test]
    fn the_table() {
        let client = ClientId::parse("web").unwrap();
        let request = |login, max_age| AppRequest { login, max_age, ..AppRequest::new(&client, "", Answer::Code) };
        let session = |at| Session {
            id: SessionId(uuid::Uuid::nil()),
            user: UserId(uuid::Uuid::nil()),
            auth_time: UnixMillis(at),
            amr: vec![],
            last_seen_at: UnixMillis(at),
            expires_at: UnixMillis(i64::MAX),
        };
        let now = UnixMillis(100_000);
        for (login, max_age, auth_time, began, recent) in [
            (false, None, 0, None, true),
            (false, Some(10), 90_000, None, true),
            (false, Some(10), 89_999, None, false),
            (false, Some(0), 99_999, None, false),
            (false, Some(0), 99_999, Some(99_000), true),
            (true, None, 100_000, None, false),
            (true, None, 98_999, Some(99_000), false),
            (true, None, 99_000, Some(99_000), true),
        ] {
            let got = is_recent(&request(login, max_age), &session(auth_time), began.map(UnixMillis), now);
            assert_eq!(got, recent, "login {login}, max_age {max_age:?}, proved at {auth_time}, flow {began:?}");
        }
    }
}
