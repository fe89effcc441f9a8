//! `GET` and `POST /end-session` (OpenID Connect RP-Initiated Logout 1.0). With a token that names the
//! session of this very browser we end it at once; otherwise a person is asked, and nobody is sent anywhere.

use actix_web::{HttpRequest, HttpResponse, web};

use super::hint::IdTokenHint;
use super::{Client, Clients};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{Body, Parameters, see_other};
use crate::key::Keys;
use crate::page::PageResult;
use crate::session::{Session, Visitor};
use crate::types::SessionId;

/// By `GET`.
pub async fn get_end_session(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    visitor: Visitor,
    request: HttpRequest,
) -> PageResult {
    let query = match request.query_string().strip_prefix("request=") {
        Some(sealed) => {
            let opened = app.crypto.open_flow(sealed).map_err(|_| Error::STALE)?;
            String::from_utf8(opened).ok().and_then(|text| text.strip_prefix("end-session:").map(str::to_owned)).ok_or(Error::STALE)?
        }
        None => request.query_string().to_owned(),
    };
    let parameters = Parameters::parse(query.as_bytes()).map_err(Error::from)?;
    Ok(end_session(&app, &keys, &clients, &visitor, &parameters).await?)
}

/// By `POST`: another site's form carries no cookies of ours, so it continues as a navigation.
pub async fn post_end_session(app: web::Data<App>, body: Result<Body>) -> PageResult {
    let Body(parameters) = body?;
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters.iter()).finish();
    let sealed = app.crypto.seal_flow(format!("end-session:{query}").as_bytes())?;
    Ok(see_other(&app.config.issuer.join(&format!("/end-session?request={sealed}"))))
}

async fn end_session(app: &App, keys: &Keys, clients: &Clients, visitor: &Visitor, parameters: &Parameters) -> Result<HttpResponse> {
    let session = visitor.session(app).await?;
    let hint = parameters.get("id_token_hint").and_then(|token| IdTokenHint::read(app, keys, token));
    let Some((hint, client)) = with_client(app, clients, hint, parameters).await? else {
        return Ok(ask(app));
    };
    // A session that the token does not name is somebody else's, or a later one: a person decides.
    if session.as_ref().is_some_and(|session| !names(&hint, session)) {
        return Ok(ask(app));
    }
    let mut response = see_other(&back(app, &client, parameters));
    // An addition of ours to the standard. What a person does in somebody else's app ends nothing in yours.
    let everywhere = client.entry.first_party && parameters.get("everywhere") == Some("true");
    if let Some(session) = session {
        visitor.sign_out(app, &session, everywhere, &mut response).await?;
    }
    Ok(response)
}

/// The client whose token it is; `client_id`, if sent, must say the same.
async fn with_client(
    app: &App,
    clients: &Clients,
    hint: Option<IdTokenHint>,
    parameters: &Parameters,
) -> Result<Option<(IdTokenHint, std::sync::Arc<Client>)>> {
    let Some(hint) = hint else { return Ok(None) };
    let named = parameters.get("client_id");
    // Most clients are their own audience, and one that was registered just now is found by its name alone.
    let mut found = clients.find(app, named.unwrap_or(&hint.aud)).await?.filter(|client| client.audience() == hint.aud);
    if found.is_none() && named.is_none() {
        found = clients.all(app).await?.into_iter().find(|client| client.audience() == hint.aud);
    }
    Ok(found.map(|client| (hint, client)))
}

fn names(hint: &IdTokenHint, session: &Session) -> bool {
    hint.sid.parse::<SessionId>() == Ok(session.id) && hint.user() == Some(session.user)
}

fn back(app: &App, client: &Client, parameters: &Parameters) -> String {
    let Some(uri) = parameters.get("post_logout_redirect_uri").filter(|uri| client.may_leave_to(uri)) else {
        return app.config.issuer.join("/signed-out");
    };
    let Some(state) = parameters.get("state") else { return uri.to_owned() };
    let state: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    format!("{uri}{}{state}", if uri.contains('?') { "&" } else { "?" })
}

fn ask(app: &App) -> HttpResponse {
    see_other(&app.config.issuer.join("/sign-out"))
}
