//! Identities that nobody may have yet: their person has to prove which account here is theirs. Bound to the browser they
//! came in, and to this one identity: a proof given elsewhere, or for another, is worth nothing.

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Schema};

use super::Identity;
use crate::crypto::Crypto;
use crate::db::remove_some;
use crate::error::Result;
use crate::types::{PendingIdentityId, UnixMillis};
use crate::work::{Ledger, Work};

/// How long the proof may take: as long as a journey.
const LIFETIME: Duration = Duration::from_hours(1);

mod pending_identity {
    use sea_orm::entity::prelude::*;

    use crate::types::{PendingIdentityId, UnixMillis};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pending_identities")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PendingIdentityId,
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

/// Keeps an identity for this browser.
pub fn put(ledger: &mut Ledger<'_>, browser: Vec<u8>, identity: &Identity) -> Result<PendingIdentityId> {
    let id = PendingIdentityId(ledger.random().uuid(ledger.now));
    let data = ledger.crypto().seal_column(&name(id), &identity.keep()?)?;
    let row = pending_identity::ActiveModel { id: Set(id), browser: Set(browser), data: Set(data), expires_at: Set(ledger.now + LIFETIME) };
    ledger.insert(row, None);
    Ok(id)
}

/// The identity that is kept for this browser, to be shown; and since when.
pub async fn look(
    db: &impl ConnectionTrait,
    crypto: &Crypto,
    (id, browser): (PendingIdentityId, &[u8]),
    now: UnixMillis,
) -> Result<Option<(Identity, UnixMillis)>> {
    let row = pending_identity::Entity::find_by_id(id)
        .filter(pending_identity::Column::Browser.eq(browser.to_vec()))
        .filter(pending_identity::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    row.map(|row| Ok((Identity::read(&crypto.open_column(&name(id), &row.data)?)?, row.expires_at - LIFETIME))).transpose()
}

/// Takes it, once.
pub async fn spend(work: &mut Work<'_>, (id, browser): (PendingIdentityId, &[u8])) -> Result<Option<Identity>> {
    let rows = pending_identity::Entity::delete_many()
        .filter(pending_identity::Column::Id.eq(id))
        .filter(pending_identity::Column::Browser.eq(browser.to_vec()))
        .filter(pending_identity::Column::ExpiresAt.gt(work.now))
        .exec_with_returning(work.db())
        .await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    Identity::read(&work.crypto().open_column(&name(id), &row.data)?).map(Some)
}

/// Forgets it: the person does not want it.
pub fn forget(ledger: &mut Ledger<'_>, (id, browser): (PendingIdentityId, &[u8])) {
    let gone = pending_identity::Entity::delete_many()
        .filter(pending_identity::Column::Id.eq(id))
        .filter(pending_identity::Column::Browser.eq(browser.to_vec()));
    ledger.at_last(&gone);
}

/// Removes those that are over, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    remove_some::<pending_identity::Entity>(db, pending_identity::Column::Id, pending_identity::Column::ExpiresAt.lt(now), limit).await
}

fn name(id: PendingIdentityId) -> String {
    format!("pending_identities.data {id}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(pending_identity::Entity)]
}
