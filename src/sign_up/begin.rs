//! Somebody wants an account. Whether they have one already is said in the letter, to the owner of the
//! mailbox, and nowhere else: what the page does and how long it takes is the same.

use std::time::Duration;

use super::{code, store};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::limit::{self, Action};
use crate::mail::{Facts, SignUpExistingLetter, SignUpLetter, envelope};
use crate::types::{Caller, EmailAddress, Envelope, FlowId};
use crate::user;
use crate::work::Actor;

/// What came of it.
pub enum Begun {
    /// A letter is on its way.
    Sent,
    /// Not so soon.
    Wait(Duration),
}

/// How long to wait before the same letter goes again: half a minute, then twice as long each time.
pub fn resend_wait(sends: i64) -> Duration {
    Duration::from_secs(30 << u32::try_from(sends - 1).unwrap_or(0).min(3))
}

/// Keeps the address and the password's hash until the code comes back, and sends the letter.
pub async fn begin(app: &App, flow: FlowId, address: &EmailAddress, phc: &str, asked: &Asked<'_>) -> Result<Begun> {
    match take_letter(app, address, Some(Action::SignUpFrom(asked.caller.network()))).await {
        Err(Error::TooMany { retry_after }) => return Ok(Begun::Wait(retry_after)),
        other => other?,
    }
    let letter = letter(app, flow, address, asked).await?;
    let mut work = app.begin(Actor::Visitor(asked.caller.clone(), None)).await?;
    store::put(&mut work, flow, address, phc).await?;
    work.record(Event::SignUpBegan {});
    work.post(letter);
    work.commit().await?;
    Ok(Begun::Sent)
}

/// Who asked, and through which page, for the letter.
pub struct Asked<'a> {
    /// From where.
    pub caller: &'a Caller,
    /// The browser, as a person would call it.
    pub browser: String,
    /// The look and language of the page.
    pub page: &'a crate::page::Page,
    /// The sealed journey, for the link to the sign-in page.
    pub flow: String,
}

/// Sends the same letter again.
pub async fn resend(app: &App, flow: FlowId, asked: &Asked<'_>) -> Result<Option<Begun>> {
    let now = app.clock.now();
    let Some(pending) = store::find(app.db.read(), flow, now).await? else { return Ok(None) };
    let wait = resend_wait(pending.sends);
    if pending.sent_at + wait > now {
        return Ok(Some(Begun::Wait((pending.sent_at + wait).since(now))));
    }
    match take_letter(app, &pending.address, None).await {
        Err(Error::TooMany { retry_after }) => return Ok(Some(Begun::Wait(retry_after))),
        other => other?,
    }
    let letter = letter(app, flow, &pending.address, asked).await?;
    let mut work = app.begin(Actor::Visitor(asked.caller.clone(), None)).await?;
    if store::count_send(&work, flow, now - wait).await? {
        work.post(letter);
    }
    work.commit().await?;
    Ok(Some(Begun::Sent))
}

async fn take_letter(app: &App, address: &EmailAddress, first: Option<Action<'_>>) -> Result<()> {
    let actions: Vec<_> = first.into_iter().chain([Action::LetterTo(address), Action::LetterAnywhere]).collect();
    limit::take(app, &actions).await
}

async fn letter(app: &App, flow: FlowId, address: &EmailAddress, asked: &Asked<'_>) -> Result<Envelope> {
    let taken = user::find_by_address(app.db.read(), address).await?.is_some();
    let now = app.clock.now();
    let facts = Facts { browser: asked.browser.clone(), at: now, until: now + store::CODE_LIFETIME, tag: code::tag(&app.crypto, flow) };
    let digits = code::code(&app.crypto, flow);
    if taken {
        let href = app.config.issuer.join(&format!("/sign-in?flow={}", asked.flow));
        envelope(app, address, now, None, &SignUpExistingLetter::new(asked.page, facts, href))
    } else {
        envelope(app, address, now, Some(digits.clone()), &SignUpLetter::new(asked.page, facts, digits))
    }
}
