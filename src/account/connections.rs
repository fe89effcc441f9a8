//! `/account/connections`: the other login servers that open this account.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::recent::recently_proved;
use super::view::{Connection, ConnectionsPage};
use super::ways_in;
use crate::app::App;
use crate::app_session::view::ContinuePage;
use crate::credential::{self, Kind};
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::identity::{self, WaysIn, may_remove};
use crate::mail::{self, Notice};
use crate::page::{PageResult, status_of};
use crate::session::{Session, Visitor};
use crate::sign_in::{Destination, Flow};
use crate::types::Words;
use crate::upstream::{self, Upstreams};
use crate::user::{self, Person};
use crate::work::Actor;

/// `GET /account/connections`
pub async fn get_connections(app: web::Data<App>, upstreams: web::Data<Upstreams>, visitor: Visitor) -> PageResult {
    match recently_proved(&app, &visitor, Destination::Connections).await? {
        Ok(who) => Ok(page(&app, &upstreams, &visitor, &who, None).await?),
        Err(first) => Ok(first),
    }
}

/// `POST /account/connections`: one more, or one less.
pub async fn post_connections(app: web::Data<App>, upstreams: web::Data<Upstreams>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = match recently_proved(&app, &visitor, Destination::Connections).await? {
        Ok(who) => who,
        Err(first) => return Ok(first),
    };
    match (form.get("connect"), form.get("disconnect")) {
        (Some(provider), None) => connect(&app, &upstreams, &visitor, &who.0, provider).await,
        (None, Some(id)) => disconnect(&app, &upstreams, &visitor, &who, id).await,
        _ => Err(Error::Malformed("neither connect nor disconnect".into()).into()),
    }
}

/// Off to the provider, by a page of its own: a form's redirect may not leave this site (`form-action 'self'`).
async fn connect(app: &App, upstreams: &Upstreams, visitor: &Visitor, session: &Session, provider: &str) -> PageResult {
    let upstream = upstreams.find(provider).ok_or(Error::NotFound)?;
    let flow = Flow::begin(app, visitor.browser(), Destination::Connections);
    match upstream::leave(app, visitor, upstream, &flow, Some(session)).await? {
        Ok(href) => Ok(visitor.show(StatusCode::OK, &ContinuePage { page: visitor.page(app, None), href, app: upstream.name.clone() })),
        Err(why) => Ok(upstream::page::failed_to_leave(app, visitor, upstream, &flow, &why).await?),
    }
}

/// Never the last way in.
async fn disconnect(app: &App, upstreams: &Upstreams, visitor: &Visitor, who: &(Session, Person), id: &str) -> PageResult {
    let (session, person) = who;
    let (linked, ways) = ways_in::of(app, upstreams, person).await?;
    let Some(one) = linked.into_iter().find(|one| one.id.to_string() == id) else {
        return Ok(see_other(&app.config.issuer.join("/account/connections")));
    };
    let upstream = upstreams.find(one.identity.provider.as_str());
    if !may_remove(ways, upstream.is_some()) {
        return Ok(page(app, upstreams, visitor, who, Some(Words::new("connections-last"))).await?);
    }
    let name = upstream.map_or_else(|| one.identity.provider.to_string(), |upstream| upstream.name.clone());
    let look = mail::page(app, None, visitor.language());
    let notices = user::notices(app, person.id, (Notice::IdentityUnlinked(name), visitor.user_agent()), &look).await?;
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(session.user))).await?;
    // Two at once, in two tabs, must not take the last two away.
    credential::lock(&work, person.id).await?;
    let left = credential::list(work.db(), &app.crypto, person.id, Kind::Upstream).await?.len();
    let still = WaysIn { identities: ways.identities.min(left), ..ways };
    if may_remove(still, upstream.is_some()) && identity::unlink(&mut work, person.id, &one).await? {
        mail::post(&mut work, &notices)?;
    }
    work.commit().await?;
    Ok(see_other(&app.config.issuer.join("/account/connections")))
}

async fn page(
    app: &App,
    upstreams: &Upstreams,
    visitor: &Visitor,
    (_, person): &(Session, Person),
    problem: Option<Words>,
) -> Result<HttpResponse> {
    let linked = identity::of_user(app.db.read(), &app.crypto, person.id).await?;
    let connected = linked.iter().map(|one| Connection {
        provider: upstream::button(upstreams, &one.identity),
        offered: upstreams.find(one.identity.provider.as_str()).is_some(),
        linked: Some((one.id.to_string(), one.identity.label().unwrap_or_default().to_owned(), one.since)),
    });
    let has = |id: &str| linked.iter().any(|one| one.identity.provider.as_str() == id);
    let free = upstreams.iter().filter(|upstream| !has(upstream.id.as_str()));
    let free = free.map(|upstream| Connection { provider: upstream.button(), offered: true, linked: None });
    let page = ConnectionsPage { page: visitor.page(app, None), connections: connected.chain(free).collect(), problem };
    let status = status_of(page.problem.as_ref());
    Ok(visitor.show(status, &page))
}
