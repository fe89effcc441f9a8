//! People who have asked to be removed. A week passes first, and whoever signs in stays.

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Schema};

use super::state::State;
use super::store::{change_state, remove, set_state};
use crate::error::Result;
use crate::types::{UnixMillis, UserId};
use crate::work::Work;

/// How long there is to come back.
pub const DELAY: Duration = Duration::from_hours(7 * 24);

mod departure {
    use sea_orm::entity::prelude::*;

    use crate::types::{UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "departures")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        pub leaves_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Notes that a person leaves; nothing can be issued to them from now on. Says when they will be gone; nothing if they may not come
/// in anyway. Fifty at once: one does it.
pub async fn leave(work: &mut Work<'_>, user: UserId) -> Result<Option<UnixMillis>> {
    let leaves_at = work.now + DELAY;
    if !change_state(work, user, State::Leaving, Some(State::Active)).await? {
        return Ok(None);
    }
    let row = departure::ActiveModel { user_id: Set(user), leaves_at: Set(leaves_at) };
    departure::Entity::insert(row).exec_without_returning(work.db()).await?;
    Ok(Some(leaves_at))
}

/// They came back. Says whether they were about to leave.
pub async fn stay(work: &mut Work<'_>, user: UserId) -> Result<bool> {
    let was = forget(work, user).await?;
    if was {
        set_state(work, user, State::Active).await?;
    }
    Ok(was)
}

/// Removes a person whose time has come; says whether it was this call that did.
pub async fn depart(work: &mut Work<'_>, user: UserId) -> Result<bool> {
    let due = departure::Entity::delete_by_id(user).filter(departure::Column::LeavesAt.lte(work.now)).exec(work.db()).await?;
    if due.rows_affected == 1 { remove(work, user).await } else { Ok(false) }
}

/// Nothing happens by itself any more. Says whether something would have.
pub(super) async fn forget(work: &Work<'_>, user: UserId) -> Result<bool> {
    Ok(departure::Entity::delete_by_id(user).exec(work.db()).await?.rows_affected == 1)
}

/// Whose time has come, at most `limit`.
pub async fn due(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<Vec<UserId>> {
    let rows = departure::Entity::find()
        .filter(departure::Column::LeavesAt.lte(now))
        .order_by_asc(departure::Column::LeavesAt)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(departure::Entity)
}
