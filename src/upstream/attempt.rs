//! Journeys to other login servers that are under way: what must come back, and what nobody else may know meanwhile. A row
//! bound to the browser and the provider, for one use.

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Schema};
use serde::{Deserialize, Serialize};

use crate::db::remove_some;
use crate::error::{Error, Result};
use crate::limit::Granted;
use crate::sign_in::Flow;
use crate::types::{ProviderId, SessionId, Token, UnixMillis, UpstreamState, UserId};
use crate::work::{Ledger, Work};

/// How long a person may stay there.
pub(super) const LIFETIME: Duration = Duration::from_mins(15);

mod upstream_attempt {
    use sea_orm::entity::prelude::*;

    use crate::types::UnixMillis;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "upstream_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub state_hash: Vec<u8>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub provider: String,
        #[sea_orm(column_type = "Blob")]
        pub browser: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub data: Vec<u8>,
        pub expires_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What is kept for the return.
#[derive(Serialize, Deserialize)]
pub(super) struct Attempt {
    /// RFC 7636 §4.1.
    pub(super) verifier: String,
    /// OpenID Connect Core §3.1.2.1.
    pub(super) nonce: String,
    /// Where the journey leads.
    pub(super) flow: Flow,
    /// The signed-in person who wants one more way in, and their session.
    pub(super) adding: Option<(UserId, SessionId)>,
}

impl Attempt {
    /// Whether the provider is to ask the person, whoever is signed in there: a page of the account or an app wants to be sure.
    pub(super) fn asks_again(&self) -> bool {
        let to_be_sure = self.flow.asked().operation.is_some() && self.adding.is_none();
        to_be_sure || self.flow.destination.app().is_some_and(|asked| asked.login)
    }
}

/// Leaves one, if the network may.
pub(super) fn put(
    ledger: &mut Ledger<'_>,
    state: &Token<UpstreamState>,
    (provider, browser): (&ProviderId, Vec<u8>),
    attempt: &Attempt,
    granted: &Granted,
) -> Result<()> {
    let hash = state.hash().to_vec();
    let data = serde_json::to_vec(attempt).map_err(|error| Error::broken("a journey cannot be kept", error))?;
    let row = upstream_attempt::ActiveModel {
        data: Set(ledger.crypto().seal_column(&name(&hash), &data)?),
        state_hash: Set(hash),
        provider: Set(provider.to_string()),
        browser: Set(browser),
        expires_at: Set(ledger.now + LIFETIME),
    };
    ledger.insert(row, granted.holds());
    Ok(())
}

/// Takes it, once; only in the browser it was begun in, and only with the provider it was begun with.
pub(super) async fn spend(
    work: &mut Work<'_>,
    state: &Token<UpstreamState>,
    (provider, browser): (&ProviderId, &[u8]),
) -> Result<Option<Attempt>> {
    let hash = state.hash().to_vec();
    let rows = upstream_attempt::Entity::delete_many()
        .filter(upstream_attempt::Column::StateHash.eq(hash.clone()))
        .filter(upstream_attempt::Column::Provider.eq(provider.as_str()))
        .filter(upstream_attempt::Column::Browser.eq(browser.to_vec()))
        .filter(upstream_attempt::Column::ExpiresAt.gt(work.now))
        .exec_with_returning(work.db())
        .await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let data = work.crypto().open_column(&name(&hash), &row.data)?;
    serde_json::from_slice(&data).map(Some).map_err(|error| Error::broken("a journey cannot be read", error))
}

/// Removes those that are over, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let over = upstream_attempt::Column::ExpiresAt.lt(now);
    remove_some::<upstream_attempt::Entity>(db, upstream_attempt::Column::StateHash, over, limit).await
}

fn name(hash: &[u8]) -> String {
    format!("upstream_attempts.data {}", crate::key::b64(hash))
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(upstream_attempt::Entity)]
}
