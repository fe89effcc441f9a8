//! Accounts to be. A row is made when somebody has chosen a password, whether or not the address is
//! free: nobody learns which.

use std::time::Duration;

use sea_orm::sea_query::{Expr, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, Schema};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::types::{EmailAddress, FlowId, UnixMillis};
use crate::work::Work;

/// How long a code works.
pub const CODE_LIFETIME: Duration = Duration::from_mins(15);
/// How often a code may be typed.
pub const TRIES: i64 = 5;

mod pending_sign_up {
    use sea_orm::entity::prelude::*;

    use crate::types::{FlowId, UnixMillis};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pending_sign_ups")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FlowId,
        #[sea_orm(column_type = "String(StringLen::N(254))")]
        pub address: String,
        #[sea_orm(column_type = "Blob")]
        pub password: Vec<u8>,
        pub tries: i64,
        pub sends: i64,
        pub sent_at: UnixMillis,
        pub created_at: UnixMillis,
        pub expires_at: UnixMillis,
        pub used_at: Option<UnixMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An account to be.
pub struct Pending {
    /// The journey it belongs to.
    pub id: FlowId,
    /// For whom.
    pub address: EmailAddress,
    /// How often a code has been typed.
    pub tries: i64,
    /// When the last letter went.
    pub sent_at: UnixMillis,
    /// How many letters went.
    pub sends: i64,
    /// Until when the code works.
    pub expires_at: UnixMillis,
    password: Vec<u8>,
}

fn read(row: pending_sign_up::Model) -> Option<Pending> {
    let address = EmailAddress::parse(&row.address).ok()?;
    Some(Pending {
        id: row.id,
        address,
        tries: row.tries,
        sent_at: row.sent_at,
        sends: row.sends,
        expires_at: row.expires_at,
        password: row.password,
    })
}

impl Pending {
    /// The chosen password's PHC string.
    pub fn password(&self, crypto: &crate::crypto::Crypto) -> Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(crypto.open_column(&identity(self.id), &self.password)?))
    }
}

fn identity(id: FlowId) -> String {
    format!("pending_sign_ups.password {id}")
}

/// Begins, or begins again with another password: of one journey only the latest counts.
pub async fn put(work: &mut Work<'_>, id: FlowId, address: &EmailAddress, phc: &str) -> Result<()> {
    pending_sign_up::Entity::delete_by_id(id).exec(work.db()).await?;
    let row = pending_sign_up::ActiveModel {
        id: Set(id),
        address: Set(address.to_string()),
        password: Set(work.crypto().seal_column(&identity(id), phc.as_bytes())?),
        tries: Set(0),
        sends: Set(1),
        sent_at: Set(work.now),
        created_at: Set(work.now),
        expires_at: Set(work.now + CODE_LIFETIME),
        used_at: Set(None),
    };
    pending_sign_up::Entity::insert(row).exec_without_returning(work.db()).await?;
    Ok(())
}

/// One that can still be finished.
pub async fn find(db: &impl ConnectionTrait, id: FlowId, now: UnixMillis) -> Result<Option<Pending>> {
    let row = pending_sign_up::Entity::find_by_id(id)
        .filter(pending_sign_up::Column::UsedAt.is_null())
        .filter(pending_sign_up::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(row.and_then(read))
}

/// Counts a try before the code is looked at; nothing if there is none left. Fifty at once are fifty.
pub async fn count_try(work: &Work<'_>, id: FlowId) -> Result<Option<Pending>> {
    let rows = pending_sign_up::Entity::update_many()
        .col_expr(pending_sign_up::Column::Tries, Expr::col(pending_sign_up::Column::Tries).add(1))
        .filter(pending_sign_up::Column::Id.eq(id))
        .filter(pending_sign_up::Column::Tries.lt(TRIES))
        .filter(pending_sign_up::Column::UsedAt.is_null())
        .filter(pending_sign_up::Column::ExpiresAt.gt(work.now))
        .exec_with_returning(work.db())
        .await?;
    Ok(rows.into_iter().next().and_then(read))
}

/// Spends it; says whether it was there to spend. Fifty at once: one does.
pub async fn spend(work: &Work<'_>, id: FlowId) -> Result<bool> {
    let spent = pending_sign_up::Entity::update_many()
        .col_expr(pending_sign_up::Column::UsedAt, work.now.0.into())
        .filter(pending_sign_up::Column::Id.eq(id))
        .filter(pending_sign_up::Column::UsedAt.is_null())
        .exec(work.db())
        .await?;
    Ok(spent.rows_affected == 1)
}

/// Counts one more letter, if none went since `not_since`; says whether one may go.
pub async fn count_send(work: &Work<'_>, id: FlowId, not_since: UnixMillis) -> Result<bool> {
    let counted = pending_sign_up::Entity::update_many()
        .col_expr(pending_sign_up::Column::Sends, Expr::col(pending_sign_up::Column::Sends).add(1))
        .col_expr(pending_sign_up::Column::SentAt, work.now.0.into())
        .filter(pending_sign_up::Column::Id.eq(id))
        .filter(pending_sign_up::Column::SentAt.lte(not_since))
        .filter(pending_sign_up::Column::UsedAt.is_null())
        .exec(work.db())
        .await?;
    Ok(counted.rows_affected == 1)
}

/// Removes those whose time is over, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let old = pending_sign_up::Entity::find().filter(pending_sign_up::Column::ExpiresAt.lt(now)).limit(limit).all(db).await?;
    let ids: Vec<_> = old.into_iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(pending_sign_up::Entity::delete_many().filter(pending_sign_up::Column::Id.is_in(ids)).exec(db).await?.rows_affected)
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(pending_sign_up::Entity)]
}
