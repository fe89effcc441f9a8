//! Is this the password? Counted first, checked outside any transaction, believed only if the
//! credential is still the one that was checked.

use std::time::Duration;

use super::hash::{HashError, HashPool, Verified};
use super::typed::Password;
use crate::app::App;
use crate::audit::Event;
use crate::credential::{self, Credential, Kind};
use crate::error::{Error, Result};
use crate::language::Language;
use crate::limit::{self, Action, Attempt};
use crate::session::Devices;
use crate::sign_in::{self, At, Completed, Method, Proofs, Proved, complete};
use crate::types::{ClientId, EmailAddress, SessionSecret, Token, UserId};
use crate::work::Actor;

/// What came of a password.
pub enum Outcome {
    /// The person is in.
    SignedIn {
        /// Who.
        user: UserId,
        /// For the cookie.
        secret: Token<SessionSecret>,
    },
    /// The address and the password do not belong together, or the person may not come in. One answer for both.
    Wrong,
    /// Not now; the same for every address, known or not.
    Wait(Duration),
    /// The password is right; a second step is asked for.
    Half(Proved),
}

/// Somebody tries a password.
pub struct Attempted<'a> {
    /// Whose account.
    pub address: &'a EmailAddress,
    /// With what.
    pub password: Password,
    /// Who has signed in at this browser before.
    pub devices: &'a Devices,
    /// Who tries, from where.
    pub caller: &'a crate::types::Caller,
    /// At which browser.
    pub at: At<'a>,
    /// The look and language of the page, for the notice.
    pub page: (Option<&'a ClientId>, Language),
}

/// Tries it. What is done does not depend on whether the account exists.
pub async fn sign_in(app: &App, pool: &HashPool, attempted: Attempted<'_>) -> Result<Outcome> {
    let Attempted { address, password, devices, caller, mut at, page } = attempted;
    // Whose device this is can only be told when it is known whose account that is. A browser that knows
    // nobody need not wait for it: the account is looked up on the way.
    let before = if devices.is_empty() {
        None
    } else {
        Some(credential::find_by_address(app.db.read(), &app.crypto, address, Kind::Password).await?)
    };
    let device = before.as_ref().and_then(|(owner, _)| devices.of_user(owner.as_ref()?.0));
    let key = match device {
        Some(device) => limit::key_of_account_on_device(app, address, device),
        None => limit::key_of_account(app, address),
    };
    let actions = [Action::PasswordFrom(caller.network()), Action::PasswordOn(address, device), Action::PasswordAnywhere];
    let look = || credential::look_by_address(app.db.write(), &app.crypto, address, Kind::Password);
    let look = if before.is_none() { Some(look()?) } else { None };
    let (attempt, row) = limit::attempt(app, &actions, (&key, address), look).await?;
    let last = match attempt {
        Attempt::Allowed { last } => last,
        Attempt::Wait(wait) => return Ok(Outcome::Wait(wait)),
        Attempt::Locked => return Ok(Outcome::Wait(Duration::from_hours(1))),
    };
    let (owner, credential) = match (before, row) {
        (Some(found), _) => found,
        (None, Some(row)) => credential::read_found(&app.crypto, &row)?,
        (None, None) => (None, None),
    };
    let checked = verify(pool, password, credential.as_ref()).await?;
    if let Some((user, kept)) = owner.as_ref().filter(|_| checked.verified) {
        at.notices = sign_in::notices(app, (*user, kept), (devices, at.user_agent), page)?;
    }
    settle(app, (owner.map(|(user, _)| user), credential, checked), &key, last, (caller, at)).await
}

/// A verified password, and its new hash if the old one was made with the parameters of another day.
struct Checked {
    verified: bool,
    renewed: Option<String>,
}

async fn verify(pool: &HashPool, password: Password, credential: Option<&Credential>) -> Result<Checked> {
    let stored = credential.and_then(|credential| std::str::from_utf8(&credential.data).ok());
    match pool.verify(password.clone(), stored).await.map_err(busy)? {
        Verified::No => Ok(Checked { verified: false, renewed: None }),
        Verified::Yes => Ok(Checked { verified: true, renewed: None }),
        // A renewal that has to wait can wait for the next sign-in.
        Verified::YesButWeaker => {
            Ok(Checked { verified: true, renewed: pool.hash(password).await.ok().map(|phc| phc.as_str().to_owned()) })
        }
    }
}

/// The hashing pool's refusals, as errors of a request.
pub fn busy(error: HashError) -> Error {
    match error {
        HashError::Busy { retry_after } => Error::Busy { retry_after },
        HashError::Failed => Error::broken("a password cannot be hashed", error),
    }
}

type Found = (Option<UserId>, Option<Credential>, Checked);

async fn settle(app: &App, found: Found, key: &[u8], last: bool, (caller, at): (&crate::types::Caller, At<'_>)) -> Result<Outcome> {
    let (user, credential, checked) = found;
    let mut work = app.begin(Actor::Visitor(caller.clone(), user)).await?;
    let Some(credential) = credential.filter(|_| checked.verified) else {
        work.record(Event::PasswordRefused { user });
        if last {
            work.record(Event::PasswordLocked { user });
        }
        work.commit().await?;
        return Ok(Outcome::Wrong);
    };
    let renewed = checked.renewed.as_deref().map(str::as_bytes);
    let Some(person) = credential::touch(&mut work, &credential, renewed).await? else {
        // Another password was set while this one was being checked.
        work.commit().await?;
        return Ok(Outcome::Wrong);
    };
    if renewed.is_some() {
        work.record(Event::PasswordRehashed { user: person.id });
    }
    limit::forgive(&mut work, key);
    let completed = complete(&mut work, &person, &Proofs::of(Method::Password).by(credential.id), at, &app.config.sign_in).await?;
    work.commit().await?;
    Ok(match completed {
        Completed::SignedIn { secret, .. } => Outcome::SignedIn { user: person.id, secret },
        Completed::Half(proved) => Outcome::Half(proved),
        Completed::Not(_) => Outcome::Wrong,
    })
}
