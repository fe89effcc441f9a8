//! Questions with the access token: the profile, the addresses.

use oauth2::HttpRequest;
use oauth2::http::{HeaderValue, Method as Verb, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::connection::Connection;
use super::failed::Failed;
use super::profile::Document;
use super::request::{Method, Request, TokenIn};

/// Asks a question with the access token.
pub(super) async fn ask(on: &Connection<'_>, question: &Request, document: &Document, access: &SecretString) -> Result<Value, Failed> {
    let missing = |why: super::Missing| Failed::Answer(why.to_string());
    let values = on.upstream.values().word("access_token", access.expose_secret()).answers(document.value());
    let mut address = match &question.url {
        Some(template) => template.url(&values).map_err(missing)?,
        None => on.userinfo_endpoint().await?,
    };
    if let TokenIn::Query(name) = &question.token_in {
        let mut url = url::Url::parse(&address).map_err(|_| Failed::Misconfigured(format!("{address} is not an address")))?;
        url.query_pairs_mut().append_pair(name, access.expose_secret());
        address = url.into();
    }
    let verb = if question.method == Method::Get { Verb::GET } else { Verb::POST };
    let mut request = HttpRequest::new(question.body.clone().unwrap_or_default().into_bytes());
    *request.method_mut() = verb;
    *request.uri_mut() = address.parse().map_err(|_| Failed::Misconfigured("the profile has no address".into()))?;
    set_header(&mut request, "accept", "application/json")?;
    if question.body.is_some() {
        set_header(&mut request, "content-type", "application/json")?;
    }
    if question.token_in == TokenIn::Header {
        set_header(&mut request, "authorization", &format!("Bearer {}", access.expose_secret()))?;
    }
    for (name, value) in &question.headers {
        set_header(&mut request, name, &value.text(&values).map_err(missing)?)?;
    }
    // Without its query, which may hold the token.
    let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
    let path = request.uri().path().to_owned();
    let answer = on.app.http.send(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(Failed::Answer(format!("{host}{path} answered {}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(|_| Failed::Answer(format!("{host}{path} sent no JSON")))
}

/// Sets a header that a file or an operator chose.
pub(super) fn set_header(request: &mut HttpRequest, name: &str, value: &str) -> Result<(), Failed> {
    let wrong = || Failed::Misconfigured(format!("{name} is no header, or its value cannot be sent"));
    let name: header::HeaderName = name.parse().map_err(|_| wrong())?;
    let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
    request.headers_mut().insert(name, value);
    Ok(())
}
