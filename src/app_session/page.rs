//! `GET /continue`: the hand-off. The person is signed in; this page takes them back to the app.
//! It is an answer of its own, not a redirect, because `form-action 'self'` in our policy would
//! otherwise stop the journey that a form began.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::deliver::{self, deliver};
use super::view::ContinuePage;
use crate::app::App;
use crate::credential::{self, Kind};
use crate::error::{Error, Result};
use crate::form::{Parameters, see_other};
use crate::key::Keys;
use crate::oidc::authorize::{self, Needed, Reply, needed};
use crate::oidc::{Client, Clients, consent};
use crate::page::PageResult;
use crate::session::{Session, Visitor};
use crate::sign_in::{AppRequest, Flow, Method, accounts, go, offer};
use crate::types::RedirectUri;
use crate::user;

/// The page.
pub async fn get_continue(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    visitor: Visitor,
    request: HttpRequest,
) -> PageResult {
    let parameters = Parameters::of_query(&request);
    let flow = Flow::open(&app, visitor.browser(), parameters.text("flow"))?;
    let Some(asked) = flow.destination.app() else {
        return Ok(see_other(&app.config.issuer.join("/account")));
    };
    let client = still_registered(&app, &clients, asked).await?;
    if flow.elsewhere {
        return Ok(begin_again(&app, &visitor, &client, asked).await?);
    }
    if flow.refused {
        let reply = deliver::refusal(&app, asked, "access_denied", "the person did not allow it");
        return Ok(hand_off(&app, &visitor, &client, (reply, false))?);
    }
    let session = visitor.session(&app).await?;
    match needed(&app, &client, asked, session.as_ref(), Some(&flow)).await? {
        Needed::SignIn => Ok(go(&app, "/sign-in", &flow)?),
        Needed::Again => Ok(go(&app, "/reauth", &flow)?),
        Needed::SomebodyElse => {
            let reply = deliver::refusal(&app, asked, "login_required", "somebody else signed in than id_token_hint names");
            Ok(hand_off(&app, &visitor, &client, (reply, false))?)
        }
        Needed::Choice(who) => Ok(accounts::show(&app, &visitor, &flow, client.name(), &who)?),
        Needed::Consent(who) => Ok(consent::show(&app, &visitor, &flow, (&client, asked), &who.1)?),
        Needed::Nothing(session) => {
            let delivery = deliver(&app, &keys, &client, visitor.actor(), (asked, &session)).await?;
            let upgrade = may_upgrade(&app, &visitor, &session).await?;
            let mut response = hand_off(&app, &visitor, &client, (delivery.reply.clone(), upgrade))?;
            delivery.dress(&app, &client, &mut response);
            Ok(response)
        }
    }
}

/// The journey ended in another browser than it began in. What the app kept for its answer is in that one,
/// so here the app begins by itself (OpenID Connect Core §4), and finds the person signed in.
async fn begin_again(app: &App, visitor: &Visitor, client: &Client, asked: &AppRequest) -> Result<HttpResponse> {
    let person = match visitor.session(app).await? {
        Some(session) => user::look(&app.db, session.user).await?,
        None => None,
    };
    let email = person.and_then(|person| person.email).map(|email| email.to_string());
    match start_of(client, asked, app.config.issuer.as_str(), email.as_deref()) {
        Some(href) => hand_off(app, visitor, client, (Reply::Go(href), false)),
        None => Ok(see_other(&app.config.issuer.join("/account"))),
    }
}

/// Where an app begins a sign-in: what it registered for that, or its front page.
fn start_of(client: &Client, asked: &AppRequest, issuer: &str, login_hint: Option<&str>) -> Option<String> {
    let Some(registered) = &client.entry.initiate_login_uri else {
        return RedirectUri::parse(&asked.redirect_uri).ok()?.origin().map(|origin| format!("{}/", origin.as_str()));
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("iss", issuer);
    if let Some(hint) = login_hint {
        query.append_pair("login_hint", hint);
    }
    let separator = if registered.as_str().contains('?') { "&" } else { "?" };
    Some(format!("{}{separator}{}", registered.as_str(), query.finish()))
}

/// The client may have been removed or changed while the person was signing in.
async fn still_registered(app: &App, clients: &Clients, asked: &AppRequest) -> Result<std::sync::Arc<Client>> {
    let client = clients.find(app, asked.client.as_str()).await?;
    client.filter(|client| client.may_redirect_to(&asked.redirect_uri)).ok_or(Error::STALE)
}

/// Whether the browser may make a passkey on the way (WebAuthn §5.1.3, conditional creation): its person has just used a password,
/// and has no passkey yet.
async fn may_upgrade(app: &App, visitor: &Visitor, session: &Session) -> Result<bool> {
    const JUST_NOW: Duration = Duration::from_mins(1);
    let by_password = session.amr.iter().any(|name| name == Method::Password.amr());
    let asks = by_password && app.config.offers_passkeys() && offer::makes_by_itself(visitor);
    Ok(asks
        && app.clock.now().since(session.auth_time) <= JUST_NOW
        && credential::count(app.db.read(), session.user, Kind::Passkey).await? == 0)
}

fn hand_off(app: &App, visitor: &Visitor, client: &Client, (reply, upgrade): (Reply, bool)) -> Result<HttpResponse> {
    let href = match reply {
        Reply::Go(href) => href,
        Reply::Send { to, fields } => return authorize::form_post(app, visitor, client, to, fields),
    };
    let page = visitor.page(app, Some(&client.id));
    Ok(visitor.show(StatusCode::OK, &ContinuePage { page, href, app: client.name().to_owned(), upgrade }))
}
