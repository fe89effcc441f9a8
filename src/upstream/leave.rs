//! Off to the provider: the address to go to (RFC 6749 §4.1.1), and a row that knows what must come back.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};

use super::attempt::{self, Attempt};
use super::configured::Upstream;
use super::connection::Connection;
use super::dialect::relaid;
use super::failed::Failed;
use crate::app::App;
use crate::error::{Error, Result};
use crate::limit::{Action, Draw};
use crate::session::{Session, Visitor};
use crate::sign_in::Flow;
use crate::types::{ProviderId, Token, UpstreamState};

/// A person does not wait longer for a page, whatever a provider does.
pub(super) const PATIENCE: Duration = Duration::from_secs(9);

/// Where a provider sends people back to: what has to be registered there.
pub fn redirect_uri(app: &App, provider: &ProviderId) -> String {
    app.config.issuer.join(&format!("/oauth/{provider}/callback"))
}

/// The address at the provider that this journey goes on at. `adding`: the session whose person wants one more way in.
pub async fn leave(
    app: &App,
    visitor: &Visitor,
    upstream: &Upstream,
    flow: &Flow,
    adding: Option<&Session>,
) -> Result<Result<String, Failed>> {
    let endpoint = tokio::time::timeout(PATIENCE, Connection { app, upstream }.authorization_endpoint()).await;
    let endpoint = match endpoint.unwrap_or(Err(Failed::Slow)) {
        Ok(endpoint) => endpoint,
        Err(failed) => return Ok(Err(failed)),
    };
    let state = Token::<UpstreamState>::new(app.random.bytes());
    let secret = || URL_SAFE_NO_PAD.encode(app.random.bytes::<32>());
    let attempt =
        Attempt { verifier: secret(), nonce: secret(), flow: flow.clone(), adding: adding.map(|session| (session.user, session.id)) };
    let address = match address(app, upstream, &endpoint, (&state, &attempt)) {
        Ok(address) => address,
        Err(failed) => return Ok(Err(failed)),
    };
    let mut ledger = app.ledger(visitor.actor());
    let draw = Draw::new(app, &[Action::SignInFrom(visitor.caller().network())], ledger.now);
    ledger.draw(&draw);
    attempt::put(&mut ledger, &state, (&upstream.id, visitor.browser().mark(app)), &attempt, &draw.granted(1))?;
    let rows = ledger.commit().await?;
    match draw.waits(&rows)?.into_iter().flatten().max() {
        Some(retry_after) => Err(Error::TooMany { retry_after }),
        None => Ok(Ok(address)),
    }
}

fn address(app: &App, upstream: &Upstream, endpoint: &str, (state, attempt): (&Token<UpstreamState>, &Attempt)) -> Result<String, Failed> {
    let facts = &upstream.facts.authorization;
    let bad = |what: &str| Failed::Misconfigured(format!("{what} is not an address"));
    let back = redirect_uri(app, &upstream.id);
    let client = BasicClient::new(ClientId::new(upstream.client_id.clone()))
        .set_auth_uri(AuthUrl::new(endpoint.to_owned()).map_err(|_| bad(endpoint))?)
        .set_redirect_uri(RedirectUrl::new(back.clone()).map_err(|_| bad(&back))?);
    let state = CsrfToken::new(state.reveal().to_owned());
    let mut request = client.authorize_url(|| state);
    if facts.pkce {
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        request = request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    }
    if upstream.is_oidc() {
        if facts.nonce {
            request = request.add_extra_param("nonce", &attempt.nonce);
        }
        if attempt.asks_again() {
            request = request.add_extra_param("prompt", "login");
        }
        if let Some(address) = attempt.flow.address() {
            request = request.add_extra_param("login_hint", address.to_string());
        }
    }
    if let Some(mode) = &facts.response_mode {
        request = request.add_extra_param("response_mode", mode);
    }
    if !upstream.scopes.is_empty() {
        // One scope to the library, because some providers write something else than a space between them.
        request = request.add_scope(Scope::new(upstream.scopes.join(&facts.scope_separator)));
    }
    let (standard, _) = request.url();
    in_its_own_way(upstream, endpoint, &standard)
}

/// The standard request as this provider expects it.
fn in_its_own_way(upstream: &Upstream, endpoint: &str, standard: &url::Url) -> Result<String, Failed> {
    let facts = &upstream.facts.authorization;
    let mut address = url::Url::parse(endpoint).map_err(|_| Failed::Misconfigured(format!("{endpoint} is not an address")))?;
    let already = address.query_pairs().count();
    let pairs = standard.query_pairs().skip(already).map(|(name, value)| (name.into(), value.into())).collect();
    let offline = facts.offline.iter().filter(|_| upstream.keep_tokens);
    let pairs = relaid(pairs, facts.parameters.iter().chain(offline), &facts.rename, &upstream.values())?;
    address.query_pairs_mut().extend_pairs(pairs);
    Ok(address.into())
}
