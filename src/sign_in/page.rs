//! `/sign-in`, `/sign-out` and `/signed-out`: the pages around every way in.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::view::{SignInPage, SignOutPage, SignedOutPage};
use super::{Destination, Flow};
use crate::app::App;
use crate::error::Result;
use crate::form::{Form, Parameters, see_other};
use crate::page::{PageResult, ProviderButton, status_of};
use crate::session::{self, Visitor};
use crate::types::{EmailAddress, Words};
use crate::user;

/// `GET /sign-in`, for a journey under way or for nobody in particular. Writes nothing.
pub async fn show(app: &App, visitor: &Visitor, parameters: &Parameters) -> PageResult {
    let flow = if let Some(sealed) = parameters.get("flow") {
        Flow::open(app, visitor.browser(), sealed)?
    } else {
        if visitor.session(app).await?.is_some() {
            return Ok(see_other(&app.config.issuer.join("/account")));
        }
        Flow::begin(app, visitor.browser(), Destination::Account)
    };
    Ok(page(app, visitor, (&flow, flow.typed()), None, None)?)
}

/// The page again, with what is wrong.
pub fn show_problem(app: &App, visitor: &Visitor, flow: &Flow, typed: &str, problem: Words) -> Result<HttpResponse> {
    page(app, visitor, (flow, typed), Some(problem), None)
}

/// The same, and password managers are told of a passkey that nobody here knows.
pub fn show_unknown_passkey(app: &App, visitor: &Visitor, flow: &Flow, signal: String) -> Result<HttpResponse> {
    page(app, visitor, (flow, flow.typed()), Some(Words::new("passkey-unknown")), Some(signal))
}

/// `POST /sign-in`: the address, for a password. What comes next does not depend on whether anybody has it.
pub async fn post_sign_in(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let address = match address(form.text("email")) {
        Ok(address) => address,
        Err(problem) => return Ok(page(&app, &visitor, (&flow, form.text("email")), Some(problem), None)?),
    };
    let flow = flow.with_address(&address).seal(&app)?;
    Ok(see_other(&app.config.issuer.join(&format!("/sign-in/password?flow={flow}"))))
}

/// An address as a person typed it, or what to tell them.
pub fn address(typed: &str) -> Result<EmailAddress, Words> {
    use crate::types::EmailAddressError::{Malformed, TooLong};
    EmailAddress::parse(typed).map_err(|error| match error {
        Malformed => Words::new("email-malformed"),
        TooLong => Words::new("email-too-long"),
    })
}

fn page(
    app: &App,
    visitor: &Visitor,
    (flow, typed): (&Flow, &str),
    problem: Option<Words>,
    signal: Option<String>,
) -> Result<HttpResponse> {
    let status = status_of(problem.as_ref());
    let devices = visitor.devices(app);
    let is_last = |button: &&ProviderButton| devices.last_provider().is_some_and(|last| last.as_str() == button.id);
    let all = visitor.providers();
    let last = all.iter().find(is_last).cloned();
    let page = SignInPage {
        page: visitor.page(app, flow.client()),
        flow: flow.seal(app)?,
        email: typed.chars().take(320).collect(),
        problem,
        methods: app.config.methods().collect(),
        providers: all.iter().filter(|button| !is_last(button)).cloned().collect(),
        last,
        sign_up: app.sign_ups_are_open(),
        passkey: app.config.offers_passkeys(),
        signal,
    };
    Ok(visitor.show(status, &page))
}

/// `GET /sign-out`: asks. A link alone signs nobody out.
pub async fn get_sign_out(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let Some(session) = visitor.session(&app).await? else {
        return Ok(see_other(&app.config.issuer.join("/signed-out")));
    };
    let person = user::look(&app.db, session.user).await?;
    let sessions = session::count_of_user(app.db.read(), session.user, app.clock.now()).await?;
    let page = SignOutPage {
        page: visitor.page(&app, None),
        email: person.and_then(|person| person.email).map(|email| email.to_string()).unwrap_or_default(),
        others: sessions.saturating_sub(1),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// `POST /sign-out`
pub async fn post_sign_out(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let mut response = see_other(&app.config.issuer.join("/signed-out"));
    if let Some(session) = visitor.session(&app).await? {
        visitor.sign_out(&app, &session, form.get("all").is_some(), &mut response).await?;
    }
    Ok(response)
}

/// `GET /signed-out`
pub async fn get_signed_out(app: web::Data<App>, visitor: Visitor) -> PageResult {
    let page = visitor.page(&app, None);
    let home = app.config.branding.links.home.clone();
    let app_link = home.map(|href| (app.config.branding.name.clone(), href));
    Ok(visitor.show(StatusCode::OK, &SignedOutPage { page, app: app_link }))
}
