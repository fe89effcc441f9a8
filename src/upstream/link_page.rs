//! `/link` and `/linked`: the two questions that a sign-in with someone else may leave open. Which account is yours? And:
//! this one had your address; is that right?

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::configured::Upstreams;
use super::view::{ConnectPage, LinkedPage, ProvePage};
use crate::app::App;
use crate::error::Result;
use crate::form::{Form, Parameters, see_other};
use crate::identity::{self, Identity};
use crate::mail::{self, Notice};
use crate::page::{PageResult, ProviderButton};
use crate::session::{Session, Visitor};
use crate::sign_in::{Flow, go, next};
use crate::types::UnixMillis;
use crate::user;
use crate::work::Actor;

/// `GET /link`: asks for a proof; from whoever has given it, whether to connect.
pub async fn get_link(app: web::Data<App>, upstreams: web::Data<Upstreams>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = opened(&app, &visitor, &request)?;
    let Some(Waiting { identity, button, since }) = waiting(&app, &upstreams, &visitor, &flow).await? else {
        return Ok(over(&app, &visitor, flow).await?);
    };
    let (page, sealed) = (visitor.page(&app, flow.client()), flow.seal(&app)?);
    let label = identity.label().map(str::to_owned);
    if let Some(session) = proved(&app, &visitor, since).await? {
        let account = address_of(&app, &session).await?;
        return Ok(visitor.show(StatusCode::OK, &ConnectPage { page, flow: sealed, provider: button, label, account }));
    }
    // An address typed before, by this person, comes before one that a provider named.
    let email = if flow.typed().is_empty() { identity.email.unwrap_or_default() } else { flow.typed().to_owned() };
    let page = ProvePage {
        page,
        flow: sealed,
        provider: button,
        label,
        email,
        problem: None,
        mail: app.config.offers(crate::config::MethodName::Email),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// `POST /link`: the answer. What a provider said is taken once, for the account whose person proved that it is theirs in
/// this very journey.
pub async fn post_link(app: web::Data<App>, upstreams: web::Data<Upstreams>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some((waiting, pending)) = waiting(&app, &upstreams, &visitor, &flow).await?.zip(flow.pending) else {
        return Ok(over(&app, &visitor, flow).await?);
    };
    let Some(session) = proved(&app, &visitor, waiting.since).await? else { return Ok(go(&app, "/link", &flow)?) };
    let browser = visitor.browser().mark(&app);
    let actor = Actor::Visitor(visitor.caller().clone(), Some(session.user));
    if form.get("connect").is_none() {
        let mut ledger = app.ledger(actor);
        identity::forget(&mut ledger, (pending, &browser));
        ledger.commit().await?;
        return Ok(see_other(&next(&app, &flow.settled())?));
    }
    let notice = Notice::IdentityLinked(waiting.button.name);
    let page = mail::page(&app, flow.client(), visitor.language());
    let notices = user::notices(&app, session.user, (notice, visitor.user_agent()), &page).await?;
    let mut work = app.begin(actor).await?;
    if let Some(identity) = identity::spend(&mut work, (pending, &browser)).await?
        && identity::link(&mut work, session.user, &identity).await?.is_some()
    {
        user::name_if_none(&work, session.user, identity.name.as_deref()).await?;
        mail::post(&mut work, &notices)?;
    }
    work.commit().await?;
    Ok(see_other(&next(&app, &flow.settled())?))
}

/// `GET /linked`: says that an account was opened because its address was the same.
pub async fn get_linked(app: web::Data<App>, upstreams: web::Data<Upstreams>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = opened(&app, &visitor, &request)?;
    let Some((session, linked)) = just_linked(&app, &visitor, &flow).await? else {
        return Ok(over(&app, &visitor, flow).await?);
    };
    let page = LinkedPage {
        page: visitor.page(&app, flow.client()),
        flow: flow.seal(&app)?,
        go_on: next(&app, &flow.settled())?,
        provider: button(&upstreams, &linked.identity),
        account: address_of(&app, &session).await?,
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// `POST /linked`: undone. The account is as it was before, and nobody is signed in to it by this journey.
pub async fn post_linked(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some((session, linked)) = just_linked(&app, &visitor, &flow).await? else {
        return Ok(over(&app, &visitor, flow).await?);
    };
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(session.user))).await?;
    identity::unlink(&mut work, session.user, &linked).await?;
    work.commit().await?;
    let mut response = go(&app, "/sign-in", &flow.settled())?;
    visitor.sign_out(&app, &session, false, &mut response).await?;
    Ok(response)
}

fn opened(app: &App, visitor: &Visitor, request: &HttpRequest) -> Result<Flow> {
    Flow::open(app, visitor.browser(), Parameters::of_query(request).text("flow"))
}

/// An identity that waits for a proof.
struct Waiting {
    identity: Identity,
    button: ProviderButton,
    since: UnixMillis,
}

/// The identity that waits for a proof in this journey and browser.
async fn waiting(app: &App, upstreams: &Upstreams, visitor: &Visitor, flow: &Flow) -> Result<Option<Waiting>> {
    let Some(pending) = flow.pending else { return Ok(None) };
    let browser = visitor.browser().mark(app);
    let Some((identity, since)) = identity::look(app.db.read(), &app.crypto, (pending, &browser), app.clock.now()).await? else {
        return Ok(None);
    };
    // A provider that was switched off meanwhile lets nobody in.
    let upstream = upstreams.find(identity.provider.as_str());
    Ok(upstream.map(|upstream| Waiting { button: upstream.button(), identity, since }))
}

/// The session of whoever proved who they are since then: one that was there before is no answer to the question.
async fn proved(app: &App, visitor: &Visitor, since: UnixMillis) -> Result<Option<Session>> {
    Ok(visitor.session(app).await?.filter(|session| session.auth_time >= since))
}

async fn just_linked(app: &App, visitor: &Visitor, flow: &Flow) -> Result<Option<(Session, identity::Linked)>> {
    let Some((session, id)) = visitor.session(app).await?.zip(flow.linked) else { return Ok(None) };
    let all = identity::of_user(app.db.read(), &app.crypto, session.user).await?;
    let linked = all.into_iter().find(|linked| linked.id == id && session.auth_time >= linked.since);
    Ok(linked.map(|linked| (session, linked)))
}

/// There is no such question any more: onward, or to the sign-in page.
async fn over(app: &App, visitor: &Visitor, flow: Flow) -> Result<HttpResponse> {
    let flow = flow.settled();
    match visitor.session(app).await? {
        Some(_) => Ok(see_other(&next(app, &flow)?)),
        None => go(app, "/sign-in", &flow),
    }
}

async fn address_of(app: &App, session: &Session) -> Result<String> {
    let person = user::look(&app.db, session.user).await?;
    Ok(person.and_then(|person| person.email).map(|email| email.to_string()).unwrap_or_default())
}

/// The button of an identity's provider, even of one that is no longer set up.
pub fn button(upstreams: &Upstreams, identity: &Identity) -> ProviderButton {
    match upstreams.find(identity.provider.as_str()) {
        Some(upstream) => upstream.button(),
        None => ProviderButton {
            id: identity.provider.to_string(),
            name: identity.provider.to_string(),
            mark: None,
            monogram: super::catalogue::monogram(identity.provider.as_str()),
        },
    }
}
