//! Turning two-step sign-in on and off, and new recovery codes.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use super::check::{Answer, spend};
use super::recovery;
use super::totp::Authenticator;
use super::view::Has;
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Kind, NewCredential};
use crate::email_challenge::code;
use crate::error::{Error, Result};
use crate::mail;
use crate::session;
use crate::sign_in::Method;
use crate::types::{Envelope, SessionId, UnixMillis, UserId};
use crate::work::Work;

/// How a person stands to second steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Since when they have an app, if they have one.
    pub since: Option<UnixMillis>,
    /// How many recovery codes are left.
    pub codes: u64,
}

/// How they stand.
pub async fn standing(app: &App, user: UserId) -> Result<Standing> {
    let since = credential::list(app.db.read(), &app.crypto, user, Kind::Totp).await?.first().map(|one| one.created_at);
    Ok(Standing { since, codes: credential::count(app.db.read(), user, Kind::RecoveryCode).await? })
}

/// An app that is being set up: the page carries its secret, sealed, until its first code is right.
#[derive(Serialize, Deserialize)]
pub struct Started {
    /// Whose.
    pub user: UserId,
    /// The secret.
    pub app: Authenticator,
}

impl Started {
    /// As a page carries it.
    pub fn seal(&self, app: &App) -> Result<String> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::broken("a new authenticator cannot be written", error))?;
        app.crypto.seal_flow(&bytes)
    }

    /// What a page carried; begun anew, if that is not this person's.
    pub fn open(app: &App, user: UserId, sealed: &str) -> Self {
        let opened = app.crypto.open_flow(sealed).ok();
        let started = opened.and_then(|opened| serde_json::from_slice::<Self>(&opened).ok());
        started.filter(|started| started.user == user).unwrap_or_else(|| begin(app, user))
    }
}

/// Begins to set up an app.
pub fn begin(app: &App, user: UserId) -> Started {
    Started { user, app: Authenticator::new(&app.random) }
}

/// Who sets an app up.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// Somebody on the way in, who has shown a first step alone: only where there is neither an app nor a passkey yet.
    Newcomer,
    /// The person, in this session, which goes on.
    Owner(SessionId),
}

/// Turns it on, if this code is right: a new app, new recovery codes. Whoever else is signed in to the account has not shown a
/// second step, and is signed out. Gives the codes, which are shown once.
pub async fn turn_on(
    app: &App,
    work: &mut Work<'_>,
    (started, typed): (&Started, &str),
    by: By,
    notices: &[Envelope],
) -> Result<Option<Vec<String>>> {
    let user = started.user;
    let Some(digits) = code::read(typed) else { return Ok(None) };
    let Some(proven) = started.app.with_used(&digits, work.now)? else { return Ok(None) };
    credential::lock(work, user).await?;
    let keep = match by {
        By::Newcomer if has(app, work.db(), user).await?.first().is_some() => return Ok(None),
        By::Newcomer => None,
        By::Owner(session) => Some(session),
    };
    credential::remove_kind(work, user, Kind::Totp).await?;
    let new = NewCredential { user, kind: Kind::Totp, label: "", lookup_key: user.0.as_bytes().to_vec(), data: &proven.write()? };
    if credential::insert(work, new).await?.is_none() {
        return Ok(None);
    }
    credential::remove_kind(work, user, Kind::TrustedBrowser).await?;
    let codes = new_codes(app, work, user).await?;
    session::end_others(work, user, keep).await?;
    if let Some(keep) = keep {
        session::strengthen(work, keep, [Method::Totp.amr(), "mfa"]).await?;
    }
    work.record(Event::TwoStepTurnedOn { user });
    mail::post(work, notices)?;
    Ok(Some(codes))
}

/// What a person has for a second step.
pub(super) async fn has(app: &App, db: &impl ConnectionTrait, user: UserId) -> Result<Has> {
    let passkey = app.config.offers_passkeys() && credential::count(db, user, Kind::Passkey).await? > 0;
    Ok(Has { app: credential::has(db, user, Kind::Totp).await?, passkey })
}

/// Turns it off, if this is the code that the app shows, or one of the recovery codes. Says whether it was.
pub async fn turn_off(app: &App, work: &mut Work<'_>, (user, answer): (UserId, Answer<'_>), notices: &[Envelope]) -> Result<bool> {
    credential::lock(work, user).await?;
    if !spend(app, work, user, answer).await? {
        return Ok(false);
    }
    remove(work, user).await?;
    mail::post(work, notices)?;
    Ok(true)
}

/// Takes a person's second step away.
pub async fn remove(work: &mut Work<'_>, user: UserId) -> Result<bool> {
    let had = credential::remove_kind(work, user, Kind::Totp).await? > 0;
    for kind in [Kind::RecoveryCode, Kind::TrustedBrowser] {
        credential::remove_kind(work, user, kind).await?;
    }
    if had {
        work.record(Event::TwoStepTurnedOff { user });
    }
    Ok(had)
}

/// New recovery codes; the old ones are void. Nothing for a person who has no app.
pub async fn renew_codes(app: &App, work: &mut Work<'_>, user: UserId, notices: &[Envelope]) -> Result<Option<Vec<String>>> {
    credential::lock(work, user).await?;
    if !credential::has(work.db(), user, Kind::Totp).await? {
        return Ok(None);
    }
    let codes = new_codes(app, work, user).await?;
    work.record(Event::RecoveryCodesRenewed { user });
    mail::post(work, notices)?;
    Ok(Some(codes))
}

async fn new_codes(app: &App, work: &mut Work<'_>, user: UserId) -> Result<Vec<String>> {
    credential::remove_kind(work, user, Kind::RecoveryCode).await?;
    let codes = recovery::make(&app.random);
    for code in &codes {
        let plain = code.replace('-', "");
        let lookup_key = recovery::mark(&app.crypto, user, &plain);
        credential::insert(work, NewCredential { user, kind: Kind::RecoveryCode, label: "", lookup_key, data: b"" }).await?;
    }
    Ok(codes)
}
