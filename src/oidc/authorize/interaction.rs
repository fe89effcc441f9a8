//! Why must we stop and ask? Because nobody is signed in, because they must prove it again, say which
//! account it is, or have not allowed this app what it asks for.

use std::time::Duration;

use crate::app::App;
use crate::error::Result;
use crate::oidc::{Client, consent};
use crate::session::Session;
use crate::sign_in::{AppRequest, Flow};
use crate::types::UnixMillis;
use crate::user::{self, Person};

/// What a request still needs.
pub enum Needed {
    /// Nothing: this session may answer it.
    Nothing(Box<Session>),
    /// Somebody must sign in.
    SignIn,
    /// Whoever is signed in must prove it again, or more strongly.
    Again,
    /// The app means somebody else than who has just signed in (OpenID Connect Core §3.1.2.2): it gets nobody.
    SomebodyElse,
    /// This person must say that it is this account.
    Choice(Box<(Session, Person)>),
    /// This person must allow it.
    Consent(Box<(Session, Person)>),
}

impl Needed {
    /// What `prompt=none` answers instead of asking (OpenID Connect Core §3.1.2.6).
    pub(super) fn error_for_none(&self) -> &'static str {
        match self {
            Self::Consent(_) => "consent_required",
            Self::Choice(_) => "interaction_required",
            _ => "login_required",
        }
    }
}

/// Finds out. `flow` is the journey that the person has made for this request, if any.
pub async fn needed(app: &App, client: &Client, request: &AppRequest, session: Option<&Session>, flow: Option<&Flow>) -> Result<Needed> {
    let Some(session) = session else { return Ok(Needed::SignIn) };
    let just_now = flow.is_some_and(|flow| session.auth_time >= flow.began);
    if request.hinted.is_some_and(|hinted| hinted != session.user) {
        return Ok(if just_now { Needed::SomebodyElse } else { Needed::SignIn });
    }
    let proved = just_now || is_recent(request, session, app.clock.now());
    // OpenID Connect Core §3.1.2.1: what was asked for is never met by less.
    if !proved || request.two_steps && !session.is_two_steps() {
        return Ok(Needed::Again);
    }
    let Some(person) = user::look(&app.db, session.user).await? else { return Ok(Needed::SignIn) };
    if user::gate(&person).is_err() {
        return Ok(Needed::SignIn);
    }
    // RFC 8252 §8.6: any program on the device can pretend to be this app, so a person is always asked something.
    let pretended = client.can_be_pretended(&request.redirect_uri);
    let chosen = just_now || flow.is_some_and(|flow| flow.chosen == Some(session.id));
    if !chosen && (request.select_account || pretended && client.entry.first_party) {
        return Ok(Needed::Choice(Box::new((session.clone(), person))));
    }
    let allowed_now = flow.is_some_and(|flow| flow.allowed_by == Some(session.id));
    let silent = !request.consent && (client.entry.first_party || !pretended);
    let allowed =
        (silent || allowed_now) && (client.entry.first_party || consent::covers(&app.db, session.user, &client.id, &request.scope).await?);
    if allowed { Ok(Needed::Nothing(Box::new(session.clone()))) } else { Ok(Needed::Consent(Box::new((session.clone(), person)))) }
}

/// Whether a session that was there before the request is recent enough for it.
fn is_recent(request: &AppRequest, session: &Session, now: UnixMillis) -> bool {
    !request.login && request.max_age.is_none_or(|age| now.since(session.auth_time) <= Duration::from_secs(age))
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
            proved_for: None,
        };
        let now = UnixMillis(100_000);
        for (login, max_age, auth_time, recent) in [
            (false, None, 0, true),
            (false, Some(10), 90_000, true),
            (false, Some(10), 89_999, false),
            (false, Some(0), 99_999, false),
            (true, None, 100_000, false),
            (true, Some(10), 100_000, false),
        ] {
            let got = is_recent(&request(login, max_age), &session(auth_time), now);
            assert_eq!(got, recent, "login {login}, max_age {max_age:?}, proved at {auth_time}");
        }
    }
}
