//! `POST /account/providers/{provider}/token`: an app of ours asks for the person's token at a provider.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::app::App;
use crate::audit::Event;
use crate::identity::Kept;
use crate::key::Keys;
use crate::oidc::{Clients, OAuthError, OAuthResult, bearer, cors};
use crate::types::ClientId;
use crate::upstream::{FreshToken, Upstreams, fresh_token};
use crate::work::Actor;

/// With an access token of ours, from a first-party app: whose token it is, and for whom it may act, follows from that alone.
pub async fn post_provider_token(
    app: web::Data<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    upstreams: web::Data<Upstreams>,
    (provider, request): (web::Path<String>, HttpRequest),
) -> OAuthResult {
    let answer = answer(&app, &keys, &clients, &upstreams, (&provider, &request)).await;
    cors::allow(&app, &clients, &request, answer).await
}

async fn answer(
    app: &App,
    keys: &Keys,
    clients: &Clients,
    upstreams: &Upstreams,
    (provider, request): (&str, &HttpRequest),
) -> OAuthResult {
    let presented = bearer::in_header(request)?.ok_or_else(OAuthError::no_token)?;
    let (client, _, person) = bearer::verify(app, keys, clients, (request, presented)).await?;
    if !client.entry.first_party {
        return Err(OAuthError::forbidden("only first-party apps are given tokens of providers"));
    }
    let unknown = || OAuthError::not_found("unknown_provider", "this provider is not set up here");
    let upstream = upstreams.find(provider).ok_or_else(unknown)?;
    let actor = Actor::Client(crate::form::caller(request), client.id.clone());
    match fresh_token(app, upstream, person.id, actor.clone()).await? {
        FreshToken::Good(kept) => {
            let mut ledger = app.ledger(actor);
            ledger.record(Event::UpstreamTokenGiven { user: person.id, client: client.id.clone(), provider: upstream.id.clone() });
            ledger.commit().await?;
            Ok(good(app, &kept))
        }
        FreshToken::NotConnected => Err(OAuthError::not_found("not_connected", "this person has not connected this provider")),
        FreshToken::NotKept => {
            Err(OAuthError::not_found("not_kept", "there is no token: set keep_tokens = true, and let the person sign in there once more"))
        }
        FreshToken::Over(why) => {
            log(&client.id, provider, &why);
            Err(OAuthError::not_found("reconnect_required", "the provider gives no new token: the person has to sign in there again"))
        }
        FreshToken::Unavailable(why) => {
            log(&client.id, provider, &why);
            Err(OAuthError::unavailable("the provider does not answer"))
        }
    }
}

fn good(app: &App, kept: &Kept) -> HttpResponse {
    let expires_in = kept.expires_at.map(|at| at.since(app.clock.now()).as_secs());
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({
        "access_token": kept.access.expose_secret(),
        "token_type": "Bearer",
        "expires_in": expires_in,
        "scope": kept.scope,
    }))
}

fn log(client: &ClientId, provider: &str, why: &crate::upstream::Failed) {
    tracing::warn!(%client, provider, cause = %why, "a provider gives no new token");
}
