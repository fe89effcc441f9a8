//! How the signed-in person goes back to the app: a code, or an access token in the
//! fragment with a refresh cookie. One pipeline, two answers.

use actix_web::HttpResponse;

use crate::app::App;
use crate::error::Result;
use crate::key::Keys;
use crate::oidc::authorize::{Reply, code_reply, error_reply};
use crate::oidc::token::Binding;
use crate::oidc::{Client, token};
use crate::session::family::{self, Holder, NewFamily};
use crate::session::{RefreshToken, Session};
use crate::sign_in::{Answer, AppRequest};
use crate::types::UnixMillis;
use crate::user;
use crate::work::Actor;

/// What the browser takes back.
pub struct Delivery {
    /// The answer.
    pub reply: Reply,
    cookie: Option<(RefreshToken, UnixMillis)>,
}

impl Delivery {
    /// Puts the cookie, if there is one, into the answer that sends the browser on.
    pub fn dress(&self, app: &App, client: &Client, response: &mut HttpResponse) {
        if let Some((token, expires_at)) = &self.cookie {
            client.refresh_cookie().set(response, token, expires_at.since(app.clock.now()));
        }
    }
}

/// Issues what the app asked for. The caller has made sure that nothing more is needed.
pub async fn deliver(
    app: &App,
    keys: &Keys,
    client: &Client,
    actor: Actor,
    (request, session): (&AppRequest, &Session),
) -> Result<Delivery> {
    match request.answer {
        Answer::Code => Ok(Delivery { reply: code_reply(app, actor, client, request, session).await?, cookie: None }),
        Answer::Token => token_delivery(app, keys, client, actor, (request, session)).await,
    }
}

async fn token_delivery(
    app: &App,
    keys: &Keys,
    client: &Client,
    actor: Actor,
    (request, session): (&AppRequest, &Session),
) -> Result<Delivery> {
    let mut work = app.begin(actor).await?;
    let person = user::find(work.db(), session.user).await?.map(|user| user.person);
    let Some(person) = person.filter(|person| user::gate(person).is_ok()) else {
        return Ok(Delivery {
            reply: fragment(request, &[("error", "access_denied"), ("error_description", "this person may not sign in")]),
            cookie: None,
        });
    };
    let new = NewFamily {
        client: &client.id,
        user: session.user,
        session: session.id,
        holder: Holder::Cookie,
        scope: &request.scope,
        auth_time: session.auth_time,
        amr: &session.amr.join(" "),
        resource: None,
        jkt: None,
    };
    let (grant, refresh_token) = family::begin(&mut work, &app.config.tokens, new).await?;
    work.commit().await?;
    let minted = token::mint(app, keys, client, (&grant, &person), (None, Binding::default()))?;
    let expires_in = minted.expires_in.to_string();
    let reply = fragment(request, &[("access_token", &minted.access_token), ("token_type", "Bearer"), ("expires_in", &expires_in)]);
    Ok(Delivery { reply, cookie: Some((refresh_token, grant.expires_at)) })
}

/// The news that there will be no tokens, as this app reads it.
pub fn refusal(app: &App, request: &AppRequest, code: &str, description: &str) -> Reply {
    match request.answer {
        Answer::Code => error_reply(app, &request.into(), code, description),
        Answer::Token => fragment(request, &[("error", code), ("error_description", description)]),
    }
}

/// In the fragment: it stays in the browser, out of logs and `Referer`.
fn fragment(request: &AppRequest, pairs: &[(&str, &str)]) -> Reply {
    let mut values = url::form_urlencoded::Serializer::new(String::new());
    values.extend_pairs(pairs);
    if let Some(state) = &request.state {
        values.append_pair("state", state);
    }
    Reply::Go(format!("{}#{}", request.redirect_uri, values.finish()))
}
