//! The letter is written when it goes: only here is looked at who has the address, and what to ask of them.

use std::sync::Arc;

use super::ask::Order;
use super::store;
use super::{Challenge, Purpose, State, code, find};
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Addressee};
use crate::error::Result;
use crate::job::{Done, Kind, Worker};
use crate::language::Language;
use crate::mail::{self, About, ChallengeLetter, Facts, Notice, NoticeLetter, ReplacementLetter, Transport, Undelivered, envelope};
use crate::page::Page;
use crate::types::{EmailAddress, Envelope, JobId};
use crate::user;
use crate::work::Actor;

/// Who writes and delivers these letters.
pub fn worker(app: &Arc<App>, transport: Transport) -> Worker {
    let app = Arc::clone(app);
    let handler = Arc::new(move |id, payload: Vec<u8>| {
        let (app, transport) = (Arc::clone(&app), transport.clone());
        Box::pin(async move { deliver(&app, &transport, id, &payload).await.unwrap_or_else(|error| Done::NotYet(error.to_string())) }) as _
    });
    Worker::new(Kind::EmailChallenge, mail::AT_ONCE, mail::PATIENCE, handler)
}

async fn deliver(app: &App, transport: &Transport, id: JobId, payload: &[u8]) -> Result<Done> {
    let Ok(order) = serde_json::from_slice::<Order>(payload) else { return Ok(Done::Never("it cannot be read".into())) };
    let challenge = find(app.db.read(), order.challenge).await?;
    // Used, replaced or too old by now: nobody needs the letter.
    let Some(challenge) = challenge.filter(|challenge| challenge.state(app.clock.now()) == State::Open) else { return Ok(Done::Yes) };
    let (reader, to) = credential::find_addressee(app.db.read(), &challenge.address).await?;
    let (purpose, says) = decide(app, &challenge, reader.as_ref());
    let user = if challenge.about.is_some() { challenge.user } else { reader.map(|reader| reader.user) };
    let mut ledger = app.ledger(Actor::System);
    store::address_to(&mut ledger, challenge.id, purpose, (user, &to));
    ledger.commit().await?;
    let page = mail::page(app, order.client.as_ref(), Language::find(&order.language).unwrap_or_default());
    let letter = write(app, &challenge, (says, &to), &page)?;
    let handed = mail::hand_over(app, transport, id, &letter).await;
    let mut ledger = app.ledger(Actor::Visitor(order.caller, None));
    match &handed {
        Ok(()) => {
            store::gone(&mut ledger, challenge.id);
            ledger.record(Event::EmailChallengeSent { challenge: challenge.id, user, purpose: purpose.as_str() });
        }
        Err(Undelivered::Never(_)) => store::bounced(&mut ledger, challenge.id),
        Err(Undelivered::Down(_)) => store::failed(&mut ledger, challenge.id),
        Err(Undelivered::Later(_)) => {}
    }
    ledger.commit().await?;
    Ok(handed.into())
}

/// What a letter is to say.
enum Says {
    Challenge(About),
    Notice(Notice),
    /// That this address takes the place of the one the letter goes to.
    Replacement(EmailAddress),
}

/// What is asked of whom. A stranger who forgot a password they never had may still want an account.
fn decide(app: &App, challenge: &Challenge, reader: Option<&Addressee>) -> (Purpose, Says) {
    let (purpose, address) = (challenge.purpose, &challenge.address);
    match (purpose, &challenge.about, reader) {
        (Purpose::ChangePrimary, Some(about), _) => return (purpose, Says::Challenge(About::ChangePrimary(about.clone()))),
        (Purpose::ReplacePrimary, Some(about), _) => return (purpose, Says::Replacement(about.clone())),
        (Purpose::AddAddress, ..) if reader.is_some() => return (purpose, Says::Notice(Notice::AddressTaken)),
        (Purpose::AddAddress, ..) => return (purpose, Says::Challenge(About::AddAddress)),
        _ => {}
    }
    // The page that waits shows whether it is a sign-up: that it must be for everybody.
    let enters = if purpose == Purpose::SignUp { purpose } else { Purpose::SignIn };
    let Some(reader) = reader else {
        let says = if app.admits(address) { Says::Challenge(About::SignUp) } else { Says::Notice(Notice::SignUpClosed) };
        return (enters, says);
    };
    if reader.state == user::State::Locked {
        return (enters, Says::Notice(Notice::Barred));
    }
    match purpose {
        Purpose::SignUp => (purpose, Says::Challenge(About::Existing)),
        Purpose::Reset if reader.has_password => (purpose, Says::Challenge(About::Reset)),
        Purpose::Reset => (Purpose::SignIn, Says::Challenge(About::NoPassword)),
        Purpose::StepUp => (purpose, Says::Challenge(About::StepUp)),
        _ => (Purpose::SignIn, Says::Challenge(About::SignIn)),
    }
}

fn write(app: &App, challenge: &Challenge, (says, to): (Says, &EmailAddress), page: &Page) -> Result<Envelope> {
    let (at, until) = (challenge.sent_at, challenge.expires_at);
    let facts = Facts { browser: challenge.user_agent.clone(), at, until, tag: code::tag(&app.crypto, challenge.id) };
    let link = || app.config.issuer.join(&format!("/l/{}", code::link(&app.crypto, challenge.id)));
    match says {
        Says::Replacement(new) => {
            let href = link();
            let mut envelope = envelope(app, to, (at, until), &ReplacementLetter::new(page, facts, (to, &new), href.clone()))?;
            envelope.link = Some(href);
            Ok(envelope)
        }
        Says::Notice(notice) => envelope(app, to, (at, until), &NoticeLetter::new(page, facts, notice)),
        Says::Challenge(about) => {
            let digits = code::code(&app.crypto, challenge.id);
            let href = challenge.purpose.has_link().then(link);
            let letter = ChallengeLetter::new(page, facts, about, to, (digits.clone(), href.clone()));
            let mut envelope = envelope(app, to, (at, until), &letter)?;
            (envelope.code, envelope.link) = (Some(digits), href);
            Ok(envelope)
        }
    }
}
