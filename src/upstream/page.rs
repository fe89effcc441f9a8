//! `/oauth/{provider}/callback`: people come back. Whatever happens ends on a page that says so and offers another way.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::attempt::{self, Attempt, LIFETIME};
use super::configured::{Upstream, Upstreams};
use super::connection::Connection;
use super::exchange::{Answers, Brought, exchange};
use super::failed::Failed;
use super::id_token::SKEW;
use super::leave::{PATIENCE, redirect_uri};
use super::profile::Profile;
use super::settle::{Arrival, Refusal, Settled, settle};
use super::trial;
use super::view::ProviderFailedPage;
use crate::app::App;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::form::{Body, Parameters, see_other};
use crate::identity::{Identity, Kept};
use crate::key::numeric_date;
use crate::page::PageResult;
use crate::session::Visitor;
use crate::sign_in::{Destination, Flow, next, onward, second_step};
use crate::types::{CredentialId, EmailAddress, Token, UpstreamState, Words};

/// What an answer may bring (RFC 6749 §4.1.2, RFC 9207 §2, and Apple's `user`).
const BROUGHT: [&str; 6] = ["code", "state", "iss", "error", "error_description", "user"];
/// Nobody's name is longer.
const LONGEST: usize = 4096;

/// `POST /oauth/{provider}/callback`: an answer by `form_post`. A form of another site brings no cookies of ours, so the
/// browser is sent on to come again by itself, and then it does.
pub async fn post_callback(
    app: web::Data<App>,
    upstreams: web::Data<Upstreams>,
    provider: web::Path<String>,
    body: Result<Body>,
) -> PageResult {
    let Body(brought) = body?;
    let upstream = upstreams.find(&provider).ok_or(Error::NotFound)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in BROUGHT {
        if let Some(value) = brought.get(name).filter(|value| value.len() <= LONGEST) {
            query.append_pair(name, value);
        }
    }
    Ok(see_other(&format!("{}?{}", redirect_uri(&app, &upstream.id), query.finish())))
}

/// `GET /oauth/{provider}/callback`
pub async fn get_callback(
    app: web::Data<App>,
    upstreams: web::Data<Upstreams>,
    visitor: Visitor,
    provider: web::Path<String>,
    request: HttpRequest,
) -> PageResult {
    let upstream = upstreams.find(&provider).ok_or(Error::NotFound)?;
    let brought = Parameters::of_query(&request);
    let Some(attempt) = spend(&app, &visitor, upstream, &brought).await? else {
        return Ok(failed(&app, &visitor, upstream, None, &Failed::Unknown).await?);
    };
    let answered = tokio::time::timeout(PATIENCE, answer(&app, upstream, &attempt, &brought)).await;
    let (profile, answers) = match answered.unwrap_or(Err(Failed::Slow)) {
        Ok(answered) => answered,
        Err(why) => return Ok(failed(&app, &visitor, upstream, Some(&attempt), &why).await?),
    };
    if attempt.flow.destination == Destination::ProviderTest {
        return Ok(trial::show(&app, &visitor, upstream, (&profile, &answers.document)).await?);
    }
    let adding = match attempt.adding {
        None => None,
        // Still the same person, in the same session.
        Some((user, id)) => match visitor.session(&app).await?.filter(|session| session.user == user && session.id == id) {
            None => return Ok(refused(&app, &visitor, upstream, &attempt, Refusal::SignedOut)?),
            session => session,
        },
    };
    let arrival = Arrival {
        vouched: vouched(upstream, &profile),
        identity: identity(upstream, profile, answers),
        provider: &upstream.name,
        flow: &attempt.flow,
        adding,
    };
    let flow = attempt.flow.clone();
    match settle(&app, &visitor, &arrival).await? {
        Settled::SignedIn { user, secret, linked } => Ok(onward(&app, &visitor, &came(flow, upstream, linked), user, &secret).await?),
        Settled::Half { proved, linked } => Ok(second_step(&app, &came(flow, upstream, linked), proved)?),
        Settled::Connected => Ok(see_other(&next(&app, &flow)?)),
        Settled::Prove(pending) => Ok(see_other(&next(&app, &flow.pending(pending))?)),
        Settled::Refused(refusal) => Ok(refused(&app, &visitor, upstream, &attempt, refusal)?),
    }
}

