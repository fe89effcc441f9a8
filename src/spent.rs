//! Proofs that travel with a page and count once: answers of authenticators, first steps of sign-ins. By their names, for as long as
//! they would be believed.

use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, Schema};
use uuid::Uuid;

use crate::db::remove_some;
use crate::error::Result;
use crate::types::UnixMillis;
use crate::work::Work;

mod spent_ceremony {
    use sea_orm::entity::prelude::*;

    use crate::types::UnixMillis;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "spent_ceremonies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub expires_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Spends one. Says whether this was the first time, on whatever replica.
pub async fn spend(work: &Work<'_>, (id, until): (Uuid, UnixMillis)) -> Result<bool> {
    let row = spent_ceremony::ActiveModel { id: Set(id), expires_at: Set(until) };
    let once = OnConflict::column(spent_ceremony::Column::Id).do_nothing().to_owned();
    Ok(spent_ceremony::Entity::insert(row).on_conflict(once).exec_without_returning(work.db()).await? == 1)
}

/// Removes those that nobody would believe any more, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    remove_some::<spent_ceremony::Entity>(db, spent_ceremony::Column::Id, spent_ceremony::Column::ExpiresAt.lt(now), limit).await
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(spent_ceremony::Entity)]
}
