//! `/device`: a person types a device's code, and is shown what asks before anything is connected. Also where the code came
//! in the address: whoever sends somebody a link must not be able to skip the question.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::UserCode;
use super::store;
use super::view::{DeviceConfirmPage, DeviceDonePage, DevicePage};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::form::{Form, Parameters, see_other};
use crate::limit::{self, Action};
use crate::oidc::Clients;
use crate::oidc::consent::scope_lines;
use crate::page::{PageResult, status_of};
use crate::session::{Session, Visitor};
use crate::sign_in::{self, Destination, Flow};
use crate::types::Words;
use crate::user;
use crate::work::Actor;

/// `GET /device`
pub async fn get_device(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::parse(request.query_string().as_bytes()).map_err(Error::from)?;
    let typed = parameters.text("user_code");
    let typed = UserCode::parse(typed).map_or_else(String::new, |code| code.to_string());
    Ok(ask(&app, &visitor, typed, None))
}

fn ask(app: &App, visitor: &Visitor, typed: String, problem: Option<Words>) -> HttpResponse {
    let status = status_of(problem.as_ref());
    visitor.show(status, &DevicePage { page: visitor.page(app, None), typed, problem })
}

/// `POST /device`: the code. On to the question, by way of a sign-in if need be.
pub async fn post_device(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let typed = form.text("user_code");
    let problem = match UserCode::parse(typed) {
        None if typed.trim().is_empty() => Words::new("device-code-empty"),
        None => Words::new("device-code-malformed"),
        Some(code) => {
            limit::take(&app, &[Action::CodeFrom(visitor.caller().network()), Action::DeviceCodeAnywhere]).await?;
            if store::find(&app, &code).await?.is_some() {
                let flow = Flow::begin(&app, visitor.browser(), Destination::Device(code.as_str().to_owned()));
                return Ok(match signed_in(&app, &visitor).await? {
                    Some(_) => see_other(&sign_in::next(&app, &flow)?),
                    None => sign_in::go(&app, "/sign-in", &flow)?,
                });
            }
            Words::new("device-code-unknown")
        }
    };
    Ok(ask(&app, &visitor, typed.chars().take(20).collect(), Some(problem)))
}

/// Who is signed in at this browser, and may be.
async fn signed_in(app: &App, visitor: &Visitor) -> Result<Option<Session>> {
    let Some(session) = visitor.session(app).await? else { return Ok(None) };
    let person = user::look(&app.db, session.user).await?;
    Ok(person.is_some_and(|person| user::gate(&person).is_ok()).then_some(session))
}

/// The code of a journey that leads to the question.
fn code_of(flow: &Flow) -> Result<UserCode> {
    let Destination::Device(code) = &flow.destination else { return Err(Error::STALE) };
    UserCode::parse(code).ok_or(Error::STALE)
}

/// `GET /device/confirm`
pub async fn get_confirm(app: web::Data<App>, clients: web::Data<Clients>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::parse(request.query_string().as_bytes()).map_err(|_| Error::STALE)?;
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    let code = code_of(&flow)?;
    if signed_in(&app, &visitor).await?.is_none() {
        return Ok(sign_in::go(&app, "/sign-in", &flow)?);
    }
    let Some(waiting) = store::find(&app, &code).await? else {
        return Ok(ask(&app, &visitor, String::new(), Some(Words::new("device-code-unknown"))));
    };
    let name = clients.name_of(&app, &waiting.client).await?;
    let minutes = app.clock.now().since(waiting.since).as_secs() / 60;
    let page = visitor.page(&app, Some(&waiting.client));
    let asked = page.words(&Words::new("device-asked").with("address", &waiting.address).with("minutes", minutes));
    let scopes = scope_lines(&waiting.scope);
    Ok(visitor.show(StatusCode::OK, &DeviceConfirmPage { page, flow: flow.seal(&app)?, code: code.to_string(), name, asked, scopes }))
}

/// `POST /device/confirm`: the person's word.
pub async fn post_confirm(app: web::Data<App>, clients: web::Data<Clients>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let code = code_of(&flow)?;
    let connect = match form.get("decision") {
        Some("connect") => true,
        Some("deny") => false,
        _ => return Err(Error::Malformed("decision must be connect or deny".into()).into()),
    };
    let Some(session) = signed_in(&app, &visitor).await? else { return Ok(sign_in::go(&app, "/sign-in", &flow)?) };
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(session.user))).await?;
    let Some(client) = store::decide(&work, &code, &session, connect).await? else {
        return Ok(ask(&app, &visitor, String::new(), Some(Words::new("device-code-unknown"))));
    };
    let user = session.user;
    let event =
        if connect { Event::DeviceApproved { user, client: client.clone() } } else { Event::DeviceDenied { user, client: client.clone() } };
    work.record(event);
    work.commit().await?;
    let name = clients.name_of(&app, &client).await?;
    Ok(visitor.show(StatusCode::OK, &DeviceDonePage { page: visitor.page(&app, Some(&client)), name, connected: connect }))
}