async fn spend(app: &App, visitor: &Visitor, upstream: &Upstream, brought: &Parameters) -> Result<Option<Attempt>> {
    let Some(state) = brought.get("state").and_then(Token::<UpstreamState>::parse) else { return Ok(None) };
    let mut work = app.begin(visitor.actor()).await?;
    let attempt = attempt::spend(&mut work, &state, (&upstream.id, &visitor.browser().mark(app))).await?;
    work.commit().await?;
    Ok(attempt)
}

/// Who it is, by the provider's word.
async fn answer(app: &App, upstream: &Upstream, attempt: &Attempt, brought: &Parameters) -> Result<(Profile, Answers), Failed> {
    let on = Connection { app, upstream };
    // First: if somebody else answers, neither the code nor the error is for us.
    check_issuer(&on, brought.get("iss")).await?;
    if let Some(error) = brought.get("error") {
        let short = |text: &str| text.chars().take(300).collect::<String>();
        return Err(Failed::Denied { error: short(error), description: brought.get("error_description").map(short) });
    }
    let code = brought.get("code").ok_or_else(|| Failed::Answer("the answer has neither a code nor an error".into()))?;
    let user = brought.get("user").and_then(|user| serde_json::from_str::<Value>(user).ok());
    let brought = Brought {
        code,
        verifier: &attempt.verifier,
        nonce: &attempt.nonce,
        redirect_uri: &redirect_uri(app, &upstream.id),
        form: user.map(|user| json!({ "user": user })),
    };
    let now = app.clock.now();
    let answers = exchange(&on, brought, now).await?;
    if attempt.asks_again()
        && let Some(proved) = numeric_date(&answers.document.value()["claims"]["auth_time"])
        && proved < (now - LIFETIME).seconds() - SKEW
    {
        return Err(Failed::AskedNobody(proved));
    }
    Ok((upstream.facts.profile(&answers.document)?, answers))
}

/// RFC 9207 §2.4.
async fn check_issuer(on: &Connection<'_>, named: Option<&str>) -> Result<(), Failed> {
    // Without a description, or with an issuer for each tenant, there is nothing to compare with.
    if !on.upstream.is_oidc() || on.upstream.facts.issuer_in_tokens.is_some() {
        return Ok(());
    }
    let described = on.described().await?;
    let metadata = &described.metadata;
    match named {
        Some(named) if named == metadata.issuer => Ok(()),
        Some(named) => Err(Failed::MixedUp(named.chars().take(200).collect())),
        None if metadata.authorization_response_iss_parameter_supported || on.upstream.facts.authorization.iss => {
            Err(Failed::MixedUp("nobody".into()))
        }
        None => Ok(()),
    }
}

/// An address that the person reads the mail of, if this provider's word counts for that.
pub(super) fn vouched(upstream: &Upstream, profile: &Profile) -> Option<EmailAddress> {
    let address = profile.email.as_deref().filter(|_| upstream.trusted && profile.email_verified)?;
    EmailAddress::parse(address).ok()
}

fn identity(upstream: &Upstream, profile: Profile, answers: Answers) -> Identity {
    let tokens = answers.tokens;
    let kept = Kept { access: tokens.access, refresh: tokens.refresh, expires_at: tokens.expires_at, scope: tokens.scope };
    Identity {
        provider: upstream.id.clone(),
        realm: answers.realm,
        subject: profile.subject,
        email: profile.email.map(|email| email.chars().take(254).collect()),
        name: profile.name,
        username: profile.username,
        tokens: upstream.keep_tokens.then_some(kept),
    }
}

/// Nobody came back, or nobody to be believed.
pub async fn failed_to_leave(app: &App, visitor: &Visitor, upstream: &Upstream, flow: &Flow, why: &Failed) -> Result<HttpResponse> {
    let attempt = Attempt { verifier: String::new(), nonce: String::new(), flow: flow.clone(), adding: None };
    failed(app, visitor, upstream, Some(&attempt), why).await
}

