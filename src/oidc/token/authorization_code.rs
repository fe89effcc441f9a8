//! `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use super::{Granting, answer, mint};
use crate::audit::Event;
use crate::credential;
use crate::error::Result;
use crate::form::{self, Parameters};
use crate::key::b64;
use crate::oidc::authorize::{Spent, spend_code};
use crate::oidc::{Client, OAuthError, consent, scope};
use crate::session::family::{self, Grant, Holder, NewFamily};
use crate::session::{self, RefreshToken};
use crate::types::{AuthorizationCode, Token};
use crate::user::{self, Person};
use crate::work::{Actor, Work};

const OVER: &str = "the code is unknown, expired, spent or another client's, or its verifier or redirect_uri differs";
/// A client that sends the same request twice (a retry, a page that runs its effects twice) is not a
/// thief: for this long a second use is refused and revokes nothing, if it proves the same things.
const SAME_REQUEST: Duration = Duration::from_secs(10);

/// What came of a redemption. A refusal is committed as well: the code stays spent.
enum Outcome {
    Granted(Box<(Grant, Person, RefreshToken, Option<String>)>),
    Refused,
}

pub(super) async fn grant(granting: Granting<'_>) -> Result<HttpResponse, OAuthError> {
    let Granting { app, keys, client, parameters, request } = granting;
    let code = parameters.get("code").ok_or_else(|| OAuthError::invalid_request("code is missing"))?;
    let code = Token::<AuthorizationCode>::parse(code).ok_or_else(|| OAuthError::invalid_grant(OVER))?;
    // A cookie for whoever runs scripts on a registered origin, and for no other page: before anything is spent.
    let by_cookie = client.refreshes_by_cookie();
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    if by_cookie && !origin.is_some_and(|origin| client.may_call_from(origin)) {
        return Err(OAuthError::forbidden(
            "this client's refresh token is a cookie: ask from a page of a registered origin, with its Origin header",
        ));
    }
    let mut work = app.begin(Actor::Client(form::caller(request), client.id.clone())).await?;
    let outcome = redeem(&mut work, &app.config.tokens, &client, &code, parameters).await?;
    work.commit().await?;
    let Outcome::Granted(granted) = outcome else { return Err(OAuthError::invalid_grant(OVER)) };
    let (grant, person, token, nonce) = *granted;
    let minted = mint(app, keys, &client, (&grant, &person), nonce.as_deref())?;
    if by_cookie {
        let mut response = answer(&minted, &grant.scope, None);
        client.refresh_cookie().set(&mut response, &token, grant.expires_at.since(app.clock.now()));
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        return Ok(response);
    }
    let offline = scope::has(&grant.scope, "offline_access");
    Ok(answer(&minted, &grant.scope, offline.then_some(&token)))
}

async fn redeem(
    work: &mut Work<'_>,
    config: &crate::config::Tokens,
    client: &Client,
    code: &Token<AuthorizationCode>,
    parameters: &Parameters,
) -> Result<Outcome> {
    let code = match spend_code(work, code).await? {
        Spent::Now(code) => code,
        Spent::Before(code) => {
            let recent = code.used_at.is_some_and(|at| work.now.since(at) < SAME_REQUEST);
            if !(recent && proves(&code, client, parameters)) {
                // RFC 9700 §4.2.4: a second use means that the code leaked; end what the first one began.
                if let Some(family) = code.family {
                    family::revoke(work, family).await?;
                }
                work.record(Event::CodeReused { user: code.user, client: code.client, family: code.family });
            }
            return Ok(Outcome::Refused);
        }
        Spent::Unknown => return Ok(Outcome::Refused),
    };
    if !proves(&code, client, parameters) {
        return Ok(Outcome::Refused);
    }
    // The person may have been shut out, and the session may have ended, since the code was given.
    let Some(person) = user::find(work.db(), code.user).await?.map(|user| user.person) else { return Ok(Outcome::Refused) };
    if user::gate(&person).is_err() || session::find(work.db(), code.session, work.now).await?.is_none() {
        return Ok(Outcome::Refused);
    }
    if !client.entry.first_party {
        // Nor may what they allowed be taken back between this look and the tokens.
        credential::lock(work, person.id).await?;
        if !consent::covers(work.db(), person.id, &client.id, &code.scope).await? {
            return Ok(Outcome::Refused);
        }
    }
    let new = NewFamily {
        client: &client.id,
        user: code.user,
        session: code.session,
        holder: if client.refreshes_by_cookie() { Holder::Cookie } else { Holder::Body },
        scope: &code.scope,
        auth_time: code.auth_time,
        amr: &code.amr,
    };
    let (grant, token) = family::begin(work, config, new).await?;
    crate::oidc::authorize::note_family(work, &code, grant.family).await?;
    Ok(Outcome::Granted(Box::new((grant, person, token, code.nonce))))
}

/// Whether this request is from the client that the code was given to, and from the very program that
/// asked for it. The redirect URI may be left out (OAuth 2.1 §10.2), but not be another one.
fn proves(code: &crate::oidc::authorize::Code, client: &Client, parameters: &Parameters) -> bool {
    let verified = match (code.code_challenge.as_deref(), parameters.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => is_verifier(verifier) && s256(verifier) == challenge,
        // Only a client that may go without has such a code, and its secret has been checked.
        (None, None) => client.may_go_without_pkce(),
        // RFC 9700 §4.8.2: neither without the other.
        _ => false,
    };
    let redirect = parameters.get("redirect_uri").is_none_or(|uri| uri == code.redirect_uri);
    code.client == client.id && redirect && verified
}

/// RFC 7636 §4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

fn s256(verifier: &str) -> String {
    b64(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(is_verifier(verifier));
        assert_eq!(s256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        for wrong in ["", &"a".repeat(42), &"a".repeat(129), &format!("{}=", "a".repeat(43)), &format!("{} ", "a".repeat(43))] {
            assert!(!is_verifier(wrong), "{wrong}");
        }
    }
}
