//! Carries out the decision: whom an identity lets in, or who gets it.

use crate::app::App;
use crate::audit::Event;
use crate::credential;
use crate::email_challenge as challenges;
use crate::error::{Error, Result};
use crate::identity::{self, Identity};
use crate::mail::{self, Notice};
use crate::session::{Session, Visitor};
use crate::sign_in::{self, At, Completed, Flow, Method, NextStep, Proofs, Proved, Second, complete, next_step, reclaim};
use crate::types::{CredentialId, EmailAddress, Envelope, PendingIdentityId, SessionSecret, Token, UserId};
use crate::user::{self, NewUser, Person};
use crate::work::{Actor, Work};

use super::linking::{Decision, Facts, decide};

/// How often a decision is made anew because the world changed meanwhile.
const ROUNDS: usize = 5;

/// What came of it.
pub(super) enum Settled {
    /// The person is in.
    SignedIn {
        user: UserId,
        secret: Token<SessionSecret>,
        /// The identity that has just opened an account with its address.
        linked: Option<CredentialId>,
    },
    /// The person is known; a second step is asked for.
    Half { proved: Proved, linked: Option<CredentialId> },
    /// The signed-in person has it.
    Connected,
    /// The person has yet to prove which account is theirs.
    Prove(PendingIdentityId),
    /// No.
    Refused(Refusal),
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody new is let in.
    SignUpClosed,
    /// Somebody else here has this identity.
    SomebodyElses,
    /// The account may not come in.
    Barred,
    /// Whoever asked for it is no longer signed in.
    SignedOut,
}

/// Who came back, and from where.
pub(super) struct Arrival<'a> {
    /// Who they are there.
    pub(super) identity: Identity,
    /// What the button said.
    pub(super) provider: &'a str,
    /// An address that the person reads the mail of, by the word of a provider whose word counts.
    pub(super) vouched: Option<EmailAddress>,
    /// Where the journey leads.
    pub(super) flow: &'a Flow,
    /// Whoever is signed in here and asked for one more way in.
    pub(super) adding: Option<Session>,
}

/// Decides, and carries it out in one change. What is to be told is written before the change begins.
pub(super) async fn settle(app: &App, visitor: &Visitor, arrival: &Arrival<'_>) -> Result<Settled> {
    for _ in 0..ROUNDS {
        let decision = decide(&facts(app, app.db.read(), arrival).await?);
        let notices = notices(app, visitor, arrival, decision).await?;
        let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), None)).await?;
        if let Some(address) = &arrival.vouched {
            challenges::lock_address(&work, address).await?;
        }
        // What was true when the notices were written must still be.
        if decide(&facts(app, work.db(), arrival).await?) != decision {
            continue;
        }
        if let Some(settled) = carry_out(app, &mut work, (visitor, arrival), decision, notices).await? {
            work.commit().await?;
            return Ok(settled);
        }
    }
    Err(Error::Busy { retry_after: std::time::Duration::from_secs(2) })
}

async fn facts(app: &App, db: &impl sea_orm::ConnectionTrait, arrival: &Arrival<'_>) -> Result<Facts> {
    let owner = match &arrival.vouched {
        Some(address) => user::find_by_address(db, address).await?.map(|email| (email.user, email.verified_at.is_some())),
        None => None,
    };
    Ok(Facts {
        known: identity::find(db, &app.crypto, &arrival.identity).await?.map(|(user, _)| user),
        adding: arrival.adding.as_ref().map(|session| session.user),
        vouched: arrival.vouched.is_some(),
        owner,
        sign_up: arrival.vouched.as_ref().is_some_and(|address| app.admits(address)),
    })
}

/// Letters about what is going to happen.
async fn notices(app: &App, visitor: &Visitor, arrival: &Arrival<'_>, decision: Decision) -> Result<Vec<Envelope>> {
    let client = arrival.flow.client();
    match decision {
        Decision::SignIn(user) => {
            let person = user::look(&app.db, user).await?;
            let Some(address) = person.and_then(|person| person.email) else { return Ok(Vec::new()) };
            let browser = (&visitor.devices(app), visitor.user_agent());
            sign_in::notices(app, (user, &address), browser, (client, visitor.language()))
        }
        Decision::Connect(user) | Decision::Link(user) => {
            let notice = Notice::IdentityLinked(arrival.provider.to_owned());
            user::notices(app, user, (notice, visitor.user_agent()), &mail::page(app, client, visitor.language())).await
        }
        _ => Ok(Vec::new()),
    }
}

