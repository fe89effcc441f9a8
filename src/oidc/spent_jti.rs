//! JWTs that are not believed again, by their `jti`: a client's assertion after its one use, and a program's own access token
//! after it was given back. A row lives as long as the token would have.

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryTrait, Schema};

use crate::app::App;
use crate::db::remove_some;
use crate::error::Result;
use crate::types::UnixMillis;

mod spent_jti {
    use sea_orm::entity::prelude::*;

    use crate::types::UnixMillis;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "spent_jtis")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub jti_hash: Vec<u8>,
        pub expires_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Spends an identifier of this issuer until then. Says whether this was the first time, on whatever replica: one statement.
pub async fn spend(app: &App, (issuer, jti): (&str, &str), until: UnixMillis) -> Result<bool> {
    let row = spent_jti::ActiveModel { jti_hash: Set(hash(issuer, jti)), expires_at: Set(until) };
    let once = OnConflict::column(spent_jti::Column::JtiHash).do_nothing().to_owned();
    let mut insert = spent_jti::Entity::insert(row).on_conflict(once).into_query();
    insert.returning_col(spent_jti::Column::JtiHash);
    Ok(!app.db.change(app.db.backend().build(&insert)).await?.is_empty())
}

/// Whether it is spent.
pub async fn is_spent(db: &impl ConnectionTrait, issuer: &str, jti: &str) -> Result<bool> {
    Ok(spent_jti::Entity::find_by_id(hash(issuer, jti)).one(db).await?.is_some())
}

/// Whoever signs a JWT chooses its `jti`: those of different issuers are different (RFC 7519 §4.1.7).
fn hash(issuer: &str, jti: &str) -> Vec<u8> {
    digest(&SHA256, format!("{} {issuer} {jti}", issuer.len()).as_bytes()).as_ref().to_vec()
}

/// Removes those whose token is over by age, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    remove_some::<spent_jti::Entity>(db, spent_jti::Column::JtiHash, spent_jti::Column::ExpiresAt.lt(now), limit).await
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(spent_jti::Entity)
}
