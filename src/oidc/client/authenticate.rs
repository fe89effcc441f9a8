//! A client proves that it is itself, by exactly the method it registered (OpenID Connect Core §9).

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

use super::{Client, Clients, assertion};
use crate::app::App;
use crate::config::ClientAuth;
use crate::form::{self, Parameters};
use crate::limit::{self, Action};
use crate::oidc::OAuthError;

/// The ways of the discovery document, in its order.
pub const METHODS: &[&str] = &["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];

/// What a request presents.
struct Presented {
    id: String,
    proof: Proof,
    by: ClientAuth,
}

enum Proof {
    None,
    Secret(SecretString),
    Assertion(String),
}

/// The client that sent this request. Failures are counted and limited; which part was wrong is not said.
pub async fn authenticate(
    app: &App,
    clients: &Clients,
    request: &HttpRequest,
    parameters: &mut Parameters,
) -> Result<Arc<Client>, OAuthError> {
    let presented = presented(request, parameters)?;
    let basic = presented.by == ClientAuth::Basic;
    let Some(client) = clients.find(app, &presented.id).await? else {
        return Err(OAuthError::invalid_client(basic));
    };
    let proved = presented.by == client.entry.auth
        && match &presented.proof {
            Proof::None => true,
            Proof::Secret(secret) => client.knows(&app.crypto, secret),
            Proof::Assertion(assertion) => assertion::proves(app, clients, &client, assertion).await?,
        };
    if proved {
        return Ok(client);
    }
    if !matches!(presented.proof, Proof::None) {
        limit::take(app, &[Action::ClientFailure(&client.id, form::caller(request).network())]).await?;
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
    let assertion = parameters.take("client_assertion");
    let id = parameters.get("client_id").map(str::to_owned);
    // RFC 6749 §2.3: whoever reads the other proof has been deceived.
    match (header, in_body, assertion) {
        (Some(header), None, None) => {
            let (user, secret) = header.to_str().ok().and_then(basic).ok_or_else(|| OAuthError::invalid_client(true))?;
            if id.is_some_and(|id| id != user) {
                return Err(OAuthError::invalid_request("client_id differs from the Authorization header"));
            }
            Ok(Presented { id: user, proof: Proof::Secret(secret), by: ClientAuth::Basic })
        }
        (None, Some(secret), None) => {
            let id = id.ok_or_else(|| OAuthError::invalid_request("client_id is missing"))?;
            Ok(Presented { id, proof: Proof::Secret(secret.into()), by: ClientAuth::Post })
        }
        (None, None, Some(assertion)) => by_assertion(assertion, id, parameters.get("client_assertion_type")),
        (None, None, None) => {
            let id = id.ok_or_else(|| OAuthError::invalid_request("client_id is missing"))?;
            Ok(Presented { id, proof: Proof::None, by: ClientAuth::None })
        }
        _ => Err(OAuthError::invalid_request("two ways of client authentication in one request")),
    }
}

/// RFC 7521 §4.2: the assertion says who it is, and a `client_id` beside it can only say the same.
fn by_assertion(assertion: String, id: Option<String>, kind: Option<&str>) -> Result<Presented, OAuthError> {
    if kind != Some(assertion::TYPE) {
        return Err(OAuthError::invalid_request("client_assertion_type is missing, or not that of JWTs"));
    }
    let subject = assertion::subject(&assertion).ok_or_else(|| OAuthError::invalid_client(false))?;
    if id.is_some_and(|id| id != subject) {
        return Err(OAuthError::invalid_request("client_id differs from the sub of client_assertion"));
    }
    Ok(Presented { id: subject, proof: Proof::Assertion(assertion), by: ClientAuth::PrivateKeyJwt })
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
pub(crate) fn basic(value: &str) -> Option<(String, SecretString)> {
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
