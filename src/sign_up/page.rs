//! The pages of a sign-up: the address, and a password where people sign in with one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::view::{ChoosePasswordPage, SignUpClosedPage, SignUpPage};
use crate::app::App;
use crate::config::MethodName;
use crate::email_challenge::Purpose;
use crate::error::Result;
use crate::form::{Form, Parameters};
use crate::page::{PageResult, status_of};
use crate::password::{HashPool, Password};
use crate::session::Visitor;
use crate::sign_in::{self, Destination, Flow, go, send_letter};
use crate::types::Words;

/// `GET /sign-up`. Writes nothing.
pub async fn get_sign_up(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = match parameters.get("flow") {
        Some(sealed) => Flow::open(&app, visitor.browser(), sealed)?,
        None => Flow::begin(&app, visitor.browser(), Destination::Account),
    };
    Ok(address_page(&app, &visitor, &flow, flow.typed(), None)?)
}

/// `POST /sign-up`: the address. Where people sign in by mail first, a letter is all it takes.
pub async fn post_sign_up(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    if !app.sign_ups_are_open() {
        return Ok(address_page(&app, &visitor, &flow, "", None)?);
    }
    let flow = match sign_in::page::address(form.text("email")) {
        // No word about whether it has an account: that can be had without this page.
        Ok(address) if !app.admits(&address) => {
            let domains = app.config.sign_in.sign_up_domains.join(", ");
            let problem = Words::new("sign-up-domains").with("domains", domains);
            return Ok(address_page(&app, &visitor, &flow, form.text("email"), Some(problem))?);
        }
        Ok(address) => flow.with_address(&address),
        Err(problem) => return Ok(address_page(&app, &visitor, &flow, form.text("email"), Some(problem))?),
    };
    match app.config.methods().next() {
        Some(MethodName::Email) => Ok(send_letter(&app, &visitor, &flow, Purpose::SignIn, None).await?),
        Some(MethodName::Password) => Ok(go(&app, "/sign-up/password", &flow)?),
        // Only others let people in here: their buttons are on the sign-in page.
        None => Ok(go(&app, "/sign-in", &flow)?),
    }
}

/// `GET /sign-up/password`
pub async fn get_choose_password(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    Ok(password_page(&app, &visitor, &flow, None)?)
}

/// `POST /sign-up/password`: checked, hashed outside any transaction, and kept until the letter is answered.
pub async fn post_choose_password(app: web::Data<App>, pool: web::Data<HashPool>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(mut form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(address) = flow.address().filter(|_| takes_passwords(&app)) else {
        return Ok(address_page(&app, &visitor, &flow, "", None)?);
    };
    let page = visitor.page(&app, flow.client());
    let names = [page.name(), app.config.branding.name.as_str(), "housekey"];
    let password = match Password::chosen(form.take("new-password").unwrap_or_default(), &app.config.sign_in.password, &address, &names) {
        Ok(password) => password,
        Err(problem) => return Ok(password_page(&app, &visitor, &flow, Some(problem))?),
    };
    let phc = pool.hash(password).await.map_err(crate::password::busy)?;
    Ok(send_letter(&app, &visitor, &flow, Purpose::SignUp, Some(phc.as_str())).await?)
}

fn takes_passwords(app: &App) -> bool {
    app.sign_ups_are_open() && app.config.offers(MethodName::Password)
}

fn address_page(app: &App, visitor: &Visitor, flow: &Flow, typed: &str, problem: Option<Words>) -> Result<HttpResponse> {
    let (page, sealed) = (visitor.page(app, flow.client()), flow.seal(app)?);
    if !app.sign_ups_are_open() {
        return Ok(visitor.show(StatusCode::FORBIDDEN, &SignUpClosedPage { page, flow: sealed }));
    }
    let email = typed.chars().take(320).collect();
    Ok(visitor.show(status_of(problem.as_ref()), &SignUpPage { page, flow: sealed, email, problem, providers: visitor.providers() }))
}

fn password_page(app: &App, visitor: &Visitor, flow: &Flow, problem: Option<Words>) -> Result<HttpResponse> {
    let Some(address) = flow.address().filter(|_| takes_passwords(app)) else {
        return address_page(app, visitor, flow, "", None);
    };
    let page = ChoosePasswordPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        email: address.to_string(),
        min_length: app.config.sign_in.password.min_length,
        problem,
    };
    Ok(visitor.show(status_of(page.problem.as_ref()), &page))
}
