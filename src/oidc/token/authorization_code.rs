//! `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use super::{Binding, Granting, answer, mint};
use crate::app::App;
use crate::audit::Event;
use crate::error::Result;
use crate::form;
use crate::key::b64_sha256;
use crate::oidc::authorize::{Code, find_code, is_spent_for, spend_code, spend_for};
use crate::oidc::{OAuthError, consent, resource, scope};
use crate::session::RefreshToken;
use crate::session::family::{self, Grant, Holder, NewFamily};
use crate::types::{AuthorizationCode, Token};
use crate::user::{self, Person, PersonRow};
use crate::work::Actor;

const OVER: &str = "the code is unknown, expired, spent or another client's, or its verifier or redirect_uri differs";
/// A client that sends the same request twice (a retry, a page that runs its effects twice) is not a
/// thief: for this long a second use is refused and revokes nothing, if it proves the same things.
const SAME_REQUEST: Duration = Duration::from_secs(10);

/// What a good code gives.
struct Granted {
    grant: Grant,
    person: Person,
    refresh_token: RefreshToken,
    nonce: Option<String>,
}

pub(super) async fn grant(granting: Granting<'_>) -> Result<HttpResponse, OAuthError> {
    let Granting { app, keys, ref client, parameters, request, .. } = granting;
    let token = parameters.get("code").ok_or_else(|| OAuthError::invalid_request("code is missing"))?;
    let token = Token::<AuthorizationCode>::parse(token).ok_or_else(|| OAuthError::invalid_grant(OVER))?;
    // A cookie for whoever runs scripts on a registered origin, and for no other page: before anything is spent.
    let by_cookie = client.refreshes_by_cookie();
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    if by_cookie && !origin.is_some_and(|origin| client.may_call_from(origin)) {
        return Err(OAuthError::forbidden(
            "this client's refresh token is a cookie: ask from a page of a registered origin, with its Origin header",
        ));
    }
    let Some(code) = find_code(&app.db, &token).await? else { return Err(OAuthError::invalid_grant(OVER)) };
    let actor = Actor::Client(form::caller(request), client.id.clone());
    let good = code.used_at.is_none() && proves(&code, &granting);
    // A request for too much loses nothing.
    let resource = if good { resource::of_token(code.resource.as_deref(), parameters)?.map(str::to_owned) } else { None };
    let granted = if good { redeem(app, actor.clone(), &granting, code).await? } else { None };
    let Some(Granted { grant, person, refresh_token, nonce }) = granted else {
        refuse(app, actor, &granting, &token).await?;
        return Err(OAuthError::invalid_grant(OVER));
    };
    let binding = Binding { resource: resource.as_deref(), jkt: granting.jkt() };
    let minted = mint(app, keys, client, (&grant, &person), (nonce.as_deref(), binding))?;
    if by_cookie {
        let mut response = answer(&minted, &grant.scope, None);
        client.refresh_cookie().set(&mut response, &refresh_token, grant.expires_at.since(app.clock.now()));
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        return Ok(response);
    }
    let offline = scope::has(&grant.scope, "offline_access");
    Ok(answer(&minted, &grant.scope, offline.then_some(&refresh_token)))
}

/// Spends a code that was proved, and begins its family: one change that reads nothing. What may have ended since the code was given
/// (the person's leave to come in, the session, what they allow the app) is asked in it; then it gives nothing.
async fn redeem(app: &App, actor: Actor, granting: &Granting<'_>, code: Code) -> Result<Option<Granted>> {
    let client = &granting.client;
    let allowed = if client.entry.first_party {
        None
    } else {
        match consent::allowed(&app.db, code.user, &client.id).await? {
            Some(allowed) if scope::is_within(&code.scope, &allowed) => Some(allowed),
            _ => return Ok(None),
        }
    };
    let mut ledger = app.ledger(actor);
    let family = family::name(&ledger);
    ledger.first(spend_for(&ledger, (&code, family), allowed.as_deref()));
    let new = NewFamily {
        client: &client.id,
        user: code.user,
        session: code.session,
        holder: if client.refreshes_by_cookie() { Holder::Cookie } else { Holder::Body },
        scope: &code.scope,
        auth_time: code.auth_time,
        amr: &code.amr,
        resource: code.resource.as_deref(),
        jkt: granting.jkt_of_refresh_token(),
    };
    let (grant, refresh_token) = family::begin_if(&mut ledger, &app.config.tokens, (family, &new), is_spent_for(&code, family));
    let rows = ledger.commit().await?;
    let Some(person) = rows.first().map(PersonRow::read).transpose()?.map(Person::from) else { return Ok(None) };
    Ok(user::gate(&person).is_ok().then_some(Granted { grant, person, refresh_token, nonce: code.nonce }))
}

/// A code that gives nothing is spent as well; and one that had been spent may be in wrong hands.
async fn refuse(app: &App, actor: Actor, granting: &Granting<'_>, token: &Token<AuthorizationCode>) -> Result<()> {
    let mut work = app.begin(actor).await?;
    if let Some(code) = spend_code(&work, token).await? {
        let recent = code.used_at.is_some_and(|at| work.now.since(at) < SAME_REQUEST);
        if !(recent && proves(&code, granting)) {
            // RFC 9700 §4.2.4: a second use means that the code leaked; end what the first one began.
            if let Some(family) = code.family {
                family::revoke(&work, family).await?;
            }
            work.record(Event::CodeReused { user: code.user, client: code.client, family: code.family });
        }
    }
    work.commit().await
}

/// Whether this request is from the client that the code was given to, and from the very program that
/// asked for it. The redirect URI may be left out (OAuth 2.1 §10.2), but not be another one.
fn proves(code: &Code, granting: &Granting<'_>) -> bool {
    let Granting { client, parameters, .. } = granting;
    let verified = match (code.code_challenge.as_deref(), parameters.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => is_verifier(verifier) && b64_sha256(verifier) == challenge,
        // Only a client that may go without has such a code, and its secret has been checked.
        (None, None) => client.may_go_without_pkce(),
        // RFC 9700 §4.8.2: neither without the other.
        _ => false,
    };
    let redirect = parameters.get("redirect_uri").is_none_or(|uri| uri == code.redirect_uri);
    // RFC 9449 §10.
    let held = code.dpop_jkt.is_none() || code.dpop_jkt.as_deref() == granting.jkt();
    code.client == client.id && redirect && verified && held
}

/// RFC 7636 §4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(is_verifier(verifier));
        assert_eq!(b64_sha256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        for wrong in ["", &"a".repeat(42), &"a".repeat(129), &format!("{}=", "a".repeat(43)), &format!("{} ", "a".repeat(43))] {
            assert!(!is_verifier(wrong), "{wrong}");
        }
    }
}
