//! Is this the second step? Spent and believed in one change; the session begins in it.

use std::time::Duration;

use super::recovery;
use super::totp::Authenticator;
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Kind};
use crate::email_challenge::code;
use crate::error::Result;
use crate::limit::{self, Action};
use crate::mail::{self, Notice};
use crate::page::Page;
use crate::sign_in::{self, At, Completed, Method, Proved, Trust, complete, counts};
use crate::types::{Caller, SessionSecret, Token, UserId};
use crate::user;
use crate::work::{Actor, Work};

/// What was typed.
#[derive(Debug, Clone, Copy)]
pub enum Answer<'a> {
    /// What the app shows.
    Code(&'a str),
    /// One of the codes kept for when it is lost.
    Recovery(&'a str),
}

/// Who answers, and where.
pub struct Answering<'a> {
    /// From where.
    pub caller: &'a Caller,
    /// Where a session would begin.
    pub at: At<'a>,
    /// Not to be asked again at this browser for a while.
    pub trust: bool,
    /// The look and language of the page, for the notice.
    pub page: &'a Page,
}

/// What came of it.
pub enum Checked {
    /// The person is in.
    SignedIn {
        /// For the cookie.
        secret: Token<SessionSecret>,
        /// What the browser shows from now on to be trusted.
        trust: Option<Trust>,
    },
    /// Wrong, or used before.
    Wrong,
    /// Slower.
    Wait(Duration),
    /// The first step no longer counts, or the person may not come in.
    Over,
}

/// Counts a try, and says how long to wait if there were too many.
pub async fn limited(app: &App, caller: &Caller, user: UserId) -> Result<Option<Duration>> {
    let actions = [Action::CodeFrom(caller.network()), Action::SecondStepOf(user)];
    Ok(limit::draw(app, &actions).await?.into_iter().flatten().max())
}

/// Checks it.
pub async fn check(app: &App, proved: &Proved, answer: Answer<'_>, answering: Answering<'_>) -> Result<Checked> {
    let Answering { caller, at, trust, page } = answering;
    if !counts(app, proved) {
        return Ok(Checked::Over);
    }
    let user = proved.user;
    if let Some(wait) = limited(app, caller, user).await? {
        return Ok(Checked::Wait(wait));
    }
    let method = match answer {
        Answer::Code(_) => Method::Totp,
        Answer::Recovery(_) => Method::RecoveryCode,
    };
    let notices = match answer {
        Answer::Code(_) => Vec::new(),
        Answer::Recovery(_) => {
            let left = credential::count(app.db.read(), user, Kind::RecoveryCode).await?.saturating_sub(1);
            user::notices(app, user, (Notice::RecoveryCodeUsed(left), at.user_agent), page).await?
        }
    };
    let mut work = app.begin(Actor::Visitor(caller.clone(), Some(user))).await?;
    if !spend(app, &mut work, user, answer).await? {
        work.record(Event::SecondStepRefused { user, method: method.as_str() });
        work.commit().await?;
        return Ok(Checked::Wrong);
    }
    if !sign_in::spend(&work, proved).await? {
        return Ok(Checked::Over);
    }
    let Some(person) = user::find(work.db(), user).await?.map(|user| user.person) else { return Ok(Checked::Over) };
    let completed = complete(&mut work, &person, &proved.proofs.clone().and(method), at, &app.config.sign_in).await?;
    let Completed::SignedIn { secret, .. } = completed else {
        work.commit().await?;
        return Ok(Checked::Over);
    };
    let trust = trust.then(|| Trust::new(work.random()));
    if let Some(trust) = &trust {
        trust.keep(&mut work, user).await?;
    }
    mail::post(&mut work, &notices)?;
    work.commit().await?;
    Ok(Checked::SignedIn { secret, trust })
}

/// Uses it up. Fifty at once: one does.
pub(super) async fn spend(app: &App, work: &mut Work<'_>, user: UserId, answer: Answer<'_>) -> Result<bool> {
    match answer {
        Answer::Code(typed) => {
            let Some(digits) = code::read(typed) else { return Ok(false) };
            let Some(kept) = credential::find_of_user(work.db(), &app.crypto, user, Kind::Totp).await? else { return Ok(false) };
            let Some(renewed) = Authenticator::read(&kept.data)?.with_used(&digits, work.now)? else { return Ok(false) };
            Ok(credential::touch(work, &kept, Some(&renewed.write()?)).await?.is_some())
        }
        Answer::Recovery(typed) => {
            let Some(code) = recovery::read(typed) else { return Ok(false) };
            let spent = credential::remove_by_key(work, (user, Kind::RecoveryCode), &recovery::mark(&app.crypto, user, &code)).await?;
            if spent {
                work.record(Event::RecoveryCodeUsed { user });
            }
            Ok(spent)
        }
    }
}
