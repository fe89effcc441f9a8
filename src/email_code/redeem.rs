//! The letter's reader answers: by the code, or by the link. Both spend the same row.

use std::time::Duration;

use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Kind, NewCredential};
use crate::email_challenge::{self as challenges, Challenge, Purpose, State, TRIES, code};
use crate::error::Result;
use crate::language::Language;
use crate::limit::{self, Action};
use crate::mail::{self, Notice};
use crate::sign_in::{At, Completed, Method, Proofs, Proved, complete, reclaim};
use crate::types::{Caller, ChallengeId, Envelope, SessionSecret, Token, UserId};
use crate::user::{self, NewUser, Person};
use crate::work::{Actor, Work};

/// What came of an answer.
pub enum Redeemed {
    /// The person is in.
    SignedIn {
        /// Who.
        user: UserId,
        /// For the cookie.
        secret: Token<SessionSecret>,
    },
    /// A new password may be chosen; that spends it.
    Recover(ChallengeId),
    /// The account has the address, or has it as its primary one.
    Confirmed(Purpose),
    /// Not these six digits; so many tries are left.
    Wrong {
        /// How many more.
        left: i64,
    },
    /// The address is proved; a second step is asked for before its person is in.
    Half(Proved),
    /// The address is proved, and its person may not come in.
    NotYet,
    /// Nothing that an answer could finish: too old, used, void, or tried too often.
    Over,
    /// Slower.
    Wait(Duration),
}

/// Who answers, and where.
pub struct Answering<'a> {
    /// From where.
    pub caller: &'a Caller,
    /// The browser, as the challenge's row would know it.
    pub browser: &'a [u8],
    /// The language the browser asks for.
    pub language: Language,
    /// Who is signed in there.
    pub user: Option<UserId>,
    /// Where a session would begin.
    pub at: At<'a>,
}

/// Tries a code.
pub async fn by_code(app: &App, id: ChallengeId, typed: &str, answering: Answering<'_>) -> Result<Redeemed> {
    let now = app.clock.now();
    let challenge = challenges::find(app.db.read(), id).await?.filter(|challenge| challenge.state(now) == State::Open);
    let Some(challenge) = challenge else { return Ok(Redeemed::Over) };
    let actions = [Action::CodeFrom(answering.caller.network()), Action::CodeFor(&challenge.address)];
    if let Some(wait) = limit::draw(app, &actions).await?.into_iter().flatten().max() {
        return Ok(Redeemed::Wait(wait));
    }
    let notices = notices(app, &challenge, &answering).await?;
    let mut work = app.begin(Actor::Visitor(answering.caller.clone(), None)).await?;
    challenges::lock_address(&work, &challenge.address).await?;
    let Some(challenge) = challenges::count_try(&work, id).await? else { return Ok(Redeemed::Over) };
    let right = code::read(typed).is_some_and(|digits| code::matches(&app.crypto, id, &digits));
    let settled = if right { settle(app, &mut work, &challenge, "code", &answering).await? } else { None };
    let Some(redeemed) = settled else {
        work.record(Event::CodeRefused { challenge: id, user: challenge.user, tries: challenge.tries });
        work.commit().await?;
        let left = TRIES - challenge.tries;
        return Ok(if left > 0 { Redeemed::Wrong { left } } else { Redeemed::Over });
    };
    tell(&mut work, Some(&redeemed), &notices)?;
    work.commit().await?;
    Ok(redeemed)
}

/// Goes on from the page behind the link.
pub async fn by_link(app: &App, challenge: &Challenge, answering: Answering<'_>) -> Result<Redeemed> {
    let notices = notices(app, challenge, &answering).await?;
    let mut work = app.begin(Actor::Visitor(answering.caller.clone(), None)).await?;
    challenges::lock_address(&work, &challenge.address).await?;
    let settled = settle(app, &mut work, challenge, "link", &answering).await?;
    tell(&mut work, settled.as_ref(), &notices)?;
    work.commit().await?;
    Ok(settled.unwrap_or(Redeemed::Over))
}

