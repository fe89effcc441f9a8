//! `GET /sign-in?client_id=…&redirect_uri=…&state=…`: the start of a token delivery, without any
//! OAuth library on the other side. Checked as strictly as an authorization request.

use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::error::{AppProblem, Error, Result};
use crate::form::{Parameters, see_other};
use crate::oidc::authorize::{self, Needed, needed, problem};
use crate::oidc::{Client, Clients, acr, scope};
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{self, Answer, AppRequest, Destination, Flow};
use crate::upstream::{self, Upstreams};

const LINE: &str = "GET /sign-in";

/// The sign-in page: for an app, for a journey under way, or for nobody in particular.
pub async fn get_sign_in(app: web::Data<App>, clients: web::Data<Clients>, visitor: Visitor, request: HttpRequest) -> PageResult {
    let parameters = match Parameters::parse(request.query_string().as_bytes()) {
        Ok(parameters) => parameters,
        Err(repeated) => return Err(Error::App(Box::new(problem::repeated(repeated, LINE))).into()),
    };
    if parameters.get("client_id").is_none() {
        return sign_in::page::show(&app, &visitor, &parameters).await;
    }
    let (client, asked) = match check(&app, &clients, &parameters).await? {
        Ok(checked) => checked,
        Err(problem) => return Err(Error::App(Box::new(problem)).into()),
    };
    let session = visitor.session(&app).await?;
    let path = match needed(&app, &client, &asked, session.as_ref(), None).await? {
        Needed::SignIn | Needed::SomebodyElse => "/sign-in",
        Needed::Again => "/reauth",
        Needed::Nothing(_) | Needed::Choice(_) | Needed::Consent(_) => "/continue",
    };
    Ok(sign_in::set_out(&app, &visitor, Destination::App(Box::new(asked)), path)?)
}

/// `GET /oauth/{provider}`: the same, straight to another login server; or a journey under way that goes on there.
pub async fn get_oauth(
    app: web::Data<App>,
    clients: web::Data<Clients>,
    upstreams: web::Data<Upstreams>,
    visitor: Visitor,
    (provider, request): (web::Path<String>, HttpRequest),
) -> PageResult {
    const LINE: &str = "GET /oauth/{provider}";
    let upstream = upstreams.find(&provider).ok_or(Error::NotFound)?;
    let parameters = match Parameters::parse(request.query_string().as_bytes()) {
        Ok(parameters) => parameters,
        Err(repeated) => return Err(Error::App(Box::new(problem::repeated(repeated, LINE))).into()),
    };
    let flow = match parameters.get("flow") {
        Some(sealed) => Flow::open(&app, visitor.browser(), sealed)?,
        None if parameters.get("client_id").is_none() => Flow::begin(&app, visitor.browser(), Destination::Account),
        None => match check(&app, &clients, &parameters).await? {
            Ok((_, asked)) => Flow::begin(&app, visitor.browser(), Destination::App(Box::new(asked))),
            Err(problem) => return Err(Error::App(Box::new(problem)).into()),
        },
    };
    let mut response = match upstream::leave(&app, &visitor, upstream, &flow, None).await? {
        Ok(address) => see_other(&address),
        Err(why) => return Ok(upstream::page::failed_to_leave(&app, &visitor, upstream, &flow, &why).await?),
    };
    visitor.browser().introduce(&mut response);
    Ok(response)
}

async fn check(app: &App, clients: &Clients, parameters: &Parameters) -> Result<Result<(std::sync::Arc<Client>, AppRequest), AppProblem>> {
    let (client, redirect_uri) = match authorize::addressee(app, clients, parameters, LINE).await? {
        Ok(addressee) => addressee,
        Err(problem) => return Ok(Err(problem)),
    };
    if !client.takes_tokens() {
        return Ok(Err(problem::other_delivery(&client, parameters, LINE)));
    }
    let Some(state) = parameters.get("state").filter(|state| state.len() <= 4000) else {
        return Ok(Err(problem::state_missing(&client, parameters, LINE)));
    };
    let request = AppRequest {
        state: Some(state.to_owned()),
        scope: scope::known("openid profile email"),
        login: parameters.get("prompt") == Some("login"),
        two_steps: acr::asks_for_two_steps(parameters),
        // What cannot be read asks for the most.
        max_age: authorize::max_age(parameters).unwrap_or(Some(0)),
        login_hint: authorize::login_hint(parameters),
        ..AppRequest::new(&client.id, redirect_uri, Answer::Token)
    };
    Ok(Ok((client, request)))
}
