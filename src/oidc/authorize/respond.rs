//! Answers to the app: a code or an error in the query of the redirect URI, with `iss` in each (RFC 9207).

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::session::Session;
use crate::sign_in::AppRequest;
use crate::work::Actor;

/// Gives the session's person a code for what was asked, and says where to take it.
pub async fn code_url(app: &App, actor: Actor, request: &AppRequest, session: &Session) -> Result<String> {
    let mut work = app.begin(actor).await?;
    let code = store::insert(&mut work, &app.config.tokens, request, session).await?;
    work.commit().await?;
    Ok(url(app, &request.redirect_uri, &[("code", Some(code.reveal())), ("state", request.state.as_deref())]))
}

/// Where to take the news that there will be no code.
pub fn error_url(app: &App, redirect_uri: &str, state: Option<&str>, code: &str, description: &str) -> String {
    let description = crate::oidc::error::printable(description);
    url(app, redirect_uri, &[("error", Some(code)), ("error_description", Some(&description)), ("state", state)])
}

/// The registered URI is kept byte for byte; parameters are only added.
fn url(app: &App, redirect_uri: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.append_pair("iss", app.config.issuer.as_str());
    let separator = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{separator}{}", query.finish())
}
