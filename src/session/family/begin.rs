//! How a family begins: in the caller's change, with a token that exists only in the answer.

use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{Grant, Holder, token_family};
use crate::audit::Event;
use crate::config::Tokens;
use crate::db::Condition;
use crate::error::Result;
use crate::session::RefreshToken;
use crate::types::{ClientId, FamilyId, SessionId, UnixMillis, UserId};
use crate::work::{Ledger, Work};

/// A family to be.
pub struct NewFamily<'a> {
    /// To whom.
    pub client: &'a ClientId,
    /// Of whom.
    pub user: UserId,
    /// From which session.
    pub session: SessionId,
    /// Where the token will live.
    pub holder: Holder,
    /// Space-separated.
    pub scope: &'a str,
    /// When the person proved who they are.
    pub auth_time: UnixMillis,
    /// How, space-separated.
    pub amr: &'a str,
    /// What access tokens may be for, space-separated.
    pub resource: Option<&'a str>,
    /// The key that the refresh token is bound to.
    pub jkt: Option<&'a str>,
}

/// Begins a family in the caller's change; the token exists only in the answer.
pub async fn begin(work: &mut Work<'_>, config: &Tokens, new: NewFamily<'_>) -> Result<(Grant, RefreshToken)> {
    let family = name(work);
    let (row, grant, token) = prepare(work, config, family, &new);
    token_family::Entity::insert(row).exec_without_returning(work.db()).await?;
    work.record(issued(&grant));
    Ok((grant, token))
}

/// A name for a family to be.
pub fn name(ledger: &Ledger<'_>) -> FamilyId {
    FamilyId(ledger.random().uuid(ledger.now))
}

/// Begins the family of this name at the end of the caller's change, if this holds then.
pub fn begin_if(
    ledger: &mut Ledger<'_>,
    config: &Tokens,
    (family, new): (FamilyId, &NewFamily<'_>),
    holds: Condition,
) -> (Grant, RefreshToken) {
    let (row, grant, token) = prepare(ledger, config, family, new);
    ledger.insert(row, Some(holds.clone()));
    ledger.record_if(holds, &issued(&grant));
    (grant, token)
}

fn issued(grant: &Grant) -> Event {
    Event::TokensIssued { user: grant.user, client: grant.client.clone(), session: grant.session, family: grant.family }
}

fn prepare(
    ledger: &Ledger<'_>,
    config: &Tokens,
    family: FamilyId,
    new: &NewFamily<'_>,
) -> (token_family::ActiveModel, Grant, RefreshToken) {
    let token = RefreshToken::new(ledger.crypto(), family, ledger.random().bytes());
    let expires_at = ledger.now + config.refresh_ttl;
    let row = token_family::ActiveModel {
        id: Set(family),
        client_id: Set(new.client.clone()),
        user_id: Set(new.user),
        session_id: Set(new.session),
        delivery: Set(new.holder.as_str().to_owned()),
        scope: Set(new.scope.to_owned()),
        amr: Set(new.amr.to_owned()),
        auth_time: Set(new.auth_time),
        generation: Set(0),
        current_hash: Set(token.hash()),
        previous_hash: Set(None),
        previous_until: Set(None),
        successor: Set(None),
        created_at: Set(ledger.now),
        idle_expires_at: Set(ledger.now + config.refresh_idle),
        expires_at: Set(expires_at),
        ended_at: Set(None),
        ending: Set(None),
        resource: Set(new.resource.map(str::to_owned)),
        jkt: Set(new.jkt.map(str::to_owned)),
    };
    let grant = Grant {
        family,
        client: new.client.clone(),
        user: new.user,
        session: new.session,
        scope: new.scope.to_owned(),
        auth_time: new.auth_time,
        amr: new.amr.to_owned(),
        expires_at,
        resource: new.resource.map(str::to_owned),
        jkt: new.jkt.map(str::to_owned),
    };
    (row, grant, token)
}
