//! A forgotten password: the letter's reader chooses a new one. That spends the letter, once.

use super::change::set;
use super::hash::PasswordHash;
use crate::app::App;
use crate::audit::Event;
use crate::email_challenge::{self as challenges, Challenge, Purpose, State};
use crate::error::Result;
use crate::mail::Notice;
use crate::page::Page;
use crate::sign_in::{At, Completed, Method, Proofs, Proved, complete};
use crate::types::{Caller, ChallengeId, SessionSecret, Token, UserId};
use crate::user;
use crate::work::Actor;

/// What came of it.
pub enum Reset {
    /// The password is the new one, and its person is in.
    SignedIn {
        /// Who.
        user: UserId,
        /// For the cookie.
        secret: Token<SessionSecret>,
    },
    /// The password is the new one; a second step is asked for before its person is in.
    Half(Proved),
    /// The password is the new one, and its person may not come in.
    NotYet,
    /// The letter is of no use any more.
    Over,
}

/// A letter that allows a new password, if it still does.
pub async fn recovery(app: &App, id: Option<ChallengeId>) -> Result<Option<Challenge>> {
    let Some(id) = id else { return Ok(None) };
    let now = app.clock.now();
    let challenge = challenges::find(app.db.read(), id).await?;
    Ok(challenge.filter(|challenge| challenge.purpose == Purpose::Reset && challenge.state(now) == State::Open))
}

/// Who chooses, and where.
pub struct Choosing<'a> {
    /// From where.
    pub caller: &'a Caller,
    /// Where a session would begin.
    pub at: At<'a>,
    /// The look and language of the page, for the notice.
    pub page: &'a Page,
    /// End every other session.
    pub sign_out: bool,
}

/// Sets the new password. All older letters, failed tries and, if wished, sessions end with it.
pub async fn reset(app: &App, challenge: &Challenge, phc: &PasswordHash, choosing: Choosing<'_>) -> Result<Reset> {
    let Some(user) = challenge.user else { return Ok(Reset::Over) };
    // To every address of theirs: whoever has only one of the mailboxes cannot keep it from the others.
    let notices = user::notices(app, user, (Notice::PasswordChanged, choosing.at.user_agent), choosing.page).await?;
    let mut work = app.begin(Actor::Visitor(choosing.caller.clone(), Some(user))).await?;
    challenges::lock_address(&work, &challenge.address).await?;
    if !challenges::spend(&work, challenge.id).await? {
        return Ok(Reset::Over);
    }
    if user::verify(&mut work, &challenge.address).await? {
        work.record(Event::EmailVerified { user });
    }
    let Some(person) = user::find(work.db(), user).await?.map(|user| user.person) else { return Ok(Reset::Over) };
    set(&mut work, user, phc, choosing.sign_out.then_some(None), &notices).await?;
    let completed = complete(&mut work, &person, &Proofs::of(Method::EmailCode), choosing.at, &app.config.sign_in).await?;
    work.commit().await?;
    Ok(match completed {
        Completed::SignedIn { secret, .. } => Reset::SignedIn { user, secret },
        Completed::Half(proved) => Reset::Half(proved),
        Completed::Not(_) => Reset::NotYet,
    })
}
