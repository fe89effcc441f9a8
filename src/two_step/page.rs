//! `/sign-in/two-step`: the second page of a sign-in to an account that asks for one, or where one is required and set up first.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::check::{Answer, Answering, Checked, check, limited};
use super::manage::{By as Who, Started, begin, has, turn_on};
use super::view::{By, CodesPage, Has, Place, SetUpPage, TwoStepPage};
use crate::app::App;
use crate::error::Result;
use crate::form::{Form, Parameters, see_other};
use crate::mail::Notice;
use crate::page::{PageResult, status_of};
use crate::session::{Visitor, set_cookie};
use crate::sign_in::{At, Completed, Flow, Method, Proved, complete, counts, go, next, notices_of, onward, spend, too_soon, wait_words};
use crate::types::{EmailAddress, Envelope, Words};
use crate::user;
use crate::work::Actor;

/// `GET /sign-in/two-step`: the app's code, or with `?with=…` something else that the person has.
pub async fn get_two_step(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    let Some(proved) = flow.proved.clone().filter(|proved| counts(&app, proved)) else { return Ok(go(&app, "/sign-in", &flow)?) };
    let has = has(&app, app.db.read(), proved.user).await?;
    let Some(first) = has.first() else {
        return Ok(set_up_page(&app, &visitor, (&flow, &proved), begin(&app, proved.user), None).await?);
    };
    let by = match parameters.text("with") {
        "recovery" => By::Recovery,
        "passkey" => By::Passkey,
        "code" => By::Code,
        _ => first,
    };
    let by = if has.offers(by) { by } else { first };
    let problem = (parameters.get("refused").is_some() && by == By::Passkey).then(|| Words::new("passkey-refused-here"));
    Ok(page(&app, &visitor, &flow, (by, has), problem)?)
}

/// `POST /sign-in/two-step`
pub async fn post_two_step(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(proved) = flow.proved.clone() else { return Ok(go(&app, "/sign-in", &flow)?) };
    let recovery = form.get("recovery").is_some();
    let typed = form.text(if recovery { "recovery" } else { "code" });
    let (by, answer) = if recovery { (By::Recovery, Answer::Recovery(typed)) } else { (By::Code, Answer::Code(typed)) };
    let asked = (by, has(&app, app.db.read(), proved.user).await?);
    if typed.trim().is_empty() {
        let empty = if recovery { "recovery-empty" } else { "two-step-empty" };
        return Ok(page(&app, &visitor, &flow, asked, Some(Words::new(empty)))?);
    }
    let look = visitor.page(&app, flow.client());
    let mut at = visitor.at(flow.asked());
    at.notices = told(&app, &visitor, &flow, &proved).await?;
    let trust = !recovery && form.get("trust").is_some();
    match check(&app, &proved, answer, Answering { caller: visitor.caller(), at, trust, page: &look }).await? {
        Checked::SignedIn { secret, trust } => {
            let flow = flow.unproved();
            let mut response = onward(&app, &visitor, &flow, proved.user, &secret).await?;
            if let Some(trust) = trust {
                trust.give(&mut response);
            }
            Ok(response)
        }
        Checked::Wrong => {
            let wrong = if recovery { "recovery-wrong" } else { "two-step-wrong" };
            Ok(page(&app, &visitor, &flow, asked, Some(Words::new(wrong)))?)
        }
        Checked::Wait(wait) => {
            let mut response = page(&app, &visitor, &flow, asked, Some(wait_words(wait)))?;
            too_soon(&mut response, wait);
            Ok(response)
        }
        Checked::Over => Ok(go(&app, "/sign-in", &flow.unproved())?),
    }
}

