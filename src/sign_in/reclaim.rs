//! The owner of a mailbox comes to an account that names it and that nobody had proved until now. Whoever made it may have
//! been somebody else, waiting for this moment: nothing of theirs stays (A-1 to A-5 of the classes that Sudhodanan and
//! Paverd describe, 2022).

use crate::audit::Event;
use crate::error::Result;
use crate::types::{EmailAddress, UserId};
use crate::work::Work;
use crate::{credential, email_challenge, session, user};

/// Notes that the address is proved, after everything that came before the proof is gone. Says whether it is news.
pub async fn reclaim(work: &mut Work<'_>, user: UserId, address: &EmailAddress) -> Result<bool> {
    if !user::verify(work, address).await? {
        return Ok(false);
    }
    credential::remove_all(work, user).await?;
    session::end_all(work, user).await?;
    email_challenge::end_of_account(work, user);
    email_challenge::end_of_address(work, address);
    work.record(Event::EmailVerified { user });
    work.record(Event::AccountReclaimed { user });
    Ok(true)
}
