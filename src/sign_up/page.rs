//! The pages of a sign-up: address, password, code.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use std::time::Duration;

use super::view::{CheckEmailExpiredPage, CheckEmailPage, ChoosePasswordPage, SignUpClosedPage, SignUpPage};
use super::{Asked, Begun, Finished, begin, code, finish, resend, resend_wait, store};
use crate::app::App;
use crate::error::Result;
use crate::form::{Form, Parameters, see_other};
use crate::mail::webmail;
use crate::page::PageResult;
use crate::password::{HashPool, Password};
use crate::session::Visitor;
use crate::sign_in::{self, Destination, Flow, onward};
use crate::types::Words;

/// `GET /sign-up`. Writes nothing.
pub async fn get_sign_up(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::parse(request.query_string().as_bytes()).unwrap_or_default();
    let flow = match parameters.get("flow") {
        Some(sealed) => Flow::open(&app, visitor.browser(), sealed)?,
        None => Flow::begin(&app, visitor.browser(), Destination::Account),
    };
    Ok(address_page(&app, &visitor, &flow, flow.typed(), None)?)
}

/// `POST /sign-up`: the address.
pub async fn post_sign_up(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    if !app.sign_ups_are_open() {
        return Ok(address_page(&app, &visitor, &flow, "", None)?);
    }
    match sign_in::page::address(form.text("email")) {
        Ok(address) => Ok(go(&app, "/sign-up/password", &flow.with_address(&address))?),
        Err(problem) => Ok(address_page(&app, &visitor, &flow, form.text("email"), Some(problem))?),
    }
}

/// `GET /sign-up/password`
pub async fn get_choose_password(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = open(&app, &visitor, &request)?;
    Ok(password_page(&app, &visitor, &flow, None)?)
}