/// Nothing if there is nothing to spend, or nobody whom it could let in.
async fn settle(app: &App, work: &mut Work<'_>, challenge: &Challenge, by: &'static str, who: &Answering<'_>) -> Result<Option<Redeemed>> {
    let same_browser = challenge.is_from(who.browser);
    match challenge.purpose {
        // What it allows is one more step, and that step spends it.
        Purpose::Reset => return Ok(still_open(app, challenge).then_some(Redeemed::Recover(challenge.id))),
        Purpose::AddAddress | Purpose::ChangePrimary => return confirm(work, challenge, (by, same_browser), who.user).await,
        // Its letter only objects.
        Purpose::ReplacePrimary => return Ok(None),
        // Its letter has no link.
        Purpose::StepUp if by == "link" => return Ok(None),
        Purpose::SignIn | Purpose::StepUp | Purpose::SignUp => {}
    }
    if !challenges::spend(work, challenge.id).await? {
        return Ok(None);
    }
    let found = user::find_by_address(work.db(), &challenge.address).await?;
    let (person, proofs) = match found {
        Some(email) => {
            if email.verified_at.is_none() {
                reclaim(work, email.user, &challenge.address).await?;
            }
            (user::find(work.db(), email.user).await?.map(|user| user.person), Proofs::of(Method::EmailCode))
        }
        None if app.admits(&challenge.address) => create(work, challenge, same_browser).await?,
        None => return Ok(None),
    };
    let Some(person) = person else { return Ok(None) };
    challenges::end_of_address(work, &challenge.address);
    work.record(Event::EmailChallengeRedeemed { challenge: challenge.id, user: Some(person.id), by, same_browser });
    // Whoever answers a letter needs no other to learn of it.
    let at = At { notices: Vec::new(), ..who.at.clone() };
    Ok(Some(match complete(work, &person, &proofs, at, &app.config.sign_in).await? {
        Completed::SignedIn { secret, .. } => Redeemed::SignedIn { user: person.id, secret },
        Completed::Half(proved) => Redeemed::Half(proved),
        Completed::Not(_) => Redeemed::NotYet,
    }))
}

/// Gives an account what its page asked for: an address once its mailbox and somebody who is signed in agree, or another
/// primary one once the mailbox of the old one does. Signs nobody in.
async fn confirm(
    work: &mut Work<'_>,
    challenge: &Challenge,
    (by, same_browser): (&'static str, bool),
    here: Option<UserId>,
) -> Result<Option<Redeemed>> {
    let Some((user, about)) = challenge.user.zip(challenge.about.as_ref()) else { return Ok(None) };
    let adds = challenge.purpose == Purpose::AddAddress;
    // The mailbox alone could belong to somebody who thinks that the letter is about an account of theirs.
    if (adds && here != Some(user)) || !challenges::spend(work, challenge.id).await? {
        return Ok(None);
    }
    let done = if adds { user::add_email(work, user, about).await? } else { user::make_primary(work, user, about).await? };
    if !done {
        return Ok(None);
    }
    work.record(if adds { Event::EmailAdded { user } } else { Event::EmailChanged { user } });
    challenges::end_of_address(work, &challenge.address);
    work.record(Event::EmailChallengeRedeemed { challenge: challenge.id, user: Some(user), by, same_browser });
    Ok(Some(Redeemed::Confirmed(challenge.purpose)))
}

/// What every mailbox of an account is told once its addresses have changed.
async fn notices(app: &App, challenge: &Challenge, who: &Answering<'_>) -> Result<Vec<Envelope>> {
    let Some((user, about)) = challenge.user.zip(challenge.about.as_ref()) else { return Ok(Vec::new()) };
    let notice = if challenge.purpose == Purpose::AddAddress { Notice::AddressAdded } else { Notice::PrimaryChanged };
    user::notices(app, user, (notice(about.to_string()), who.at.user_agent), &mail::page(app, None, who.language)).await
}

fn tell(work: &mut Work<'_>, settled: Option<&Redeemed>, notices: &[Envelope]) -> Result<()> {
    if let Some(Redeemed::Confirmed(_)) = settled {
        mail::post(work, notices)?;
    }
    Ok(())
}

fn still_open(app: &App, challenge: &Challenge) -> bool {
    challenge.state(app.clock.now()) == State::Open
}

/// Makes the person. The password that was chosen goes with it only in the browser in which it was
/// chosen: otherwise whoever typed it could wait for the mailbox's owner to open a link.
async fn create(work: &mut Work<'_>, challenge: &Challenge, same_browser: bool) -> Result<(Option<Person>, Proofs)> {
    let proofs = Proofs::of(Method::EmailCode);
    let new = NewUser { email: &challenge.address, verified: true, name: None };
    let Some(user) = user::insert(work, new).await? else { return Ok((None, proofs)) };
    work.record(Event::UserCreated { user });
    let person = user::find(work.db(), user).await?.map(|user| user.person);
    let phc = if same_browser { challenge.password(work.crypto())? } else { None };
    let Some(phc) = phc else { return Ok((person, proofs)) };
    let password = NewCredential { user, kind: Kind::Password, label: "", lookup_key: user.0.as_bytes().to_vec(), data: &phc };
    credential::insert(work, password).await?;
    Ok((person, Proofs::of(Method::Password).and(Method::EmailCode)))
}
