//! `/account/email`: one more address, another primary one, one less. Each begins with a proof, and what could be used against
//! somebody ends in a mailbox: a new address is confirmed in its own, another primary one in that of the old.

use actix_web::{HttpResponse, web};

pub use super::email_view::EmailPage;
use super::recent::{Who, addressed, recently_proved};
use super::shell::{Place, Shell};
use crate::app::App;
use crate::audit::Event;
use crate::email_challenge::{self as challenges, Asked, Asking, Purpose, ask};
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::mail::{self, Notice};
use crate::page::{PageError, PageResult, status_of};
use crate::session::Visitor;
use crate::sign_in::{self, Destination, Flow, too_soon, wait_words};
use crate::types::{EmailAddress, UserId, Words};
use crate::user::{self, Email};
use crate::work::Actor;

/// How many addresses a person can have, those that wait for their confirmation among them.
const MOST: usize = 10;

/// Who is signed in, with their addresses: the primary one, and the others.
pub(super) struct Owner {
    who: Who,
    pub(super) primary: EmailAddress,
    emails: Vec<Email>,
}

impl Owner {
    pub(super) fn user(&self) -> UserId {
        self.who.1.id
    }

    pub(super) fn others(&self) -> impl Iterator<Item = &Email> {
        self.emails.iter().filter(|email| !email.is_primary)
    }

    /// One of the others, by its spelling on the page.
    pub(super) fn other(&self, text: &str) -> Option<&Email> {
        self.others().find(|email| email.address.to_string() == text)
    }

    pub(super) fn shell(&self) -> Shell {
        Shell::of(Place::Profile, &self.who.1)
    }
}

/// `GET /account/email`
pub async fn get_email(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let owner = owner(&app, &visitor).await?;
    Ok(page(&app, &visitor, &owner, "", None))
}

/// `POST /account/email`: a letter to one more address. Whether somebody has it shows in its mailbox only.
pub async fn post_email(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let owner = owner(&app, &visitor).await?;
    let typed = form.text("email");
    let new = match sign_in::page::address(typed) {
        Ok(new) => new,
        Err(problem) => return Ok(page(&app, &visitor, &owner, typed, Some(problem))),
    };
    if owner.emails.iter().any(|email| email.address.canonical() == new.canonical()) {
        return Ok(page(&app, &visitor, &owner, typed, Some("account-email-same".into())));
    }
    let waiting = challenges::waiting(app.db.read(), owner.user(), app.clock.now()).await?;
    let others = waiting.iter().filter(|letter| letter.purpose == Purpose::AddAddress && letter.address.canonical() != new.canonical());
    if owner.emails.len() + others.count() >= MOST {
        return Ok(page(&app, &visitor, &owner, typed, Some(Words::new("account-email-most").with("most", MOST))));
    }
    Ok(send(&app, &visitor, &owner, (Purpose::AddAddress, &new, &new)).await?)
}

/// `POST /account/email/change`: another primary address, once the mailbox of the old one agrees; or one address less.
pub async fn post_change(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let owner = owner(&app, &visitor).await?;
    if let Some(new) = owner.other(form.text("primary")) {
        return Ok(send(&app, &visitor, &owner, (Purpose::ChangePrimary, &owner.primary, &new.address)).await?);
    }
    if let Some(old) = owner.other(form.text("remove")) {
        remove(&app, &visitor, &owner, &old.address).await?;
    }
    Ok(see_other(&app.config.issuer.join("/account/email")))
}

async fn send(app: &App, visitor: &Visitor, owner: &Owner, which: (Purpose, &EmailAddress, &EmailAddress)) -> Result<HttpResponse> {
    match letter(app, visitor, owner, which).await? {
        Asked::Sent(_) => Ok(see_other(&app.config.issuer.join("/account"))),
        Asked::Wait(wait) => {
            let typed = if which.0 == Purpose::AddAddress { which.2.to_string() } else { String::new() };
            let mut response = page(app, visitor, owner, &typed, Some(wait_words(wait)));
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

/// Asks for a letter: what for, to which address, and about which.
pub(super) async fn letter(
    app: &App,
    visitor: &Visitor,
    owner: &Owner,
    (purpose, to, about): (Purpose, &EmailAddress, &EmailAddress),
) -> Result<Asked> {
    let flow = Flow::begin(app, visitor.browser(), Destination::Account);
    let asking = Asking { account: Some((owner.user(), about.clone())), ..sign_in::asking(app, visitor, &flow)? };
    ask(app, purpose, to, None, asking).await
}

async fn remove(app: &App, visitor: &Visitor, owner: &Owner, address: &EmailAddress) -> Result<()> {
    let user = owner.user();
    let notice = Notice::AddressRemoved(address.to_string());
    let notices = user::notices(app, user, (notice, visitor.user_agent()), &mail::page(app, None, visitor.language())).await?;
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
    if user::remove_email(&mut work, user, address).await? {
        challenges::end_of_address(&mut work, address);
        challenges::end_about(&mut work, user, address);
        work.record(Event::EmailRemoved { user });
        mail::post(&mut work, &notices)?;
    }
    work.commit().await
}

/// Whose addresses they are; whoever has not proved it does that first.
pub(super) async fn owner(app: &App, visitor: &Visitor) -> Result<Owner, PageError> {
    if !app.config.sends_letters() {
        return Err(Error::NotFound.into());
    }
    let who = recently_proved(app, visitor, Destination::Email).await?;
    let primary = addressed(app, visitor, &who)?;
    let emails = user::emails_of(app.db.read(), who.1.id).await?;
    Ok(Owner { who, primary, emails })
}

fn page(app: &App, visitor: &Visitor, owner: &Owner, typed: &str, problem: Option<Words>) -> HttpResponse {
    let page = EmailPage {
        page: visitor.page(app, None),
        shell: owner.shell(),
        emails: owner.emails.clone(),
        email: typed.chars().take(320).collect(),
        problem,
    };
    visitor.show(status_of(page.problem.as_ref()), &page)
}
