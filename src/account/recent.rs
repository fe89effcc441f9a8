//! Whoever changes how an account is reached has proved who they are a short while ago, for this, and as strongly as the
//! account asks (`security.md` A-40).

use std::time::Duration;

use crate::app::App;
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::page::PageError;
use crate::session::{Session, Visitor};
use crate::sign_in::{self, Destination};
use crate::types::{EmailAddress, UnixMillis};
use crate::user::{self, Person};

const RECENT: Duration = Duration::from_mins(5);

/// Who is signed in here, with their session.
pub(super) type Who = (Session, Person);

/// Who is signed in here; whoever is not does that first, and comes back.
pub(super) async fn signed_in(app: &App, visitor: &Visitor, back_to: Destination) -> Result<Who, PageError> {
    let session = visitor.session(app).await?;
    let person = match &session {
        Some(session) => user::look(&app.db, session.user).await?,
        None => None,
    };
    match session.zip(person) {
        Some(who) => Ok(who),
        None => Err(sign_in::first(app, visitor, back_to, "/sign-in")?),
    }
}

/// The same for somebody who has proved it recently, for what is done at that place; whoever has not does that first.
pub(super) async fn recently_proved(app: &App, visitor: &Visitor, back_to: Destination) -> Result<Who, PageError> {
    let who = signed_in(app, visitor, back_to.clone()).await?;
    if has_proved(app, &who.0, &back_to).await? {
        return Ok(who);
    }
    Err(sign_in::first(app, visitor, back_to, "/reauth")?)
}

/// The primary address of whoever is signed in; whoever has none has nothing to do here.
pub(super) fn addressed(app: &App, visitor: &Visitor, (_, person): &Who) -> Result<EmailAddress, PageError> {
    person.email.clone().ok_or_else(|| PageError::First(app.config.issuer.join("/account"), visitor.browser().clone()))
}

/// Whether they have.
async fn has_proved(app: &App, session: &Session, place: &Destination) -> Result<bool> {
    // Somebody with a second step has shown it, however much this browser is trusted otherwise.
    let two_steps = credential::has(app.db.read(), session.user, Kind::Totp).await?;
    Ok(holds(session, place, two_steps, app.clock.now()))
}

fn holds(session: &Session, place: &Destination, two_steps: bool, now: UnixMillis) -> bool {
    // A sign-in holds for everything but what cannot be taken back, which is asked for by itself.
    let by_a_sign_in = session.proved_for.is_none() && !matches!(place, Destination::Data | Destination::Delete);
    (by_a_sign_in || is_for(session, place)) && is_recent(session, now) && (!two_steps || session.is_two_steps())
}

/// Whether they have just come from doing so.
pub(super) fn has_just_proved(app: &App, session: &Session, place: &Destination) -> bool {
    is_for(session, place) && is_recent(session, app.clock.now())
}

fn is_for(session: &Session, place: &Destination) -> bool {
    session.proved_for.is_some() && session.proved_for.as_deref() == place.operation()
}

fn is_recent(session: &Session, now: UnixMillis) -> bool {
    now.since(session.auth_time) <= RECENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{SessionId, UserId};

    #[test]
    fn the_table() {
        let now = UnixMillis(1_000_000_000);
        let session = |proved_for: Option<&Destination>, amr: &str, age: u64| Session {
            id: SessionId(uuid::Uuid::nil()),
            user: UserId(uuid::Uuid::nil()),
            auth_time: now - Duration::from_secs(age),
            amr: amr.split(' ').map(str::to_owned).collect(),
            last_seen_at: now,
            expires_at: now + RECENT,
            proved_for: proved_for.and_then(Destination::operation).map(str::to_owned),
        };
        let places = [
            Destination::Email,
            Destination::Security,
            Destination::Password,
            Destination::Connections,
            Destination::Data,
            Destination::Delete,
        ];
        for place in &places {
            let asks_by_itself = matches!(place, Destination::Data | Destination::Delete);
            for age in [0, 300] {
                assert_eq!(holds(&session(None, "pwd", age), place, false, now), !asks_by_itself, "{place:?}: a sign-in");
                assert!(holds(&session(Some(place), "pwd", age), place, false, now), "{place:?}: for this");
                assert!(holds(&session(Some(place), "pwd otp mfa", age), place, true, now), "{place:?}: in two steps");
                assert!(!holds(&session(Some(place), "pwd", age), place, true, now), "{place:?}: in one step, where two are asked for");
                for other in places.iter().filter(|other| *other != place) {
                    assert!(!holds(&session(Some(other), "pwd otp mfa", age), place, false, now), "{place:?}: for {other:?}");
                }
            }
            assert!(!holds(&session(Some(place), "pwd otp mfa", 301), place, true, now), "{place:?}: too long ago");
            assert!(!holds(&session(None, "pwd otp mfa", 301), place, false, now), "{place:?}: too long ago");
        }
    }
}