/// `POST /sign-in/two-step/set-up`: the first code of a new app, where a second step is required.
pub async fn post_set_up(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(proved) = flow.proved.clone().filter(|proved| counts(&app, proved)) else { return Ok(go(&app, "/sign-in", &flow)?) };
    // Who has a second step already, perhaps since a moment ago in another tab, is asked for it.
    if has(&app, app.db.read(), proved.user).await?.first().is_some() {
        return Ok(go(&app, "/sign-in/two-step", &flow)?);
    }
    let started = Started::open(&app, proved.user, form.text("started"));
    if let Some(wait) = limited(&app, visitor.caller(), proved.user).await? {
        let mut response = set_up_page(&app, &visitor, (&flow, &proved), started, Some(wait_words(wait))).await?;
        too_soon(&mut response, wait);
        return Ok(response);
    }
    let look = visitor.page(&app, flow.client());
    let letters = user::notices(&app, proved.user, (Notice::TwoStepOn, visitor.user_agent()), &look).await?;
    let at = At { notices: told(&app, &visitor, &flow, &proved).await?, ..visitor.at(flow.asked()) };
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(proved.user))).await?;
    let codes = turn_on(&app, &mut work, (&started, form.text("code")), Who::Newcomer, &letters).await?;
    let Some(codes) = codes else {
        drop(work);
        return Ok(set_up_page(&app, &visitor, (&flow, &proved), started, Some(Words::new("two-step-wrong"))).await?);
    };
    let counted = spend(&work, &proved).await?;
    let person = user::find(work.db(), proved.user).await?.filter(|_| counted).map(|user| user.person);
    let Some(person) = person else { return Ok(go(&app, "/sign-in", &flow.unproved())?) };
    let completed = complete(&mut work, &person, &proved.proofs.clone().and(Method::Totp), at, &app.config.sign_in).await?;
    let Completed::SignedIn { secret, .. } = completed else {
        return Ok(go(&app, "/sign-in", &flow.unproved())?);
    };
    work.commit().await?;
    let flow = flow.unproved();
    let page = CodesPage { page: look, codes, flow: flow.seal(&app)? };
    let mut response = visitor.show(StatusCode::OK, &page);
    set_cookie(&mut response, &secret, app.config.sign_in.session);
    visitor.devices(&app).remember(&app, (proved.user, flow.by.as_ref()), &mut response);
    Ok(response)
}

/// `POST /sign-in/two-step/saved`: the codes have been seen, and the journey goes on.
pub async fn post_saved(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let to = match form.get("flow") {
        Some(sealed) => next(&app, &Flow::open(&app, visitor.browser(), sealed)?)?,
        None => app.config.issuer.join("/account/security"),
    };
    Ok(see_other(&to))
}

/// What the mailbox is told of a browser that is new to the account. Whoever answered a letter knows.
async fn told(app: &App, visitor: &Visitor, flow: &Flow, proved: &Proved) -> Result<Vec<Envelope>> {
    if proved.proofs.names().contains(&Method::EmailCode.as_str()) {
        return Ok(Vec::new());
    }
    notices_of(app, proved.user, (&visitor.devices(app), visitor.user_agent()), (flow.client(), visitor.language())).await
}

async fn address(app: &App, proved: &Proved) -> Result<Option<EmailAddress>> {
    Ok(user::look(&app.db, proved.user).await?.and_then(|person| person.email))
}

fn page(app: &App, visitor: &Visitor, flow: &Flow, (by, has): (By, Has), problem: Option<Words>) -> Result<HttpResponse> {
    let status = status_of(problem.as_ref());
    let page = TwoStepPage { page: visitor.page(app, flow.client()), flow: flow.seal(app)?, by, has, problem };
    Ok(visitor.show(status, &page))
}

async fn set_up_page(
    app: &App,
    visitor: &Visitor,
    (flow, proved): (&Flow, &Proved),
    started: Started,
    problem: Option<Words>,
) -> Result<HttpResponse> {
    let status = status_of(problem.as_ref());
    let account = address(app, proved).await?.map_or_else(|| proved.user.to_string(), |address| address.to_string());
    let look = visitor.page(app, flow.client());
    let page = SetUpPage::of(app, (look, Place::SignIn), flow.seal(app)?, (&started, &account), problem)?;
    Ok(visitor.show(status, &page))
}
