//! `/sign-in/email` and `/sign-in/check`: asking for a letter, and typing its code.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::link_view::{ConfirmedPage, LinkElsewherePage};
use super::redeem::{Answering, Redeemed, by_code};
use super::view::{CheckEmailExpiredPage, CheckEmailOfflinePage, CheckEmailPage, Shows};
use crate::app::App;
use crate::config::MethodName;
use crate::email_challenge::{self as challenges, Asked, Challenge, Purpose, State, TRIES, code, resend, resend_wait};
use crate::error::{Error, Result};
use crate::form::{Form, Parameters};
use crate::mail::webmail;
use crate::page::{Page, PageResult, status_of};
use crate::session::Visitor;
use crate::sign_in::{self, Flow, go, onward, second_step, send_letter, too_soon, wait_words};
use crate::types::{EmailAddress, Words};
use crate::user;

/// About when the queue tries a letter again that the relay did not take.
const NEXT_TRY: Duration = Duration::from_secs(15);

/// `POST /sign-in/email`: a letter with a link and a code, to whoever the address belongs to.
pub async fn post_email(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    if !app.config.offers(MethodName::Email) {
        return Err(Error::NotFound.into());
    }
    let address = match form.get("email") {
        Some(typed) => sign_in::page::address(typed),
        None => flow.address().ok_or(Words::new("email-malformed")),
    };
    let address = match address {
        Ok(address) => address,
        Err(problem) => return Ok(sign_in::page::show_problem(&app, &visitor, &flow, form.text("email"), problem)?),
    };
    let purpose = if is_theirs(&app, &visitor, &address).await? { Purpose::StepUp } else { Purpose::SignIn };
    Ok(send_letter(&app, &visitor, &flow.with_address(&address), purpose, None).await?)
}

/// Whether it is the address of whoever is signed in here: a letter to it confirms that it is them.
async fn is_theirs(app: &App, visitor: &Visitor, address: &EmailAddress) -> Result<bool> {
    let Some(session) = visitor.session(app).await? else { return Ok(false) };
    let person = user::look(&app.db, session.user).await?;
    Ok(person.and_then(|person| person.email).is_some_and(|own| own.canonical() == address.canonical()))
}

/// `GET /sign-in/check`
pub async fn get_check(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = open(&app, &visitor, &request)?;
    Ok(check_page(&app, &visitor, &flow, None).await?)
}

