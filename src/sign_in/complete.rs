//! The end of every way in: start the session, tell the ledgers.

use super::asked::Asked;
use super::half::Proved;
use super::next_step::{NextStep, Second, next_step};
use super::proof::Proofs;
use super::trust::Trust;
use crate::audit::{self, Event};
use crate::config::{SignIn, TwoStep};
use crate::credential::{self, Kind};
use crate::error::Result;
use crate::mail;
use crate::session::{self, NewSession};
use crate::types::{Envelope, SessionId, SessionSecret, Token, UserId};
use crate::user::{self, Person, State};
use crate::work::Work;

/// The browser at which a session begins.
#[derive(Clone)]
pub struct At<'a> {
    /// What it calls itself.
    pub user_agent: &'a str,
    /// From where it calls.
    pub address: String,
    /// The session it presents, which ends: a value known before a sign-in must not be worth anything after.
    pub previous: Option<&'a Token<SessionSecret>>,
    /// What it shows to do without a second step.
    pub trust: Option<Trust>,
    /// What the journey asks beside coming in.
    pub asked: Asked,
    /// What the account's mailbox is told, unless this is the first time that the account is used.
    pub notices: Vec<Envelope>,
}

/// What came of it.
pub enum Completed {
    /// The person is in.
    SignedIn {
        /// Their session.
        session: SessionId,
        /// For the cookie.
        secret: Token<SessionSecret>,
    },
    /// So far so good; a second step comes next.
    Half(Proved),
    /// Not at all.
    Not(NextStep),
}

/// Starts a session if the proofs suffice for this person under this policy. The one place where sessions begin.
pub async fn complete(work: &mut Work<'_>, person: &Person, proofs: &Proofs, at: At<'_>, policy: &SignIn) -> Result<Completed> {
    let trust = at.trust.as_ref().filter(|_| !at.asked.distrusts());
    let required = if at.asked.two_steps { TwoStep::Required } else { policy.two_step };
    let passkey = policy.passkey && required == TwoStep::Required;
    let second = second_step(work, person.id, trust, passkey).await?;
    let returning = person.state == State::Leaving;
    match next_step(proofs, &person.clone().returned(), required, second) {
        NextStep::Done => {}
        NextStep::SecondStep | NextStep::SetUp => {
            return Ok(Completed::Half(Proved { id: work.random().uuid(work.now), user: person.id, proofs: proofs.clone(), at: work.now }));
        }
        step => {
            if let NextStep::Barred(barred) = step {
                work.record(Event::SignInRefused { user: person.id, reason: barred.reason() });
            }
            return Ok(Completed::Not(step));
        }
    }
    let new = NewSession {
        user: person.id,
        amr: &proofs.amr(),
        proved_for: at.asked.operation,
        user_agent: at.user_agent,
        address: at.address,
        idle: policy.session_idle,
        lifetime: policy.session,
    };
    let (session, secret) = session::insert(work, new);
    let again = match at.previous {
        Some(previous) => session::replace(work, previous, session, person.id).await?,
        None => false,
    };
    if returning && user::stay(work, person.id).await? {
        work.record(Event::DepartureCancelled { user: person.id });
    }
    mail::post_if(work, &at.notices, &audit::has_signed_in(person.id))?;
    let (user, methods) = (person.id, proofs.names());
    work.record(match at.asked.operation {
        Some(proved_for) if again => Event::SessionRenewed { user, session, methods, proved_for },
        _ => Event::SignedIn { user, session, methods },
    });
    Ok(Completed::SignedIn { session, secret })
}

async fn second_step(work: &Work<'_>, user: UserId, trust: Option<&Trust>, passkey: bool) -> Result<Second> {
    if !credential::has(work.db(), user, Kind::Totp).await? {
        let passkey = passkey && credential::count(work.db(), user, Kind::Passkey).await? > 0;
        return Ok(if passkey { Second::Passkey } else { Second::None });
    }
    let trusted = match trust {
        Some(trust) => trust.holds(work, user).await?,
        None => false,
    };
    Ok(if trusted { Second::Trusted } else { Second::Asked })
}
