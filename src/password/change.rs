//! Another password, or none.

use super::hash::PasswordHash;
use crate::audit::Event;
use crate::credential::{self, Kind};
use crate::email_challenge as challenges;
use crate::error::Result;
use crate::limit;
use crate::mail;
use crate::session;
use crate::types::{Envelope, SessionId, UserId};
use crate::work::Work;

/// Gives a person this password. Letters and failed tries of before are void, no browser is trusted any more, and sessions end
/// if wished: all, or all but one. The notices, one for each of their addresses, are posted.
pub async fn set(
    work: &mut Work<'_>,
    user: UserId,
    phc: &PasswordHash,
    sign_out: Option<Option<SessionId>>,
    notices: &[Envelope],
) -> Result<()> {
    credential::set(work, (user, Kind::Password), phc.as_str().as_bytes()).await?;
    credential::remove_kind(work, user, Kind::TrustedBrowser).await?;
    limit::forgive_user(work.db(), user).await?;
    for letter in notices {
        challenges::end_of_address(work, &letter.to);
    }
    // Nor does what somebody else began with the old one come true later.
    challenges::end_of_account(work, user);
    if let Some(keep) = sign_out {
        session::end_others(work, user, keep).await?;
    }
    work.record(Event::PasswordChanged { user });
    mail::post(work, notices)
}

/// Takes a person's password away; says whether they had one.
pub async fn remove(work: &mut Work<'_>, user: UserId, notices: &[Envelope]) -> Result<bool> {
    let had = credential::remove_kind(work, user, Kind::Password).await? > 0;
    if had {
        credential::remove_kind(work, user, Kind::TrustedBrowser).await?;
        work.record(Event::PasswordRemoved { user });
        mail::post(work, notices)?;
    }
    Ok(had)
}
