//! Somebody asks for a letter. Whether the address belongs to anybody is said in the letter, to the owner
//! of the mailbox, and nowhere else: what the page does and how long it takes is the same.

use std::time::Duration;

use super::store::{self, NewChallenge};
use super::{Purpose, State, code, find};
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Addressee};
use crate::error::{Error, Result};
use crate::limit::{self, Action};
use crate::mail::{self, About, ChallengeLetter, Facts, Notice, NoticeLetter, envelope};
use crate::page::Page;
use crate::types::{Caller, ChallengeId, EmailAddress, Envelope, UnixMillis};
use crate::user;
use crate::work::Actor;

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
    /// The look and language of the page.
    pub page: &'a Page,
    /// The journey that waits.
    pub journey: Vec<u8>,
    /// The letter it waited for before.
    pub replaces: Option<ChallengeId>,
}

/// How long to wait before the same letter goes again: half a minute, then twice as long each time.
pub fn resend_wait(sends: i64) -> Duration {
    Duration::from_secs(30 << u32::try_from(sends - 1).unwrap_or(0).min(3))
}

/// Sends a letter for this purpose. `password` is the hash of one chosen with it.
pub async fn ask(app: &App, purpose: Purpose, address: &EmailAddress, password: Option<&str>, asking: Asking<'_>) -> Result<Asked> {
    let held = match draw(app, address, asking.caller).await? {
        Drawn::Wait(wait) => return Ok(Asked::Wait(wait)),
        Drawn::Held => true,
        Drawn::Free => false,
    };
    // Letters go to the address as it is kept, however it was typed.
    let (reader, to) = credential::find_addressee(app.db.read(), address).await?;
    let mut ledger = app.ledger(Actor::Visitor(asking.caller.clone(), None));
    let id = ChallengeId(ledger.random().uuid(ledger.now));
    let (purpose, says) = decide(app, purpose, reader.as_ref());
    let letter = write(app, id, (says, &to), (ledger.now, ledger.now + purpose.lifetime()), (asking.page, &asking.user_agent))?;
    let user = reader.as_ref().map(|reader| reader.user);
    let new = NewChallenge {
        id,
        purpose,
        user,
        address: &to,
        browser: asking.browser,
        journey: &asking.journey,
        password,
        user_agent: &asking.user_agent,
    };
    store::insert(&mut ledger, new)?;
    if let Some(old) = asking.replaces {
        store::replace(&mut ledger, old);
    }
    post(&mut ledger, (id, user, purpose), &letter, held)?;
    ledger.commit().await?;
    Ok(Asked::Sent(id))
}

/// Sends the same letter again. Nothing if it is of no use any more.
pub async fn resend(app: &App, id: ChallengeId, (caller, page): (&Caller, &Page)) -> Result<Option<Asked>> {
    let now = app.clock.now();
    let challenge = find(app.db.read(), id).await?;
    let Some(challenge) = challenge.filter(|challenge| challenge.state(now) == State::Open && challenge.tries < store::TRIES) else {
        return Ok(None);
    };
    let wait = resend_wait(challenge.sends);
    if challenge.sent_at + wait > now {
        return Ok(Some(Asked::Wait((challenge.sent_at + wait).since(now))));
    }
    let held = match draw(app, &challenge.address, caller).await? {
        Drawn::Wait(wait) => return Ok(Some(Asked::Wait(wait))),
        Drawn::Held => true,
        Drawn::Free => false,
    };
    let (reader, _) = credential::find_addressee(app.db.read(), &challenge.address).await?;
    let (purpose, says) = decide(app, challenge.purpose, reader.as_ref());
    let times = (now, challenge.expires_at);
    let letter = write(app, id, (says, &challenge.address), times, (page, &challenge.user_agent))?;
    let mut work = app.begin(Actor::Visitor(caller.clone(), None)).await?;
    if store::count_send(&work, id, now - wait).await? {
        post(&mut work, (id, challenge.user, purpose), &letter, held)?;
    }
    work.commit().await?;
    Ok(Some(Asked::Sent(id)))
}

enum Drawn {
    Free,
    /// The mailbox has had enough: nobody but its owner may notice.
    Held,
    /// The network has asked for too much, whatever for.
    Wait(Duration),
}

async fn draw(app: &App, address: &EmailAddress, caller: &Caller) -> Result<Drawn> {
    let actions =
        [Action::LetterFrom(caller.network()), Action::LetterTo(address), Action::LetterOfTheDayTo(address), Action::LetterAnywhere];
    let waits = limit::draw(app, &actions).await?;
    Ok(match waits.as_slice() {
        [Some(wait), ..] => Drawn::Wait(*wait),
        [None, rest @ ..] if rest.iter().any(Option::is_some) => Drawn::Held,
        _ => Drawn::Free,
    })
}

fn post(
    ledger: &mut crate::work::Ledger<'_>,
    (challenge, user, purpose): (ChallengeId, Option<crate::types::UserId>, Purpose),
    letter: &Envelope,
    held: bool,
) -> Result<()> {
    let purpose = purpose.as_str();
    if held {
        ledger.record(Event::EmailChallengeHeld { challenge, user, purpose });
        return Ok(());
    }
    ledger.record(Event::EmailChallengeSent { challenge, user, purpose });
    mail::post(ledger, letter)
}

/// What a letter is to say.
enum Says {
    Challenge(About),
    Notice(Notice),
}

/// What is asked of whom. A stranger who forgot a password they never had may still want an account.
fn decide(app: &App, purpose: Purpose, reader: Option<&Addressee>) -> (Purpose, Says) {
    let Some(reader) = reader else {
        let says = if app.sign_ups_are_open() { Says::Challenge(About::SignUp) } else { Says::Notice(Notice::SignUpClosed) };
        return (if purpose == Purpose::SignUp { purpose } else { Purpose::SignIn }, says);
    };
    if reader.state == user::State::Locked {
        return (Purpose::SignIn, Says::Notice(Notice::Barred));
    }
    match purpose {
        Purpose::SignUp => (purpose, Says::Challenge(About::Existing)),
        Purpose::Reset if reader.has_password => (purpose, Says::Challenge(About::Reset)),
        Purpose::Reset => (Purpose::SignIn, Says::Challenge(About::NoPassword)),
        _ => (Purpose::SignIn, Says::Challenge(About::SignIn)),
    }
}

fn write(
    app: &App,
    id: ChallengeId,
    (says, to): (Says, &EmailAddress),
    (now, until): (UnixMillis, UnixMillis),
    (page, browser): (&Page, &str),
) -> Result<Envelope> {
    let facts = Facts { browser: browser.to_owned(), at: now, until, tag: code::tag(&app.crypto, id) };
    match says {
        Says::Notice(notice) => envelope(app, to, (now, until), &NoticeLetter::new(page, facts, notice)),
        Says::Challenge(about) => {
            let digits = code::code(&app.crypto, id);
            let href = app.config.issuer.join(&format!("/l/{}", code::link(&app.crypto, id)));
            let letter = ChallengeLetter::new(page, facts, about, to, (digits.clone(), href.clone()));
            let mut envelope =
                envelope(app, to, (now, until), &letter).map_err(|error| Error::broken("a letter cannot be written", error))?;
            (envelope.code, envelope.link) = (Some(digits), Some(href));
            Ok(envelope)
        }
    }
}
