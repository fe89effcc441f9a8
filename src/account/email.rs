//! `/account/email`: another address, confirmed from both sides.

use actix_web::{HttpResponse, web};

pub use super::email_view::EmailPage;
use super::email_view::Pending;
use super::recent::recently_proved;
use crate::app::App;
use crate::email_challenge::{Asked, Asking, Purpose, ask_for_change, code};
use crate::email_change::{self, Change};
use crate::email_code::{Answering, Redeemed, by_code};
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::page::{PageResult, status_of};
use crate::session::{Session, Visitor};
use crate::sign_in::{self, Destination, Flow, too_soon, wait_words};
use crate::types::{EmailAddress, Words};

/// `GET /account/email`
pub async fn get_email(app: web::Data<App>, visitor: Visitor) -> PageResult {
    match signed_in(&app, &visitor).await? {
        Ok((session, address)) => Ok(page(&app, &visitor, (&session, &address), "", None).await?),
        Err(first) => Ok(first),
    }
}

/// `POST /account/email`: two letters. Whether somebody has the new address shows in its mailbox only.
pub async fn post_email(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let (session, address) = match signed_in(&app, &visitor).await? {
        Ok(person) => person,
        Err(first) => return Ok(first),
    };
    let typed = form.text("email");
    let problem = match sign_in::page::address(typed) {
        Ok(new) if new.canonical() == address.canonical() => Words::new("account-email-same"),
        Ok(new) => {
            let asking = Asking {
                caller: visitor.caller(),
                browser: visitor.browser().mark(&app),
                user_agent: crate::user_agent::describe(visitor.user_agent()),
                client: None,
                language: visitor.language(),
                journey: Flow::begin(&app, visitor.browser(), Destination::Email).keep()?,
                replaces: None,
            };
            match ask_for_change(&app, (&address, &new), asking, |ledger, letters, granted| {
                email_change::insert(ledger, (session.user, &new), letters, granted);
            })
            .await?
            {
                Asked::Sent(_) => return Ok(see_other(&app.config.issuer.join("/account/email"))),
                Asked::Wait(wait) => {
                    let mut response = page(&app, &visitor, (&session, &address), typed, Some(wait_words(wait))).await?;
                    too_soon(&mut response, wait);
                    return Ok(response);
                }
            }
        }
        Err(problem) => problem,
    };
    Ok(page(&app, &visitor, (&session, &address), typed, Some(problem)).await?)
}

/// `POST /account/email/check`: the code of either letter.
pub async fn post_check(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let (session, address) = match signed_in(&app, &visitor).await? {
        Ok(person) => person,
        Err(first) => return Ok(first),
    };
    let here = || see_other(&app.config.issuer.join("/account/email"));
    let Some(change) = email_change::pending(app.db.read(), session.user, app.clock.now()).await? else { return Ok(here()) };
    let digits = code::read(form.text("code"));
    let to = digits.is_some_and(|digits| code::matches(&app.crypto, change.to, &digits));
    let browser = visitor.browser().mark(&app);
    let answering =
        Answering { caller: visitor.caller(), browser: &browser, language: visitor.language(), at: visitor.at(sign_in::Asked::default()) };
    // A code that fits neither letter is a try of the first.
    let letter = if to { change.to } else { change.from };
    match by_code(&app, letter, form.text("code"), answering).await? {
        Redeemed::Confirmed { .. } => Ok(here()),
        Redeemed::Wait(wait) => {
            let mut response = page(&app, &visitor, (&session, &address), "", Some(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            Ok(response)
        }
        _ => Ok(page(&app, &visitor, (&session, &address), "", Some(Words::new("account-email-code-wrong"))).await?),
    }
}

/// Whose address it is; or where to sign in first.
async fn signed_in(app: &App, visitor: &Visitor) -> Result<Result<(Session, EmailAddress), HttpResponse>> {
    if !app.config.sends_letters() {
        return Err(Error::NotFound);
    }
    let (session, person) = match recently_proved(app, visitor, Destination::Email).await? {
        Ok(found) => found,
        Err(first) => return Ok(Err(first)),
    };
    Ok(person.email.map(|address| (session, address)).ok_or_else(|| see_other(&app.config.issuer.join("/account"))))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    (session, address): (&Session, &EmailAddress),
    typed: &str,
    problem: Option<Words>,
) -> Result<HttpResponse> {
    let change = email_change::pending(app.db.read(), session.user, app.clock.now()).await?;
    let status = status_of(problem.as_ref());
    let of_code = problem.as_ref().is_some_and(|problem| problem.key == "account-email-code-wrong");
    let page = EmailPage {
        page: visitor.page(app, None),
        current: address.to_string(),
        email: typed.chars().take(320).collect(),
        pending: change.map(|change: Change| Pending {
            tags: [code::tag(&app.crypto, change.from), code::tag(&app.crypto, change.to)],
            confirmed: [change.from_confirmed, change.to_confirmed],
            address: change.address.to_string(),
        }),
        field: if of_code { "code" } else { "email" },
        problem,
        minutes: Purpose::ChangeTo.lifetime().as_secs() / 60,
    };
    Ok(visitor.show(status, &page))
}