/// `POST /sign-up/password`: checked, hashed outside any transaction, and kept until the code comes back.
pub async fn post_choose_password(app: web::Data<App>, pool: web::Data<HashPool>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(mut form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(address) = flow.address().filter(|_| app.sign_ups_are_open()) else {
        return Ok(address_page(&app, &visitor, &flow, "", None)?);
    };
    let page = visitor.page(&app, flow.client());
    let names = [page.name(), app.config.branding.name.as_str(), "housekey"];
    let password = match Password::chosen(form.take("new-password").unwrap_or_default(), &app.config.sign_in.password, &address, &names) {
        Ok(password) => password,
        Err(problem) => return Ok(password_page(&app, &visitor, &flow, Some(problem))?),
    };
    let phc = pool.hash(password).await.map_err(crate::password::busy)?;
    // A new name for each letter: an older letter's code is worth nothing for this password.
    let flow = flow.renamed(&app);
    let asked =
        Asked { caller: visitor.caller(), browser: crate::user_agent::describe(visitor.user_agent()), page: &page, flow: flow.seal(&app)? };
    match begin(&app, flow.id, &address, phc.as_str(), &asked).await? {
        Begun::Sent => Ok(go(&app, "/sign-up/check", &flow)?),
        Begun::Wait(wait) => {
            let mut response = password_page(&app, &visitor, &flow, Some(wait_words(wait)))?;
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

/// `GET /sign-up/check`
pub async fn get_check(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let flow = open(&app, &visitor, &request)?;
    Ok(check_page(&app, &visitor, &flow, None).await?)
}

/// `POST /sign-up/check`: the code.
pub async fn post_check(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    if form.get("code").is_none() {
        return Ok(check_page(&app, &visitor, &flow, Some(Words::new("sign-up-code-empty"))).await?);
    }
    match finish(&app, flow.id, form.text("code"), visitor.caller(), visitor.at()).await? {
        Finished::SignedIn { user, secret } => Ok(onward(&app, &visitor, &flow, user, &secret)?),
        Finished::Wrong { left } => {
            let tag = code::tag(&app.crypto, flow.id);
            let problem = Words::new("sign-up-code-wrong").with("left", left).with("tag", tag);
            Ok(check_page(&app, &visitor, &flow, Some(problem)).await?)
        }
        Finished::NotYet => Ok(go(&app, "/sign-in", &flow)?),
        Finished::Over => Ok(expired_page(&app, &visitor, &flow)?),
        Finished::Wait(wait) => {
            let mut response = check_page(&app, &visitor, &flow, Some(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

/// `POST /sign-up/resend`: the same letter again.
pub async fn post_resend(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let page = visitor.page(&app, flow.client());
    let asked =
        Asked { caller: visitor.caller(), browser: crate::user_agent::describe(visitor.user_agent()), page: &page, flow: flow.seal(&app)? };
    match resend(&app, flow.id, &asked).await? {
        None => Ok(expired_page(&app, &visitor, &flow)?),
        Some(Begun::Sent) => Ok(go(&app, "/sign-up/check", &flow)?),
        Some(Begun::Wait(wait)) => {
            let mut response = check_page(&app, &visitor, &flow, Some(wait_words(wait))).await?;
            too_soon(&mut response, wait);
            Ok(response)
        }
    }
}

fn open(app: &App, visitor: &Visitor, request: &HttpRequest) -> Result<Flow> {
    let parameters = Parameters::parse(request.query_string().as_bytes()).unwrap_or_default();
    Flow::open(app, visitor.browser(), parameters.text("flow"))
}

fn go(app: &App, path: &str, flow: &Flow) -> Result<HttpResponse> {
    Ok(see_other(&app.config.issuer.join(&format!("{path}?flow={}", flow.seal(app)?))))
}

fn wait_words(wait: Duration) -> Words {
    Words::new("sign-up-wait").with("seconds", wait.as_secs().max(1))
}

fn too_soon(response: &mut HttpResponse, wait: Duration) {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait.as_secs().max(1)));
}

fn status(problem: Option<&Words>) -> StatusCode {
    if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

fn address_page(app: &App, visitor: &Visitor, flow: &Flow, typed: &str, problem: Option<Words>) -> Result<HttpResponse> {
    let (page, sealed) = (visitor.page(app, flow.client()), flow.seal(app)?);
    if !app.sign_ups_are_open() {
        return Ok(visitor.show(StatusCode::FORBIDDEN, &SignUpClosedPage { page, flow: sealed }));
    }
    let email = typed.chars().take(320).collect();
    Ok(visitor.show(status(problem.as_ref()), &SignUpPage { page, flow: sealed, email, problem }))
}

fn password_page(app: &App, visitor: &Visitor, flow: &Flow, problem: Option<Words>) -> Result<HttpResponse> {
    let Some(address) = flow.address().filter(|_| app.sign_ups_are_open()) else {
        return address_page(app, visitor, flow, "", None);
    };
    let page = ChoosePasswordPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        email: address.to_string(),
        min_length: app.config.sign_in.password.min_length,
        problem,
    };
    Ok(visitor.show(status(page.problem.as_ref()), &page))
}

async fn check_page(app: &App, visitor: &Visitor, flow: &Flow, problem: Option<Words>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(pending) = store::find(app.db.read(), flow.id, now).await?.filter(|pending| pending.tries < store::TRIES) else {
        return expired_page(app, visitor, flow);
    };
    let page = CheckEmailPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        email: pending.address.to_string(),
        tag: code::tag(&app.crypto, flow.id),
        until: pending.expires_at,
        from: app.config.email.from.clone(),
        problem,
        resend_in: (pending.sent_at + resend_wait(pending.sends)).since(now).as_secs(),
        mail_app: webmail(&pending.address, &app.config.email.from),
    };
    Ok(visitor.show(status(page.problem.as_ref()), &page))
}

fn expired_page(app: &App, visitor: &Visitor, flow: &Flow) -> Result<HttpResponse> {
    let page = CheckEmailExpiredPage { page: visitor.page(app, flow.client()), flow: flow.seal(app)? };
    Ok(visitor.show(StatusCode::GONE, &page))
}
