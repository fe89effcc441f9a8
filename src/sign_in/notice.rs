//! A sign-in at a browser that is new to an account is told to the account's mailbox. Not where a letter to that
//! mailbox was the way in: its reader knows.

use crate::app::App;
use crate::error::Result;
use crate::language::Language;
use crate::mail::{self, Notice};
use crate::session::Devices;
use crate::types::{ClientId, EmailAddress, Envelope, UserId};
use crate::user;

/// What to tell the mailbox if this person comes in here, in the look and language of the page; nothing if the browser
/// is none that is new to them. For [`At::notices`](super::At).
pub fn notices(
    app: &App,
    (user, address): (UserId, &EmailAddress),
    (devices, user_agent): (&Devices, &str),
    (client, language): (Option<&ClientId>, Language),
) -> Result<Vec<Envelope>> {
    if !app.config.email.new_sign_in_notice || !app.config.sends_letters() || devices.of_user(user).is_some() {
        return Ok(Vec::new());
    }
    let page = mail::page(app, client, language);
    mail::notices(app, &page, (Notice::NewSignIn, user_agent), [address.clone()])
}

/// The same for a person whose address has not been looked up yet.
pub async fn notices_of(app: &App, user: UserId, browser: (&Devices, &str), look: (Option<&ClientId>, Language)) -> Result<Vec<Envelope>> {
    let address = user::look(&app.db, user).await?.and_then(|person| person.email);
    address.map_or(Ok(Vec::new()), |address| notices(app, (user, &address), browser, look))
}