/// Nothing if somebody else was faster: then it has to be decided anew.
async fn carry_out(
    app: &App,
    work: &mut Work<'_>,
    (visitor, arrival): (&Visitor, &Arrival<'_>),
    decision: Decision,
    notices: Vec<Envelope>,
) -> Result<Option<Settled>> {
    let mut at = visitor.at(arrival.flow.asked());
    let identity = &arrival.identity;
    match decision {
        Decision::IsConnected => Ok(Some(Settled::Connected)),
        Decision::IsSomebodyElses => Ok(Some(Settled::Refused(Refusal::SomebodyElses))),
        Decision::IsClosed => Ok(Some(Settled::Refused(Refusal::SignUpClosed))),
        Decision::Prove => Ok(Some(Settled::Prove(identity::put(work, visitor.browser().mark(app), identity)?))),
        Decision::Connect(user) => {
            let linked = identity::link(work, user, identity).await?;
            mail::post(work, &notices)?;
            Ok(linked.map(|_| Settled::Connected))
        }
        Decision::SignIn(user) => {
            // What is found must still be so when it is replaced.
            credential::lock(work, user).await?;
            let found = identity::find(work.db(), &app.crypto, identity).await?;
            let Some((_, credential)) = found else { return Ok(None) };
            at.notices = notices;
            // What the provider says of the person today is what the account's page shows.
            let today = identity.clone().after(Identity::read(&credential.data)?);
            let person = credential::touch(work, &credential, Some(&today.keep()?)).await?;
            let Some(person) = person else { return Ok(None) };
            finish(app, work, &person, at, None).await.map(Some)
        }
        Decision::Link(user) | Decision::Reclaim(user) => {
            mail::post(work, &notices)?;
            open_account(app, work, (user, decision == Decision::Reclaim(user)), arrival, at).await
        }
        Decision::SignUp => sign_up(app, work, arrival, at).await,
    }
}

/// An account that exists gets one more way in, if this way may come in at all.
async fn open_account(
    app: &App,
    work: &mut Work<'_>,
    (user, reclaimed): (UserId, bool),
    arrival: &Arrival<'_>,
    at: At<'_>,
) -> Result<Option<Settled>> {
    let (Some(found), Some(address)) = (user::find(work.db(), user).await?, &arrival.vouched) else { return Ok(None) };
    let person = Person { email_verified: true, ..found.person };
    let proofs = Proofs::of(Method::Upstream);
    if let NextStep::Barred(barred) = next_step(&proofs, &person, app.config.sign_in.two_step, Second::None) {
        work.record(Event::SignInRefused { user, reason: barred.reason() });
        return Ok(Some(Settled::Refused(Refusal::Barred)));
    }
    if reclaimed {
        reclaim(work, user, address).await?;
    }
    let Some(linked) = identity::link(work, user, &arrival.identity).await? else { return Ok(None) };
    finish(app, work, &person, at, (!reclaimed).then_some(linked)).await.map(Some)
}

/// A new person, with an address that somebody vouches for.
async fn sign_up(app: &App, work: &mut Work<'_>, arrival: &Arrival<'_>, at: At<'_>) -> Result<Option<Settled>> {
    let Some(address) = &arrival.vouched else { return Ok(None) };
    let new = NewUser { email: address, verified: true, name: arrival.identity.name.clone() };
    let Some(user) = user::insert(work, new).await? else { return Ok(None) };
    work.record(Event::UserCreated { user });
    if identity::link(work, user, &arrival.identity).await?.is_none() {
        return Ok(None);
    }
    let Some(found) = user::find(work.db(), user).await? else { return Ok(None) };
    finish(app, work, &found.person, at, None).await.map(Some)
}

async fn finish(app: &App, work: &mut Work<'_>, person: &Person, at: At<'_>, linked: Option<CredentialId>) -> Result<Settled> {
    Ok(match complete(work, person, &Proofs::of(Method::Upstream), at, &app.config.sign_in).await? {
        Completed::SignedIn { secret, .. } => Settled::SignedIn { user: person.id, secret, linked },
        Completed::Half(proved) => Settled::Half { proved, linked },
        Completed::Not(_) => Settled::Refused(Refusal::Barred),
    })
}