/// `POST /sign-in/check`: the code.
pub async fn post_check(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(challenge) = flow.challenge else { return Ok(expired_page(&app, &visitor, &flow)?) };
    if form.get("code").is_none() {
        return Ok(check_page(&app, &visitor, &flow, Some(Words::new("check-code-empty"))).await?);
    }
    let browser = visitor.browser().mark(&app);
    let at = visitor.at(flow.asked());
    let answering = Answering { caller: visitor.caller(), browser: &browser, language: visitor.language(), user: None, at };
    let redeemed = by_code(&app, challenge, form.text("code"), answering).await?;
    match redeemed {
        Redeemed::Wrong { left } => {
            let tag = code::tag(&app.crypto, challenge);
            let problem = Words::new("check-code-wrong").with("left", left).with("tag", tag);
            Ok(check_page(&app, &visitor, &flow, Some(problem)).await?)
        }
        Redeemed::Over => Ok(expired_page(&app, &visitor, &flow)?),
        Redeemed::Wait(wait) => {
            let mut response = check_page(&app, &visitor, &flow, Some(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            Ok(response)
        }
        redeemed => Ok(go_on(&app, &visitor, &flow, redeemed).await?),
    }
}

/// Where an answer that was right leads.
pub(super) async fn go_on(app: &App, visitor: &Visitor, flow: &Flow, redeemed: Redeemed) -> Result<HttpResponse> {
    match redeemed {
        Redeemed::SignedIn { user, secret } => onward(app, visitor, flow, user, &secret).await,
        Redeemed::Half(proved) => second_step(app, flow, proved),
        Redeemed::Recover(challenge) => go(app, "/recover/new", &flow.clone().recovering(challenge)),
        Redeemed::Confirmed(purpose) => {
            let primary = purpose == Purpose::ChangePrimary;
            Ok(visitor.show(StatusCode::OK, &ConfirmedPage { page: visitor.page(app, None), primary }))
        }
        _ => go(app, "/sign-in", flow),
    }
}

/// `POST /sign-in/resend`: the same letter again.
pub async fn post_resend(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(challenge) = flow.challenge else { return Ok(expired_page(&app, &visitor, &flow)?) };
    match resend(&app, challenge, (visitor.caller(), flow.client(), visitor.language())).await? {
        None => Ok(expired_page(&app, &visitor, &flow)?),
        Some(Asked::Sent(_)) => Ok(go(&app, "/sign-in/check", &flow)?),
        Some(Asked::Wait(wait)) => {
            let mut response = check_page(&app, &visitor, &flow, Some(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

/// `GET /sign-in/check/status`: whether the page has something else to say by now: the journey was finished in
/// another tab, the letter came back, or it goes after all. For the page's script.
pub async fn get_status(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    let challenge = match flow.challenge {
        Some(id) => challenges::find(app.db.read(), id).await?,
        None => None,
    };
    let says_so = |challenge: &Challenge| parameters.get("shows").is_none_or(|said| said == shows(challenge).as_str());
    let done = challenge.is_none_or(|challenge| challenge.state(app.clock.now()) != State::Open || !says_so(&challenge));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "done": done })))
}

fn shows(challenge: &Challenge) -> Shows {
    if challenge.is_held_up() {
        Shows::Outage
    } else if challenge.has_bounced() {
        Shows::Bounce
    } else {
        Shows::Letter
    }
}

fn open(app: &App, visitor: &Visitor, request: &HttpRequest) -> Result<Flow> {
    let parameters = Parameters::of_query(request);
    Flow::open(app, visitor.browser(), parameters.text("flow"))
}

async fn check_page(app: &App, visitor: &Visitor, flow: &Flow, problem: Option<Words>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let challenge = match flow.challenge {
        Some(id) => challenges::find(app.db.read(), id).await?,
        None => None,
    };
    let Some(challenge) = challenge else { return expired_page(app, visitor, flow) };
    match challenge.state(now) {
        State::Open if challenge.tries < TRIES => {}
        State::Used if visitor.session(app).await?.is_some() => return elsewhere_page(app, visitor, flow),
        _ => return expired_page(app, visitor, flow),
    }
    let page = visitor.page(app, flow.client());
    let shows = shows(&challenge);
    // Whoever types a code nevertheless is told about the code.
    if shows == Shows::Outage && !page.has_fault(&problem) {
        return offline_page(app, visitor, (page, flow), challenge.purpose, problem);
    }
    let status = status_of(problem.as_ref());
    let bounced = shows == Shows::Bounce;
    let page = CheckEmailPage {
        page,
        change: match challenge.purpose {
            Purpose::SignUp => "/sign-up",
            Purpose::StepUp => "/reauth",
            _ => "/sign-in",
        },
        step_up: challenge.purpose == Purpose::StepUp,
        flow: flow.seal(app)?,
        email: typed(flow),
        tag: code::tag(&app.crypto, challenge.id),
        until: challenge.expires_at,
        from: app.config.email.from.clone(),
        problem,
        resend_in: (challenge.sent_at + resend_wait(challenge.sends)).since(now).as_secs(),
        mail_app: webmail(&challenge.address, &app.config.email.from).filter(|_| !bounced),
        bounced,
    };
    Ok(visitor.show(status, &page))
}

/// What was typed, not what is kept: the two may differ in case, which would tell that somebody has it.
fn typed(flow: &Flow) -> String {
    flow.address().map_or_else(String::new, |address: EmailAddress| address.to_string())
}

fn offline_page(
    app: &App,
    visitor: &Visitor,
    (page, flow): (Page, &Flow),
    purpose: Purpose,
    problem: Option<Words>,
) -> Result<HttpResponse> {
    let page = CheckEmailOfflinePage {
        page,
        flow: flow.seal(app)?,
        email: typed(flow),
        password: app.config.offers(MethodName::Password) && purpose != Purpose::SignUp,
        problem,
        reference: visitor.caller().request_id.clone(),
    };
    let mut response = visitor.show(StatusCode::SERVICE_UNAVAILABLE, &page);
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(NEXT_TRY.as_secs()));
    Ok(response)
}

fn elsewhere_page(app: &App, visitor: &Visitor, flow: &Flow) -> Result<HttpResponse> {
    let page = visitor.page(app, flow.client());
    let href = match flow.client() {
        Some(_) => page.flow_path("/continue", &flow.seal(app)?),
        None => page.path("/account"),
    };
    Ok(visitor.show(StatusCode::OK, &LinkElsewherePage { page, href }))
}

fn expired_page(app: &App, visitor: &Visitor, flow: &Flow) -> Result<HttpResponse> {
    let page = CheckEmailExpiredPage { page: visitor.page(app, flow.client()), flow: flow.seal(app)? };
    Ok(visitor.show(StatusCode::GONE, &page))
}
