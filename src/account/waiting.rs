//! `/account/email/check` and `/account/email/waiting`: the letters that the pages of an account have asked for, and what their
//! reader answers.

use actix_web::{HttpResponse, web};

use super::home::{Said, profile};
use super::recent::signed_in;
use crate::app::App;
use crate::audit::Event;
use crate::email_challenge::{self as challenges, Asked, Challenge, Purpose, code, resend};
use crate::email_code::{Answering, Redeemed, by_code};
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{self, Destination, too_soon, wait_words};
use crate::types::{UserId, Words};
use crate::work::Actor;

/// An address that waits for the answer to a letter, as the profile shows it.
pub struct Waiting {
    /// The address.
    pub about: String,
    /// Where the letter went.
    pub to: String,
    /// The tag of the letter.
    pub tag: String,
    /// What for.
    pub waits: Waits,
}

/// What an address waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// To be one of the account's: its own mailbox answers.
    Added,
    /// To be the primary one: the mailbox of the old one answers.
    Primary,
    /// The same: that mailbox has not objected until this day.
    Week(String),
}

impl Waiting {
    /// Whether a letter to its mailbox or another has a code.
    pub fn has_code(&self) -> bool {
        !matches!(self.waits, Waits::Week(_))
    }

    fn of(app: &App, letter: &Challenge) -> Option<Self> {
        let about = letter.about.as_ref()?.to_string();
        let (to, tag) = (letter.address.to_string(), code::tag(&app.crypto, letter.id));
        let waits = match letter.purpose {
            Purpose::ReplacePrimary => Waits::Week(letter.expires_at.date()),
            Purpose::ChangePrimary => Waits::Primary,
            _ => Waits::Added,
        };
        Some(Self { about, to, tag, waits })
    }
}

/// All that waits for a person.
pub(super) async fn of_person(app: &App, user: UserId) -> Result<Vec<Waiting>> {
    let letters = challenges::waiting(app.db.read(), user, app.clock.now()).await?;
    Ok(letters.iter().filter_map(|letter| Waiting::of(app, letter)).collect())
}

/// `POST /account/email/check`: the code of one of the letters.
pub async fn post_check(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = signed_in(&app, &visitor, Destination::Account).await?;
    let user = who.1.id;
    let mut letters = challenges::waiting(app.db.read(), user, app.clock.now()).await?;
    letters.retain(|letter| letter.purpose.has_code());
    let digits = code::read(form.text("code"));
    let fits = |letter: &&Challenge| digits.as_ref().is_some_and(|digits| code::matches(&app.crypto, letter.id, digits));
    // A code that fits none of them is a try of the last.
    let Some(letter) = letters.iter().find(fits).or(letters.last()) else { return Ok(here(&app)) };
    let browser = visitor.browser().mark(&app);
    let answering = Answering {
        caller: visitor.caller(),
        browser: &browser,
        language: visitor.language(),
        user: Some(user),
        at: visitor.at(sign_in::Asked::default()),
    };
    match by_code(&app, letter.id, form.text("code"), answering).await? {
        Redeemed::Confirmed(_) => Ok(here(&app)),
        Redeemed::Wait(wait) => {
            let mut response = profile(&app, &visitor, &who, Said::Code(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            Ok(response)
        }
        _ => Ok(profile(&app, &visitor, &who, Said::Code(Words::new("account-email-code-wrong"))).await?),
    }
}

/// `POST /account/email/waiting`: the same letter again, or not at all.
pub async fn post_waiting(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    if !app.config.sends_letters() {
        return Err(Error::NotFound.into());
    }
    let who = signed_in(&app, &visitor, Destination::Account).await?;
    let user = who.1.id;
    let letters = challenges::waiting(app.db.read(), user, app.clock.now()).await?;
    let tagged = |name: &str| letters.iter().find(|letter| code::tag(&app.crypto, letter.id) == form.text(name));
    if let Some(letter) = tagged("again") {
        let asked = resend(&app, letter.id, (visitor.caller(), None, visitor.language())).await?;
        if let Some(Asked::Wait(wait)) = asked {
            let mut response = profile(&app, &visitor, &who, Said::Code(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            return Ok(response);
        }
    } else if let Some(letter) = tagged("cancel") {
        let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
        if challenges::end(&work, letter.id).await? {
            work.record(Event::EmailChallengeCancelled { challenge: letter.id, user: Some(user) });
        }
        work.commit().await?;
    }
    Ok(here(&app))
}

fn here(app: &App) -> HttpResponse {
    see_other(&app.config.issuer.join("/account"))
}
