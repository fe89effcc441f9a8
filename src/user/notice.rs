//! What happens to an account is told to every mailbox of it.

use crate::app::App;
use crate::error::Result;
use crate::mail::{self, Notice};
use crate::page::Page;
use crate::types::{Envelope, UserId};

/// A letter to each address of a person about what is about to happen at a browser that calls itself this. For
/// [`mail::post`], in the change that makes it happen.
pub async fn notices(app: &App, user: UserId, (notice, user_agent): (Notice, &str), page: &Page) -> Result<Vec<Envelope>> {
    if !app.config.sends_letters() {
        return Ok(Vec::new());
    }
    let mailboxes = super::emails_of(app.db.read(), user).await?.into_iter().map(|email| email.address);
    mail::notices(app, page, (notice, user_agent), mailboxes)
}
