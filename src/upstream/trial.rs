//! `housekey provider test`: an operator goes through the whole journey, and instead of an account sees what the provider
//! said and what it would mean.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::Value;

use super::configured::Upstream;
use super::connection::Connection;
use super::failed::Failed;
use super::page::vouched;
use super::profile::{Document, Profile};
use super::view::ProviderTestPage;
use crate::app::App;
use crate::error::Result;
use crate::session::Visitor;
use crate::sign_in::{Destination, Flow};
use crate::types::Words;
use crate::user;

/// Where the journey begins. Only who has the master key can make this address, and it is good for an hour.
pub fn test_address(app: &App, upstream: &Upstream) -> Result<String> {
    let flow = Flow::for_anybody(app, Destination::ProviderTest).seal(app)?;
    Ok(app.config.issuer.join(&format!("/oauth/{}?flow={flow}", upstream.id)))
}

/// Asks what can be asked before anybody is sent there. Gives where people will be sent.
pub async fn probe(app: &App, upstream: &Upstream) -> Result<String, Failed> {
    Connection { app, upstream }.authorization_endpoint().await
}

/// What the provider said, and what it would mean for such a person.
pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    upstream: &Upstream,
    (profile, document): (&Profile, &Document),
) -> Result<HttpResponse> {
    let vouched = vouched(upstream, profile);
    let owner = match &vouched {
        Some(address) => user::find_by_address(app.db.read(), address).await?,
        None => None,
    };
    let outcome = match (&vouched, owner) {
        (None, _) => "test-proves",
        (Some(_), Some(_)) => "test-links",
        (Some(address), None) if app.admits(address) => "test-signs-up",
        (Some(_), None) => "test-closed",
    };
    let mut said = document.value().clone();
    if let Value::Object(parts) = &mut said {
        // Tokens are nobody's business, not even here.
        parts.remove("token");
    }
    let page = ProviderTestPage {
        page: visitor.page(app, None),
        provider: upstream.button(),
        subject: profile.subject.clone(),
        email: profile.email.clone(),
        state: state(upstream, profile),
        name: profile.name.clone(),
        username: profile.username.clone(),
        outcome,
        hint: hint(upstream, profile),
        note: upstream.facts.notes.as_ref().map(|notes| notes.text.clone()),
        said: serde_json::to_string_pretty(&said).unwrap_or_default(),
    };
    Ok(visitor.show(StatusCode::OK, &page))
}

fn state(upstream: &Upstream, profile: &Profile) -> &'static str {
    match (&profile.email, profile.email_verified, upstream.trusted) {
        (None, ..) => "test-email-none",
        (Some(_), false, _) => "test-email-unverified",
        (Some(_), true, false) => "test-email-untrusted",
        (Some(_), true, true) => "test-email-trusted",
    }
}

fn hint(upstream: &Upstream, profile: &Profile) -> Option<Words> {
    match (&profile.email, profile.email_verified, upstream.trusted) {
        (None, ..) => Some(Words::new("test-hint-scopes").with("scopes", upstream.scopes.join(" "))),
        (Some(_), true, false) => Some(Words::new("test-hint-trust").with("id", &upstream.id)),
        _ => None,
    }
}
