//! `/l/{link}`: the page behind the link of a letter. Opening it changes nothing, however it is opened;
//! the form on it does.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::keep::KeepPage;
use super::link_view::{Goal, LinkCancelledPage, LinkExpiredPage, LinkOtherPage, LinkPage, LinkUsedPage};
use super::page::go_on;
use super::redeem::{Answering, Redeemed, by_link};
use crate::app::App;
use crate::audit::Event;
use crate::email_challenge::{self as challenges, Challenge, Purpose, State, code};
use crate::error::{Error, Result};
use crate::form::Form;
use crate::mail::spaced;
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::Flow;
use crate::types::{UserId, Words};
use crate::work::Actor;

/// `GET /l/{link}`
pub async fn get_link(app: web::Data<App>, visitor: Visitor, link: web::Path<String>) -> PageResult {
    let challenge = find(&app, &link).await?;
    let same_browser = challenge.is_from(&visitor.browser().mark(&app));
    if challenge.state(app.clock.now()) == State::Open && !same_browser {
        note_opening(&app, &visitor, &challenge).await?;
    }
    Ok(show(&app, &visitor, &challenge, &link).await?)
}

/// `POST /l/{link}`: go on.
pub async fn post_link(app: web::Data<App>, visitor: Visitor, link: web::Path<String>, form: Result<Form>) -> PageResult {
    form?;
    let challenge = find(&app, &link).await?;
    if challenge.state(app.clock.now()) != State::Open {
        return Ok(show(&app, &visitor, &challenge, &link).await?);
    }
    let browser = visitor.browser().mark(&app);
    let flow = Flow::recall(&app, visitor.browser(), &challenge.journey(&app.crypto)?).with_address(&challenge.address);
    let at = visitor.at(flow.asked());
    let user = owner(&app, &visitor, &challenge).await?;
    let answering = Answering { caller: visitor.caller(), browser: &browser, language: visitor.language(), user, at };
    match by_link(&app, &challenge, answering).await? {
        // Somebody was faster: with the same link, or with the code.
        Redeemed::Over => Ok(show(&app, &visitor, &find(&app, &link).await?, &link).await?),
        redeemed => Ok(go_on(&app, &visitor, &flow, redeemed).await?),
    }
}

/// `POST /l/{link}/cancel`: "I didn't ask for this". Ends the link and the code.
pub async fn post_cancel(app: web::Data<App>, visitor: Visitor, link: web::Path<String>, form: Result<Form>) -> PageResult {
    form?;
    let challenge = find(&app, &link).await?;
    let mut work = app.begin(visitor.actor()).await?;
    if challenges::end(&work, challenge.id).await? {
        work.record(Event::EmailChallengeCancelled { challenge: challenge.id, user: challenge.user });
    }
    work.commit().await?;
    Ok(show(&app, &visitor, &find(&app, &link).await?, &link).await?)
}

pub(super) async fn find(app: &App, link: &str) -> Result<Challenge> {
    let id = code::read_link(&app.crypto, link).ok_or(Error::NotFound)?;
    challenges::find(app.db.read(), id).await?.filter(|challenge| challenge.purpose.has_link()).ok_or(Error::NotFound)
}

/// Whatever opens a link elsewhere, and how often, is in the audit log: a person with two devices, or a
/// scanner on the way to the mailbox.
async fn note_opening(app: &App, visitor: &Visitor, challenge: &Challenge) -> Result<()> {
    let Some(opens) = challenges::count_open(&app.db, challenge.id).await? else { return Ok(()) };
    let mut ledger = app.ledger(Actor::Visitor(visitor.caller().clone(), None));
    ledger.record(Event::EmailLinkOpened { challenge: challenge.id, user: challenge.user, same_browser: false, opens });
    ledger.commit().await?;
    Ok(())
}

/// Who is signed in here, if it is the account whose page asked.
async fn owner(app: &App, visitor: &Visitor, challenge: &Challenge) -> Result<Option<UserId>> {
    if challenge.about.is_none() {
        return Ok(None);
    }
    Ok(visitor.session(app).await?.map(|session| session.user).filter(|user| challenge.user == Some(*user)))
}

pub(super) async fn show(app: &App, visitor: &Visitor, challenge: &Challenge, link: &str) -> Result<HttpResponse> {
    let now = app.clock.now();
    let flow = Flow::recall(app, visitor.browser(), &challenge.journey(&app.crypto)?).with_address(&challenge.address);
    let page = visitor.page(app, flow.client());
    let email = challenge.address.to_string();
    let state = challenge.state(now);
    if state != State::Open {
        let sealed = flow.seal(app)?;
        return Ok(match state {
            State::Ended => visitor.show(StatusCode::GONE, &LinkCancelledPage { page }),
            // It has come true: there is nothing left to object to.
            State::Used if challenge.purpose == Purpose::ReplacePrimary => {
                visitor.show(StatusCode::GONE, &LinkExpiredPage { page, flow: sealed, email })
            }
            State::Used => {
                let href = if flow.client().is_some() { page.flow_path("/continue", &sealed) } else { page.path("/account") };
                visitor.show(StatusCode::GONE, &LinkUsedPage { page, flow: sealed, href })
            }
            _ => visitor.show(StatusCode::GONE, &LinkExpiredPage { page, flow: sealed, email }),
        });
    }
    let goal = match challenge.purpose {
        Purpose::SignIn | Purpose::StepUp | Purpose::SignUp => Goal::SignIn,
        Purpose::Reset => Goal::Reset,
        Purpose::AddAddress => Goal::Confirm,
        Purpose::ChangePrimary => Goal::Primary,
        Purpose::ReplacePrimary => return Ok(visitor.show(StatusCode::OK, &KeepPage::new(page, link, challenge))),
    };
    let link = link.to_owned();
    let is_owner = owner(app, visitor, challenge).await?.is_some();
    // One more address is taken where its person is signed in; anywhere else the letter's code leads there.
    let adds = challenge.purpose == Purpose::AddAddress;
    let goes_on = if adds { is_owner } else { challenge.is_from(&visitor.browser().mark(app)) };
    let new = challenge.about.as_ref().map(ToString::to_string).unwrap_or_default();
    if goes_on {
        return Ok(visitor.show(StatusCode::OK, &LinkPage { page, link, email, goal, new }));
    }
    let minutes = now.since(challenge.created_at).as_secs() / 60;
    let page = LinkOtherPage {
        asked: page.words(&Words::new("link-other-asked").with("browser", &challenge.user_agent).with("minutes", minutes)),
        page,
        link,
        email,
        tag: code::tag(&app.crypto, challenge.id),
        code: spaced(&code::code(&app.crypto, challenge.id)),
        goal,
        new,
        ends_here: !adds,
    };
    Ok(visitor.show(StatusCode::OK, &page))
}
