//! Tells apps' servers that a session ended (OpenID Connect Back-Channel Logout 1.0). A job for each app, left by the change
//! that ended the session: no page waits, and an app that is down hears of it when it is back.

use std::sync::Arc;
use std::time::Duration;

use oauth2::http::{Request, header};
use serde::Serialize;
use serde_json::{Value, json};

use super::Clients;
use crate::app::App;
use crate::error::Result;
use crate::http_client::NoAnswer;
use crate::job::{Done, Kind, Worker};
use crate::key::{Keys, b64};
use crate::types::{EndedSession, UnixMillis};

/// How many apps are called at once.
const AT_ONCE: usize = 8;
/// §2.8: an app that takes longer is tried again later.
const PATIENCE: Duration = Duration::from_secs(5);
/// §2.4: short, and enough for clocks that differ. Each attempt has a token of its own.
const LIFETIME: Duration = Duration::from_mins(2);
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// §2.4. Never a nonce, so that it cannot pass for an ID token.
#[derive(Serialize)]
struct LogoutClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    events: Value,
}

/// Who tells them.
pub fn worker(app: &Arc<App>, keys: Arc<Keys>, clients: Arc<Clients>) -> Worker {
    let app = Arc::clone(app);
    let handler = Arc::new(move |_, payload: Vec<u8>| {
        let (app, keys, clients) = (Arc::clone(&app), Arc::clone(&keys), Arc::clone(&clients));
        Box::pin(async move {
            match serde_json::from_slice(&payload) {
                Ok(ended) => tell(&app, &keys, &clients, &ended).await.unwrap_or_else(|error| Done::NotYet(error.to_string())),
                Err(error) => Done::Never(format!("it cannot be read: {error}")),
            }
        }) as _
    });
    Worker::new(Kind::BackchannelLogout, AT_ONCE, PATIENCE, handler)
}

async fn tell(app: &App, keys: &Keys, clients: &Clients, ended: &EndedSession) -> Result<Done> {
    let Some(client) = clients.find(app, ended.client.as_str()).await? else { return Ok(Done::Yes) };
    let Some(uri) = &client.entry.backchannel_logout_uri else { return Ok(Done::Yes) };
    let now = app.clock.now();
    let claims = LogoutClaims {
        iss: app.config.issuer.as_str(),
        sub: ended.user.to_string(),
        aud: client.audience(),
        iat: now.seconds(),
        exp: UnixMillis::seconds(now + LIFETIME),
        jti: b64(app.random.bytes::<16>()),
        sid: ended.session.map(|session| session.to_string()),
        events: json!({ EVENT: {} }),
    };
    let token = keys.sign(client.algorithm(&app.config.tokens), "logout+jwt", &claims)?;
    let request = Request::post(uri.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("logout_token={token}").into_bytes());
    let Ok(request) = request else { return Ok(Done::Never(format!("{uri} cannot be called"))) };
    Ok(match app.http.send(request).await {
        // §2.8: 200, and 204 from frameworks that insist.
        Ok(answer) if answer.status().is_success() => Done::Yes,
        Ok(answer) => Done::NotYet(format!("{} answered {}", client.id, answer.status())),
        Err(why @ (NoAnswer::Private(_) | NoAnswer::Insecure(_))) => Done::Never(why.to_string()),
        Err(why) => Done::NotYet(why.to_string()),
    })
}
