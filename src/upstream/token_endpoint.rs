//! A provider's token endpoint (RFC 6749 §4.1.3 and §6). The protocol is the library's.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

use oauth2::basic::{BasicClient, BasicRequestTokenError, BasicTokenResponse};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::connection::Connection;
use super::dialect::{in_its_own_way, in_the_standard_way};
use super::exchange::Brought;
use super::failed::Failed;
use super::request::Authentication;
use super::signed_secret;
use crate::http_client::NoAnswer;
use crate::types::UnixMillis;

/// A provider's tokens, in the clear.
pub(super) struct Tokens {
    /// For its API.
    pub(super) access: SecretString,
    /// For a new one.
    pub(super) refresh: Option<SecretString>,
    /// When the former ends, if it was said.
    pub(super) expires_at: Option<UnixMillis>,
    /// What they are good for.
    pub(super) scope: Option<String>,
}

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// A code becomes tokens; and the whole answer.
pub(super) async fn redeem(on: &Connection<'_>, endpoint: &str, brought: &Brought<'_>, now: UnixMillis) -> Result<(Tokens, Value), Failed> {
    let client = client(on, endpoint, now).await?;
    let back = RedirectUrl::new(brought.redirect_uri.to_owned()).map_err(|_| not_an_address(brought.redirect_uri))?;
    let client = client.set_redirect_uri(back);
    let mut request = client.exchange_code(AuthorizationCode::new(brought.code.to_owned()));
    if on.upstream.facts.authorization.pkce {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(brought.verifier.to_owned()));
    }
    let raw = Mutex::new(Value::Null);
    let answer = request.request_async(&caller(on, &raw)).await.map_err(failed)?;
    let raw = raw.into_inner().unwrap_or_default();
    Ok((read(&answer, &raw, now), raw))
}

/// A refresh token becomes new tokens. Where the answer has no new refresh token, the old one goes on.
pub(super) async fn refresh(on: &Connection<'_>, token: &SecretString, now: UnixMillis) -> Result<Tokens, Failed> {
    let endpoint = on.token_endpoint().await?;
    let client = client(on, &endpoint, now).await?;
    let old = RefreshToken::new(token.expose_secret().to_owned());
    let raw = Mutex::new(Value::Null);
    let answer = client.exchange_refresh_token(&old).request_async(&caller(on, &raw)).await.map_err(failed)?;
    let tokens = read(&answer, &raw.into_inner().unwrap_or_default(), now);
    Ok(Tokens { refresh: tokens.refresh.or_else(|| Some(token.clone())), ..tokens })
}

async fn client(on: &Connection<'_>, endpoint: &str, now: UnixMillis) -> Result<Client, Failed> {
    let (upstream, authentication) = (on.upstream, on.upstream.facts.token.authentication);
    let client = BasicClient::new(ClientId::new(upstream.client_id.clone()))
        .set_token_uri(TokenUrl::new(endpoint.to_owned()).map_err(|_| not_an_address(endpoint))?)
        .set_auth_type(if authentication == Authentication::Basic { AuthType::BasicAuth } else { AuthType::RequestBody });
    let secret = match (&upstream.secret, authentication) {
        (_, Authentication::SignedSecret) => Some(signed_secret::sign(upstream, &on.described().await?.metadata.issuer, now)?),
        (secret, _) => secret.as_ref().map(|secret| secret.expose_secret().to_owned()),
    };
    Ok(match secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret)),
        None => client,
    })
}

type Call<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, Wrong>> + 'a>>;

/// Sends the library's requests in the provider's dialect, and keeps what was answered.
fn caller<'a>(on: &'a Connection<'a>, raw: &'a Mutex<Value>) -> impl Fn(HttpRequest) -> Call<'a> {
    move |request| {
        Box::pin(async move {
            let answer = on.app.http.send(in_its_own_way(on.upstream, request)?).await?;
            let (answer, value) = in_the_standard_way(answer);
            if let Ok(mut kept) = raw.lock() {
                *kept = value;
            }
            Ok(answer)
        })
    }
}

fn read(answer: &BasicTokenResponse, raw: &Value, now: UnixMillis) -> Tokens {
    Tokens {
        access: SecretString::from(answer.access_token().secret().clone()),
        refresh: answer.refresh_token().map(|token| SecretString::from(token.secret().clone())),
        expires_at: answer.expires_in().map(|lifetime| now + lifetime),
        scope: raw["scope"].as_str().map(str::to_owned),
    }
}

fn not_an_address(text: &str) -> Failed {
    Failed::Misconfigured(format!("{text} is not an address"))
}

/// What may go wrong below the library.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error(transparent)]
    Failed(#[from] Failed),
}

fn failed(why: BasicRequestTokenError<Wrong>) -> Failed {
    match why {
        RequestTokenError::ServerResponse(error) => {
            Failed::Exchange { error: error.error().to_string(), description: error.error_description().cloned() }
        }
        RequestTokenError::Request(Wrong::NoAnswer(why)) => Failed::NoAnswer(why),
        RequestTokenError::Request(Wrong::Failed(why)) => why,
        RequestTokenError::Parse(why, _) => Failed::Answer(format!("the token endpoint sent something else than tokens: {why}")),
        RequestTokenError::Other(why) => Failed::Answer(why),
    }
}
