//! The code came back: only now does the account exist, with its password, and its person is in.

use super::{code, store};
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Kind, NewCredential};
use crate::error::{Error, Result};
use crate::limit::{self, Action};
use crate::sign_in::{At, Completed, Method, Proofs, complete};
use crate::types::{Caller, FlowId, SessionSecret, Token, UserId};
use crate::user::{self, NewUser};
use crate::work::{Actor, Work};

/// What came of a code.
pub enum Finished {
    /// The account exists and its person is in.
    SignedIn {
        /// Who.
        user: UserId,
        /// For the cookie.
        secret: Token<SessionSecret>,
    },
    /// Not these six digits; so many tries are left. Also for an address that somebody has: its owner's letter has no code.
    Wrong {
        /// How many more.
        left: i64,
    },
    /// Nothing that a code could finish: too old, finished, or tried too often.
    Over,
    /// Slower.
    Wait(std::time::Duration),
    /// The account exists, and something else is asked before its person is in.
    NotYet,
}

/// Tries a code.
pub async fn finish(app: &App, flow: FlowId, typed: &str, caller: &Caller, at: At<'_>) -> Result<Finished> {
    match limit::take(app, &[Action::CodeFrom(caller.network())]).await {
        Err(Error::TooMany { retry_after }) => return Ok(Finished::Wait(retry_after)),
        other => other?,
    }
    let mut work = app.begin(Actor::Visitor(caller.clone(), None)).await?;
    let Some(pending) = store::count_try(&work, flow).await? else { return Ok(Finished::Over) };
    let digits = code::read(typed);
    let right = digits.is_some_and(|digits| code::matches(&app.crypto, flow, &digits));
    let created = if right && store::spend(&work, flow).await? { create(&mut work, &pending).await? } else { None };
    let Some(user) = created else {
        work.record(Event::CodeRefused { tries: pending.tries });
        work.commit().await?;
        let left = store::TRIES - pending.tries;
        return Ok(if left > 0 { Finished::Wrong { left } } else { Finished::Over });
    };
    let Some(person) = user::find(work.db(), user).await?.map(|user| user.person) else { return Ok(Finished::Over) };
    let proofs = Proofs::of(Method::Password).and(Method::EmailCode);
    let completed = complete(&mut work, &person, &proofs, at, &app.config.sign_in).await?;
    work.commit().await?;
    Ok(match completed {
        Completed::SignedIn { secret, .. } => Finished::SignedIn { user, secret },
        Completed::Not(_) => Finished::NotYet,
    })
}

/// Makes the person; nothing if somebody else has the address by now.
async fn create(work: &mut Work<'_>, pending: &store::Pending) -> Result<Option<UserId>> {
    let new = NewUser { email: &pending.address, verified: true, name: None };
    let Some(user) = user::insert(work, new).await? else { return Ok(None) };
    let phc = pending.password(work.crypto())?;
    let password = NewCredential { user, kind: Kind::Password, label: "", lookup_key: user.0.as_bytes().to_vec(), data: &phc };
    credential::insert(work, password).await?;
    work.record(Event::UserCreated { user });
    Ok(Some(user))
}
