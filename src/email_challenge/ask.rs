//! Somebody asks for a letter. Nothing here looks at who has the address: what is done for anybody is done
//! for everybody, so that neither the page nor its time can tell. Who is asked for what is decided when
//! the letter is written.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::of_account::end_about;
use super::store::{self, NewChallenge};
use super::{Purpose, State, TRIES, find};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::job::{Kind, NewJob};
use crate::language::Language;
use crate::limit::{Action, Draw, Granted};
use crate::types::{Caller, ChallengeId, ClientId, EmailAddress, UnixMillis, UserId};
use crate::work::{Actor, Ledger};

/// What came of it.
pub enum Asked {
    /// A letter is on its way, for all that anybody may know.
    Sent(ChallengeId),
    /// Not so soon.
    Wait(Duration),
}

/// Who asks, and through which page.
pub struct Asking<'a> {
    /// From where.
    pub caller: &'a Caller,
    /// The browser, as its row will know it.
    pub browser: Vec<u8>,
    /// The browser, as a person would call it.
    pub user_agent: String,
    /// Whose look the letter has.
    pub client: Option<&'a ClientId>,
    /// The language of the page.
    pub language: Language,
    /// The journey that waits.
    pub journey: Vec<u8>,
    /// The letter it waited for before.
    pub replaces: Option<ChallengeId>,
    /// Where a page of an account asks: whose, and which address it is about.
    pub account: Option<(UserId, EmailAddress)>,
}

/// A letter to be written: which, in which look and language. It holds neither code nor link; both follow
/// from the challenge's name.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) challenge: ChallengeId,
    /// Who asked, for the audit log.
    pub(super) caller: Caller,
    pub(super) client: Option<ClientId>,
    pub(super) language: String,
}

impl Order {
    fn of(challenge: ChallengeId, caller: &Caller, (client, language): (Option<&ClientId>, Language)) -> Self {
        Self { challenge, caller: caller.clone(), client: client.cloned(), language: language.code().to_owned() }
    }
}

/// How long to wait before the same letter goes again: half a minute, then twice as long each time.
pub fn resend_wait(sends: i64) -> Duration {
    Duration::from_secs(30 << u32::try_from(sends - 1).unwrap_or(0).min(3))
}

/// Sends a letter for this purpose. `password` is the hash of one chosen with it. One trip to the database.
pub async fn ask(app: &App, purpose: Purpose, address: &EmailAddress, password: Option<&str>, asking: Asking<'_>) -> Result<Asked> {
    let actor = Actor::Visitor(asking.caller.clone(), None);
    let mut ledger = app.ledger(actor);
    let id = ChallengeId(ledger.random().uuid(ledger.now));
    let limits = limits(app, address, asking.caller, ledger.now);
    ledger.draw(&limits);
    if let Some((user, about)) = &asking.account {
        end_about(&mut ledger, *user, about);
    }
    let new = NewChallenge {
        id,
        purpose,
        address,
        browser: asking.browser,
        journey: &asking.journey,
        password,
        user_agent: &asking.user_agent,
        account: asking.account.as_ref(),
    };
    // What comes true unless its reader objects is not begun without a letter; nor is it a secret that none may go.
    let told = if purpose == Purpose::ReplacePrimary { ALL } else { NETWORK };
    store::insert(&mut ledger, new, &limits.granted(told))?;
    if let Some(old) = asking.replaces {
        store::replace(&mut ledger, old);
    }
    let until = ledger.now + purpose.lifetime();
    order(&mut ledger, &Order::of(id, asking.caller, (asking.client, asking.language)), until, &limits.granted(ALL))?;
    let rows = ledger.commit().await?;
    came(app, id, (&limits.waits(&rows)?, told), asking.caller).await
}

/// Sends the same letter again. Nothing if it is of no use any more.
pub async fn resend(
    app: &App,
    id: ChallengeId,
    (caller, client, language): (&Caller, Option<&ClientId>, Language),
) -> Result<Option<Asked>> {
    let now = app.clock.now();
    let challenge = find(app.db.read(), id).await?;
    let Some(challenge) = challenge.filter(|challenge| challenge.state(now) == State::Open && challenge.tries < TRIES) else {
        return Ok(None);
    };
    let wait = resend_wait(challenge.sends);
    if challenge.sent_at + wait > now {
        return Ok(Some(Asked::Wait((challenge.sent_at + wait).since(now))));
    }
    let actor = Actor::Visitor(caller.clone(), None);
    let work = app.begin(actor.clone()).await?;
    let counted = store::count_send(&work, id, now - wait).await?;
    work.commit().await?;
    if !counted {
        return Ok(Some(Asked::Sent(id)));
    }
    let mut ledger = app.ledger(actor);
    let limits = limits(app, &challenge.address, caller, now);
    ledger.draw(&limits);
    order(&mut ledger, &Order::of(id, caller, (client, language)), challenge.expires_at, &limits.granted(ALL))?;
    let rows = ledger.commit().await?;
    Ok(Some(came(app, id, (&limits.waits(&rows)?, NETWORK), caller).await?))
}

/// Of the limits: that the network may ask.
const NETWORK: usize = 1;
/// And that the mailbox may be written to.
const ALL: usize = 4;

fn limits(app: &App, address: &EmailAddress, caller: &Caller, now: UnixMillis) -> Draw {
    let actions: [_; ALL] =
        [Action::LetterFrom(caller.network()), Action::LetterTo(address), Action::LetterOfTheDayTo(address), Action::LetterAnywhere];
    Draw::new(app, &actions, now)
}

fn order(ledger: &mut Ledger<'_>, order: &Order, expires_at: UnixMillis, granted: &Granted) -> Result<()> {
    let payload = serde_json::to_vec(order).map_err(|error| Error::broken("a letter cannot be ordered", error))?;
    ledger.later(&NewJob { kind: Kind::EmailChallenge, payload: &payload, expires_at }, granted.holds())
}

/// A network that asks for too much is told so. A mailbox that has had enough is its owner's business: the
/// answer stays the same, and no letter goes. `told` says how many of the limits are told of.
async fn came(app: &App, challenge: ChallengeId, (waits, told): (&[Option<Duration>], usize), caller: &Caller) -> Result<Asked> {
    if let Some(wait) = waits.iter().take(told).flatten().max() {
        return Ok(Asked::Wait(*wait));
    }
    if waits.iter().any(Option::is_some) {
        let mut ledger = app.ledger(Actor::Visitor(caller.clone(), None));
        ledger.record(Event::EmailChallengeHeld { challenge });
        ledger.commit().await?;
    }
    Ok(Asked::Sent(challenge))
}
