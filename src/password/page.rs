//! `/sign-in/password`: the second page of a sign-in, whoever the address belongs to.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use std::time::Duration;

use super::attempt::{Attempted, Outcome, sign_in};
use super::hash::HashPool;
use super::typed::Password;
use super::view::PasswordPage;
use crate::app::App;
use crate::config::MethodName;
use crate::error::Result;
use crate::form::{Form, Parameters, see_other};
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{Flow, onward, second_step};
use crate::types::Words;

/// What the page says beside its form.
enum Say {
    Nothing,
    Problem(Words, Option<Words>),
    Wait(Duration),
}

/// `GET /sign-in/password`
pub async fn get_password(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    Ok(page(&app, &visitor, &flow, Say::Nothing)?)
}

/// `POST /sign-in/password`
pub async fn post_password(app: web::Data<App>, pool: web::Data<HashPool>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(mut form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let Some(address) = flow.address().filter(|_| app.config.offers(MethodName::Password)) else {
        return Ok(page(&app, &visitor, &flow, Say::Nothing)?);
    };
    let Some(typed) = form.take("password") else {
        return Ok(page(&app, &visitor, &flow, Say::Problem(Words::new("password-empty"), None))?);
    };
    // Longer than any password can be: wrong, without hashing a megabyte of it.
    let Ok(password) = Password::parse(typed) else {
        return Ok(page(&app, &visitor, &flow, wrong())?);
    };
    let devices = visitor.devices(&app);
    let look = (flow.client(), visitor.language());
    let attempted =
        Attempted { address: &address, password, devices: &devices, caller: visitor.caller(), at: visitor.at(flow.asked()), page: look };
    match sign_in(&app, &pool, attempted).await? {
        Outcome::SignedIn { user, secret } => Ok(onward(&app, &visitor, &flow, user, &secret).await?),
        Outcome::Wrong => Ok(page(&app, &visitor, &flow, wrong())?),
        Outcome::Half(proved) => Ok(second_step(&app, &flow, proved)?),
        Outcome::Wait(wait) => Ok(page(&app, &visitor, &flow, Say::Wait(wait))?),
    }
}

fn wrong() -> Say {
    Say::Problem(Words::new("password-wrong"), Some(Words::new("password-wrong-hint")))
}

fn page(app: &App, visitor: &Visitor, flow: &Flow, say: Say) -> Result<HttpResponse> {
    let sealed = flow.seal(app)?;
    let Some(address) = flow.address().filter(|_| app.config.offers(MethodName::Password)) else {
        return Ok(see_other(&app.config.issuer.join(&format!("/sign-in?flow={sealed}"))));
    };
    let (status, problem, hint, wait) = match say {
        Say::Nothing => (StatusCode::OK, None, None, None),
        Say::Problem(problem, hint) => (StatusCode::UNPROCESSABLE_ENTITY, Some(problem), hint, None),
        Say::Wait(wait) => (StatusCode::TOO_MANY_REQUESTS, None, None, Some(wait)),
    };
    let limited = wait.map(|wait| wait.as_secs().div_ceil(60).max(1));
    let mail = app.config.offers(MethodName::Email);
    let page =
        PasswordPage { page: visitor.page(app, flow.client()), flow: sealed, email: address.to_string(), problem, hint, limited, mail };
    let mut response = visitor.show(status, &page);
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait.as_secs().max(1)));
    }
    Ok(response)
}