async fn failed(app: &App, visitor: &Visitor, upstream: &Upstream, attempt: Option<&Attempt>, why: &Failed) -> Result<HttpResponse> {
    let (id, provider, code) = (&visitor.caller().request_id, &upstream.id, why.code());
    if why.is_cancelled() {
        tracing::info!(id, %provider, code, "a sign-in was cancelled at its provider");
    } else {
        tracing::warn!(id, %provider, code, cause = %why, "a sign-in with a provider failed");
    }
    let mut ledger = app.ledger(visitor.actor());
    ledger.record(Event::UpstreamFailed { provider: provider.clone(), reason: code });
    ledger.commit().await?;
    let (status, title, lede) = match why {
        Failed::Unknown => (StatusCode::BAD_REQUEST, "provider-unknown-title", "provider-unknown-lede"),
        Failed::NoAnswer(_) | Failed::Slow => (StatusCode::SERVICE_UNAVAILABLE, "provider-down-title", "provider-down-lede"),
        Failed::AskedNobody(_) => (StatusCode::FORBIDDEN, "provider-asked-nobody-title", "provider-asked-nobody-lede"),
        Failed::Denied { .. } => (StatusCode::BAD_REQUEST, "provider-failed-title", "provider-failed-lede"),
        _ => (StatusCode::BAD_REQUEST, "provider-failed-title", "provider-wrong-lede"),
    };
    // An operator who tests it reads everything, also where nobody else does.
    let tested = attempt.is_some_and(|attempt| attempt.flow.destination == Destination::ProviderTest);
    let words = (app.config.is_development() || tested).then(|| {
        let hint = why.hint(upstream, &redirect_uri(app, provider)).map(|hint| format!("\nhelp: {hint}"));
        format!("{code}\n{why}{}", hint.unwrap_or_default())
    });
    page(app, visitor, upstream, attempt, (status, title, lede, words))
}

/// The journey of whoever came by this provider.
fn came(flow: Flow, upstream: &Upstream, linked: Option<CredentialId>) -> Flow {
    match linked {
        Some(identity) => flow.linked(identity),
        None => flow,
    }
    .by(&upstream.id)
}

fn refused(app: &App, visitor: &Visitor, upstream: &Upstream, attempt: &Attempt, refusal: Refusal) -> Result<HttpResponse> {
    let (title, lede) = match refusal {
        Refusal::SignUpClosed => ("provider-closed-title", "provider-closed-lede"),
        Refusal::SomebodyElses => ("provider-taken-title", "provider-taken-lede"),
        Refusal::Barred => ("provider-barred-title", "provider-barred-lede"),
        Refusal::SignedOut => ("provider-signed-out-title", "provider-signed-out-lede"),
    };
    page(app, visitor, upstream, Some(attempt), (StatusCode::FORBIDDEN, title, lede, None))
}

fn page(
    app: &App,
    visitor: &Visitor,
    upstream: &Upstream,
    attempt: Option<&Attempt>,
    (status, title, lede, words): (StatusCode, &'static str, &'static str, Option<String>),
) -> Result<HttpResponse> {
    let flow = attempt.map(|attempt| &attempt.flow);
    let about = |key| Words::new(key).with("provider", &upstream.name);
    let page = ProviderFailedPage {
        page: visitor.page(app, flow.and_then(Flow::client)),
        provider: upstream.button(),
        flow: flow.map(|flow| flow.seal(app)).transpose()?.unwrap_or_default(),
        back: flow.map(|flow| back(app, visitor, flow)).transpose()?.flatten(),
        connecting: attempt.is_some_and(|attempt| attempt.adding.is_some()),
        title: about(title),
        lede: about(lede),
        reference: visitor.caller().request_id.clone(),
        words,
    };
    Ok(visitor.show(status, &page))
}

/// The way back to the app that sent the person, with the news that there will be no sign-in (RFC 6749 §4.1.2.1).
fn back(app: &App, visitor: &Visitor, flow: &Flow) -> Result<Option<(String, String)>> {
    let Some(client) = flow.client() else { return Ok(None) };
    let name = visitor.page(app, Some(client)).name().to_owned();
    Ok(Some((name, app.config.issuer.join(&format!("/continue?flow={}", flow.clone().refused().seal(app)?)))))
}
