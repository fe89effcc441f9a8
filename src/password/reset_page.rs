//! `/recover` and `/recover/new`: a letter for whoever forgot their password, and the new one.

use actix_web::{HttpRequest, HttpResponse, web};

use super::attempt::busy;
use super::hash::HashPool;
use super::reset::{Choosing, Reset, recovery, reset};
use super::typed::Password;
use super::view::{ForgotPage, ResetPage};
use crate::app::App;
use crate::config::MethodName;
use crate::email_challenge::{Challenge, Purpose};
use crate::error::{Error, Result};
use crate::form::{Form, Parameters};
use crate::page::{PageResult, status_of};
use crate::session::Visitor;
use crate::sign_in::{self, Flow, go, onward, second_step, send_letter};
use crate::types::Words;

/// `GET /recover`
pub async fn get_forgot(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = open(&app, &visitor, &request)?;
    Ok(forgot_page(&app, &visitor, &flow, flow.typed(), None)?)
}

/// `POST /recover`: the letter. The next page is the same for everybody.
pub async fn post_forgot(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    if !is_offered(&app) {
        return Err(Error::NotFound.into());
    }
    match sign_in::page::address(form.text("email")) {
        Ok(address) => Ok(send_letter(&app, &visitor, &flow.with_address(&address), Purpose::Reset, None).await?),
        Err(problem) => Ok(forgot_page(&app, &visitor, &flow, form.text("email"), Some(problem))?),
    }
}

/// `GET /recover/new`
pub async fn get_reset(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = open(&app, &visitor, &request)?;
    match recovery(&app, flow.recovery).await? {
        Some(challenge) => Ok(reset_page(&app, &visitor, &flow, &challenge, None)?),
        None => Ok(go(&app, "/sign-in/check", &flow)?),
    }
}

/// `POST /recover/new`: checked and hashed outside any transaction, then set.
pub async fn post_reset(app: web::Data<App>, pool: web::Data<HashPool>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(mut form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(challenge) = recovery(&app, flow.recovery).await? else { return Ok(go(&app, "/sign-in/check", &flow)?) };
    let page = visitor.page(&app, flow.client());
    let names = [page.name(), app.config.branding.name.as_str(), "housekey"];
    let typed = form.take("new-password").unwrap_or_default();
    let password = match Password::chosen(typed, &app.config.sign_in.password, &challenge.address, &names) {
        Ok(password) => password,
        Err(problem) => return Ok(reset_page(&app, &visitor, &flow, &challenge, Some(problem))?),
    };
    let phc = pool.hash(password).await.map_err(busy)?;
    let sign_out = form.get("signout").is_some();
    let choosing = Choosing { caller: visitor.caller(), at: visitor.at(flow.asked()), page: &page, sign_out };
    match reset(&app, &challenge, &phc, choosing).await? {
        Reset::SignedIn { user, secret } => Ok(onward(&app, &visitor, &flow, user, &secret).await?),
        Reset::Half(proved) => Ok(second_step(&app, &flow, proved)?),
        Reset::NotYet => Ok(go(&app, "/sign-in", &flow)?),
        Reset::Over => Ok(go(&app, "/sign-in/check", &flow)?),
    }
}

fn is_offered(app: &App) -> bool {
    app.config.offers(MethodName::Password) && app.config.sends_letters()
}

fn open(app: &App, visitor: &Visitor, request: &HttpRequest) -> Result<Flow> {
    if !is_offered(app) {
        return Err(Error::NotFound);
    }
    let parameters = Parameters::of_query(request);
    match parameters.get("flow") {
        Some(sealed) => Flow::open(app, visitor.browser(), sealed),
        None => Ok(Flow::begin(app, visitor.browser(), sign_in::Destination::Account)),
    }
}

fn forgot_page(app: &App, visitor: &Visitor, flow: &Flow, typed: &str, problem: Option<Words>) -> Result<HttpResponse> {
    let page = ForgotPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        email: typed.chars().take(320).collect(),
        problem,
        mail: app.config.offers(MethodName::Email),
    };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}

fn reset_page(app: &App, visitor: &Visitor, flow: &Flow, challenge: &Challenge, problem: Option<Words>) -> Result<HttpResponse> {
    let page = ResetPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        email: challenge.address.to_string(),
        min_length: app.config.sign_in.password.min_length,
        problem,
    };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}
