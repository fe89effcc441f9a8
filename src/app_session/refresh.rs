//! `POST /session/token`: the cookie in, fresh tokens out. `POST /session/end`: signed out.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::origin;
use crate::app::App;
use crate::key::Keys;
use crate::oidc::token::Binding;
use crate::oidc::{Client, Clients, OAuthError, OAuthResult, token};
use crate::session::family::{self, Ending, Holder, Rotation, RotationRule};
use crate::session::{self, Presenter, Visitor};
use crate::types::{Caller, UnixMillis};
use crate::work::Actor;

#[derive(Serialize)]
struct SessionTokens<'a> {
    access_token: &'a str,
    id_token: Option<&'a str>,
    token_type: &'static str,
    expires_in: u64,
}

/// Fresh tokens. Whoever loses a race gets the winner's successor, and no answer but a winning one touches the cookie.
pub async fn post_session_token(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    request: HttpRequest,
) -> OAuthResult {
    let answer = match origin::client(&app, &clients, &request).await {
        Ok(client) => refresh(&app, &keys, &client, &request).await,
        Err(error) => Err(error),
    };
    origin::allow(&app, &clients, &request, answer).await
}

async fn refresh(app: &App, keys: &Keys, client: &Client, request: &HttpRequest) -> OAuthResult {
    let proved = token::prove(app, client, request).await?;
    let jkt = proved.as_ref().map(|proved| proved.jkt.as_str());
    let presented = client.refresh_cookie().read(app, request).ok_or_else(|| OAuthError::over(Ending::Expired))?;
    let rule = RotationRule { rotate: true, holder: Holder::Cookie, jkt };
    let (grant, person, successor) = match family::rotate(app, &Presenter::of(request, &client.id), &presented, rule).await? {
        Rotation::Granted { grant, person, successor } => (grant, person, successor),
        Rotation::Over(ending) => return Err(OAuthError::over(ending)),
    };
    let minted = token::mint(app, keys, client, (&grant, &person), (None, Binding { resource: None, jkt }))?;
    let mut response = HttpResponse::Ok().json(SessionTokens {
        access_token: &minted.access_token,
        id_token: minted.id_token.as_deref(),
        token_type: minted.token_type,
        expires_in: minted.expires_in,
    });
    if let Some(successor) = successor {
        client.refresh_cookie().set(&mut response, &successor, UnixMillis::since(grant.expires_at, app.clock.now()));
    }
    Ok(response)
}

/// The body of `POST /session/end`.
#[derive(Debug, Default, Deserialize)]
struct End {
    #[serde(default)]
    everywhere: bool,
}

/// Signs out: this browser, or every browser of this person.
pub async fn post_session_end(
    app: web::Data<App>,
    clients: web::Data<Clients>,
    visitor: Visitor,
    request: HttpRequest,
    body: web::Bytes,
) -> OAuthResult {
    let answer = match origin::client(&app, &clients, &request).await {
        Ok(client) => end(&app, &client, &visitor, &request, &body).await,
        Err(error) => Err(error),
    };
    origin::allow(&app, &clients, &request, answer).await
}

async fn end(app: &App, client: &Client, visitor: &Visitor, request: &HttpRequest, body: &[u8]) -> OAuthResult {
    let body: End = if body.is_empty() { Ok(End::default()) } else { serde_json::from_slice(body) }
        .map_err(|_| OAuthError::invalid_request("the body must be JSON like {\"everywhere\": false}"))?;
    let mut response = HttpResponse::NoContent().finish();
    if let Some(session) = visitor.session(app).await? {
        visitor.sign_out(app, &session, body.everywhere, &mut response).await?;
    }
    // The browser's session may have been over before its app's tokens were.
    if let Some(presented) = client.refresh_cookie().read(app, request) {
        let caller: Caller = crate::form::caller(request);
        let mut work = app.begin(Actor::Client(caller, client.id.clone())).await?;
        if body.everywhere
            && let Some(user) = family::user_of(work.db(), &presented).await?
        {
            session::end_all(&mut work, user).await?;
        }
        family::end_presented(&work, &presented).await?;
        work.commit().await?;
    }
    client.refresh_cookie().clear(&mut response);
    Ok(response)
}
