//! The person decides whether somebody else's app may have what it asks for (OpenID Connect Core
//! §3.1.2.4). Asked each time; the two answers are the same size.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::Client;
use super::consent_view::{ConsentPage, ScopeLine};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Form, see_other};
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{AppRequest, Flow};
use crate::types::{RedirectUri, Words};
use crate::user::Person;

/// Asks.
pub fn show(app: &App, visitor: &Visitor, flow: &Flow, (client, asked): (&Client, &AppRequest), person: &Person) -> Result<HttpResponse> {
    let page = ConsentPage {
        page: visitor.page(app, Some(&client.id)),
        flow: flow.seal(app)?,
        client: client.name().to_owned(),
        email: person.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        scopes: scope_lines(&asked.scope),
        host: RedirectUri::parse(&asked.redirect_uri).ok().and_then(|uri| uri.host()).unwrap_or_default(),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

/// What an app asks for, in words.
pub(super) fn scope_lines(scope: &str) -> Vec<ScopeLine> {
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

/// `POST /consent`: noted in the sealed journey, for the session that said so and no other.
pub async fn post_consent(app: web::Data<App>, visitor: Visitor, form: Result<Form>) -> PageResult {
    let Form(form) = form?;
    let flow = Flow::open(&app, visitor.browser(), form.text("flow"))?;
    let flow = match (form.get("decision"), visitor.session(&app).await?) {
        (Some("allow"), Some(session)) => flow.allowed(session.id),
        (Some("allow"), None) => flow,
        (Some("deny"), _) => flow.refused(),
        _ => return Err(Error::Malformed("decision must be allow or deny".into()).into()),
    };
    Ok(see_other(&app.config.issuer.join(&format!("/continue?flow={}", flow.seal(&app)?))))
}
