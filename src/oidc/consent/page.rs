//! The person decides whether somebody else's app may have what it asks for. The two answers are the same size.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::view::{ConsentPage, ScopeLine};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::oidc::{Client, Clients};
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{AppRequest, Flow};
use crate::types::{RedirectUri, UserId, Words};
use crate::user::Person;
use crate::work::Actor;

/// Asks.
pub fn show(app: &App, visitor: &Visitor, flow: &Flow, (client, asked): (&Client, &AppRequest), person: &Person) -> Result<HttpResponse> {
    let page = ConsentPage {
        page: visitor.page(app, Some(&client.id)),
        flow: flow.seal(app)?,
        client: client.name().to_owned(),
        ours: client.entry.first_party,
        email: person.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        scopes: scope_lines(&asked.scope),
        host: RedirectUri::parse(&asked.redirect_uri).ok().and_then(|uri| uri.host()).unwrap_or_default(),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// What an app asks for, in words.
pub(in crate::oidc) fn scope_lines(scope: &str) -> Vec<ScopeLine> {
    scope.split(' ').filter_map(line).collect()
}

fn line(scope: &str) -> Option<ScopeLine> {
    let (icon, key) = match scope {
        "openid" => ("person", "consent-scope-openid"),
        "profile" => ("person", "consent-scope-profile"),
        "email" => ("mail", "consent-scope-email"),
        "offline_access" => ("clock", "consent-scope-offline-access"),
        _ => return None,
    };
    Some(ScopeLine { icon, words: Words::new(key), raw: scope.to_owned() })
}

/// `POST /consent`: kept for the next time, and noted in the sealed journey, for the session that said so and no other.
pub async fn post_consent(app: web::Data<App>, clients: web::Data<Clients>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let flow = match (form.get("decision"), visitor.session(&app).await?) {
        (Some("allow"), Some(session)) => {
            if let Some(asked) = flow.destination.app() {
                keep(&app, &clients, &visitor, session.user, asked).await?;
            }
            flow.allowed(session.id)
        }
        (Some("allow"), None) => flow,
        (Some("deny"), _) => flow.refused(),
        _ => return Err(Error::Malformed("decision must be allow or deny".into()).into()),
    };
    Ok(see_other(&app.config.issuer.join(&format!("/continue?flow={}", flow.seal(&app)?))))
}

async fn keep(app: &App, clients: &Clients, visitor: &Visitor, user: UserId, asked: &AppRequest) -> Result<()> {
    // An app of ours needs no leave, and one that is gone gets none.
    let client = clients.find(app, asked.client.as_str()).await?;
    let Some(client) = client.filter(|client| !client.entry.first_party) else { return Ok(()) };
    let mut work = app.begin(Actor::Visitor(visitor.caller().clone(), Some(user))).await?;
    super::allow(&mut work, user, &client.id, &asked.scope).await?;
    work.commit().await
}

/// What a scope means to a person; nothing for one that means nothing.
pub fn in_words(scope: &str) -> Option<Words> {
    line(scope).map(|line| line.words)
}
