//! A provider's access token for an app, made new when it is over. Kept only where the operator asked for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::configured::Upstream;
use super::connection::Connection;
use super::failed::Failed;
use super::leave::PATIENCE;
use super::token_endpoint::refresh;
use crate::app::App;
use crate::credential;
use crate::error::Result;
use crate::identity::{self, Identity, Kept};
use crate::types::{CredentialId, UserId};
use crate::work::Actor;

/// A token that ends this soon is over by the time it is used.
const SOON: Duration = Duration::from_mins(1);

/// What came of it.
pub enum FreshToken {
    /// Good for now.
    Good(Kept),
    /// The person has no identity there.
    NotConnected,
    /// There is none: tokens are not kept, or the person has not signed in there since they are.
    NotKept,
    /// It is over, and the provider gives no other: the person has to sign in there again.
    Over(Failed),
    /// The provider does not answer.
    Unavailable(Failed),
}

/// Refreshes that are under way here, so that two requests for one token do not spend a refresh token twice.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<CredentialId, Arc<Turn<()>>>>);

impl Turns {
    fn of(&self, id: CredentialId) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(id).or_default())
    }
}

/// The token that an app asks for.
pub async fn fresh_token(app: &App, upstream: &Upstream, user: UserId, actor: Actor) -> Result<FreshToken> {
    let Some(id) = latest(app, upstream, user).await?.map(|linked| linked.id) else { return Ok(FreshToken::NotConnected) };
    let turn = upstream.turns.of(id);
    let _mine = turn.lock().await;
    // Whoever went before may have made it new.
    let Some(linked) = latest(app, upstream, user).await?.filter(|linked| linked.id == id) else { return Ok(FreshToken::NotConnected) };
    let Some(kept) = linked.identity.tokens.clone().filter(|_| upstream.keep_tokens) else { return Ok(FreshToken::NotKept) };
    let now = app.clock.now();
    if kept.expires_at.is_none_or(|at| at > now + SOON) {
        return Ok(FreshToken::Good(kept));
    }
    let Some(token) = &kept.refresh else {
        return Ok(FreshToken::Over(Failed::Answer("it gave no refresh token".into())));
    };
    let on = Connection { app, upstream };
    let tokens = match tokio::time::timeout(PATIENCE, refresh(&on, token, now)).await.unwrap_or(Err(Failed::Slow)) {
        Ok(tokens) => tokens,
        Err(why @ (Failed::NoAnswer(_) | Failed::Slow)) => return Ok(FreshToken::Unavailable(why)),
        Err(why) => return Ok(FreshToken::Over(why)),
    };
    let renewed =
        Kept { access: tokens.access, refresh: tokens.refresh, expires_at: tokens.expires_at, scope: tokens.scope.or(kept.scope) };
    let identity = Identity { tokens: Some(renewed.clone()), ..linked.identity };
    let mut work = app.begin(actor).await?;
    credential::lock(&work, user).await?;
    if let Some((_, credential)) = identity::find(work.db(), &app.crypto, &identity).await? {
        credential::replace(&mut work, &credential, &identity.keep()?).await?;
    }
    work.commit().await?;
    Ok(FreshToken::Good(renewed))
}

/// Of several identities at one provider, the one that was used last.
async fn latest(app: &App, upstream: &Upstream, user: UserId) -> Result<Option<identity::Linked>> {
    let all = identity::of_user(app.db.read(), &app.crypto, user).await?;
    Ok(all
        .into_iter()
        .filter(|linked| linked.identity.provider == upstream.id)
        .max_by_key(|linked| linked.last_used_at.max(Some(linked.since))))
}
