//! A client proves that it is itself, by exactly the method it registered (OpenID Connect Core §9).

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

use super::{Client, Clients};
use crate::app::App;
use crate::config::ClientAuth;
use crate::form::Parameters;
use crate::limit::{self, Action};
use crate::oidc::OAuthError;
use crate::types::Caller;

/// The ways of the discovery document, in its order.
pub const METHODS: &[&str] = &["none", "client_secret_basic", "client_secret_post"];

/// What a request presents.
struct Presented {
    id: String,
    secret: Option<SecretString>,
    by: ClientAuth,
}

/// The client that sent this request. Failures are counted and limited; which part was wrong is not said.
pub async fn authenticate(
    app: &App,
    clients: &Clients,
    request: &HttpRequest,
    parameters: &mut Parameters,
    caller: &Caller,
) -> Result<Arc<Client>, OAuthError> {
    let presented = presented(request, parameters)?;
    let basic = presented.by == ClientAuth::Basic;
    let Some(client) = clients.find(app, &presented.id).await? else {
        return Err(OAuthError::invalid_client(basic));
    };
    let proved = presented.by == client.entry.auth
        && match &presented.secret {
            None => presented.by == ClientAuth::None,
            Some(secret) => client.knows(&app.crypto, secret),
        };
    if proved {
        return Ok(client);
    }
    if presented.secret.is_some() {
        limit::take(app, &[Action::ClientFailure(&client.id, caller.network())]).await?;
    }
    Err(OAuthError::invalid_client(basic))
}

fn presented(request: &HttpRequest, parameters: &mut Parameters) -> Result<Presented, OAuthError> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let header = headers.next();
    if headers.next().is_some() {
        return Err(OAuthError::invalid_request("more than one Authorization header"));
    }
    let in_body = parameters.take("client_secret");
    let id = parameters.get("client_id").map(str::to_owned);
    if parameters.get("client_assertion").is_some() {
        return Err(OAuthError::invalid_client(false));
    }
    match (header, in_body) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("two ways of client authentication in one request")),
        (Some(header), None) => {
            let (user, secret) = header.to_str().ok().and_then(basic).ok_or_else(|| OAuthError::invalid_client(true))?;
            if id.is_some_and(|id| id != user) {
                return Err(OAuthError::invalid_request("client_id differs from the Authorization header"));
            }
            Ok(Presented { id: user, secret: Some(secret), by: ClientAuth::Basic })
        }
        (None, Some(secret)) => {
            let id = id.ok_or_else(|| OAuthError::invalid_request("client_id is missing"))?;
            Ok(Presented { id, secret: Some(secret.into()), by: ClientAuth::Post })
        }
        (None, None) => {
            let id = id.ok_or_else(|| OAuthError::invalid_request("client_id is missing"))?;
            Ok(Presented { id, secret: None, by: ClientAuth::None })
        }
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(value: &str) -> Option<(String, SecretString)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, secret) = decoded.split_once(':')?;
    Some((form_decoded(user), SecretString::from(form_decoded(secret))))
}

fn form_decoded(text: &str) -> String {
    // `&` and `=` cannot appear in encoded text; guarded here so that a raw one stays what it is.
    let guarded = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(guarded.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn basic_credentials_are_form_decoded() {
        for (plain, user, secret) in
            [("web:s3cret", "web", "s3cret"), ("a%2Bb:p%3A%20q+r", "a+b", "p: q r"), ("web:a=b&c", "web", "a=b&c"), ("web:", "web", "")]
        {
            let (got, found) = basic(&format!("Basic {}", STANDARD.encode(plain))).unwrap();
            assert_eq!((got.as_str(), found.expose_secret()), (user, secret));
        }
        for wrong in ["", "Basic", "Basic !!!", "Bearer abc", "Basic bm9jb2xvbg=="] {
            assert!(basic(wrong).is_none(), "{wrong}");
        }
    }
}
