//! `/account/connections`: the other login servers that open this account, and the apps of others that may use it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

pub use super::connections_view::ConnectionsPage;
use super::connections_view::{Application, Connection};
use super::recent::{Who, has_just_proved, recently_proved, signed_in};
use super::shell::{Place, Shell};
use crate::app::App;
use crate::app_session::view::ContinuePage;
use crate::credential;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::identity::{self, may_remove};
use crate::mail::{self, Notice};
use crate::oidc::Clients;
use crate::oidc::consent::{self, Allowed};
use crate::page::{PageResult, status_of};
use crate::session::{Session, Visitor};
use crate::sign_in::{Destination, Flow, ways_in};
use crate::types::{UserId, Words};
use crate::upstream::{self, Upstreams};
use crate::user;
use crate::work::Actor;

/// What is looked up beside the database.
type Known = (web::Data<Upstreams>, web::Data<Clients>);

/// `GET /account/connections`: to be looked at by whoever is signed in.
pub async fn get_connections(app: web::Data<App>, known: Known, visitor: Visitor) -> PageResult {
    let who = signed_in(&app, &visitor, Destination::Connections).await?;
    Ok(page(&app, &known, &visitor, &who, None).await?)
}

/// `POST /account/connections`: one more, or one less.
pub async fn post_connections(app: web::Data<App>, known: Known, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let who = recently_proved(&app, &visitor, Destination::Connections).await?;
    match (form.get("connect"), form.get("disconnect")) {
        (Some(provider), None) => connect(&app, &known.0, &visitor, &who.0, provider).await,
        (None, Some(id)) => disconnect(&app, &known, &visitor, &who, id).await,
        _ => Err(Error::Malformed("neither connect nor disconnect".into()).into()),
    }
}

/// Off to the provider, by a page of its own: a form's redirect may not leave this site (`form-action 'self'`).
async fn connect(app: &App, upstreams: &Upstreams, visitor: &Visitor, session: &Session, provider: &str) -> PageResult {
    let upstream = upstreams.find(provider).ok_or(Error::NotFound)?;
    let flow = Flow::begin(app, visitor.browser(), Destination::Connections);
    match upstream::leave(app, visitor, upstream, &flow, Some(session)).await? {
        Ok(href) => {
            Ok(visitor
                .show(StatusCode::OK, &ContinuePage { page: visitor.page(app, None), href, app: upstream.name.clone(), upgrade: false }))
        }
        Err(why) => Ok(upstream::page::failed_to_leave(app, visitor, upstream, &flow, &why).await?),
    }
}

/// Never the last way in.
async fn disconnect(app: &App, known: &Known, visitor: &Visitor, who: &Who, id: &str) -> PageResult {
    let ((session, person), upstreams) = (who, &known.0);
    let (linked, ways) = ways_in(app, app.db.read(), visitor, person).await?;
    let Some(one) = linked.into_iter().find(|one| one.id.to_string() == id) else {
        return Ok(see_other(&app.config.issuer.join("/account/connections")));
    };
    let upstream = upstreams.find(one.identity.provider.as_str());
    if !may_remove(ways, upstream.is_some()) {
        return Ok(page(app, known, visitor, who, Some(Words::new("connections-last"))).await?);
    }
    let name = upstream.map_or_else(|| one.identity.provider.to_string(), |upstream| upstream.name.clone());
    let look = mail::page(app, None, visitor.language());
    let notices = user::notices(app, person.id, (Notice::IdentityUnlinked(name), visitor.user_agent()), &look).await?;
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(session.user))).await?;
    // Two at once, in two tabs, must not take the last two away.
    credential::lock(&work, person.id).await?;
    let (_, ways) = ways_in(app, work.db(), visitor, person).await?;
    if may_remove(ways, upstream.is_some()) && identity::unlink(&mut work, person.id, &one).await? {
        mail::post(&mut work, &notices)?;
    }
    work.commit().await?;
    Ok(see_other(&app.config.issuer.join("/account/connections")))
}

async fn page(
    app: &App,
    (upstreams, clients): &Known,
    visitor: &Visitor,
    (session, person): &Who,
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
    let page = ConnectionsPage {
        page: visitor.page(app, None),
        shell: Shell::of(Place::Connections, person),
        proved: has_just_proved(app, session, &Destination::Connections),
        applications: applications(app, clients, person.id).await?,
        connections: connected.chain(free).collect(),
        problem,
    };
    let status = status_of(page.problem.as_ref());
    Ok(visitor.show(status, &page))
}

async fn applications(app: &App, clients: &Clients, user: UserId) -> Result<Vec<Application>> {
    let mut applications = Vec::new();
    for allowed in consent::list(app.db.read(), user).await? {
        let name = clients.name_of(app, &allowed.client).await?;
        let Allowed { client, scope, since, used_at } = allowed;
        applications.push(Application { id: client.to_string(), name, scope, since, used_at });
    }
    Ok(applications)
}
