//! The table of signing keys: private halves sealed, and the times that say what each is for. There is
//! no column of states: a key that is to sign in an hour does so without anybody changing its row.

use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Schema};
use zeroize::Zeroizing;

use super::life::Life;
use super::sign::SigningKey;
use crate::config::SigningAlgorithm;
use crate::crypto::Crypto;
use crate::db::{Db, sql};
use crate::error::{Error, Result};
use crate::types::UnixMillis;
use crate::work::Work;

mod signing_key {
    use sea_orm::entity::prelude::*;

    use crate::types::UnixMillis;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(64))")]
        pub kid: String,
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub algorithm: String,
        #[sea_orm(column_type = "Text")]
        pub public_jwk: String,
        #[sea_orm(column_type = "Blob")]
        pub private_key: Vec<u8>,
        pub created_at: UnixMillis,
        pub signs_from: UnixMillis,
        pub signs_until: Option<UnixMillis>,
        pub gone_at: Option<UnixMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A key that no table knows yet.
pub(super) struct NewKey {
    pub(super) key: SigningKey,
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
}

/// A key that is ready for use, and what for.
#[derive(Debug, Clone)]
pub(super) struct LoadedKey {
    pub(super) key: Arc<SigningKey>,
    pub(super) life: Life,
}

/// A key as `housekey key list` shows it.
#[derive(Debug, Clone)]
pub struct KeyLine {
    /// Its JWK thumbprint.
    pub kid: String,
    /// What it signs with.
    pub algorithm: String,
    /// The public half, as JSON.
    pub public_jwk: String,
    /// Its times.
    pub life: Life,
}

impl signing_key::Model {
    fn life(&self) -> Life {
        Life { published_at: self.created_at, signs_from: self.signs_from, signs_until: self.signs_until, gone_at: self.gone_at }
    }
}

/// All keys, oldest first.
pub async fn list(db: &Db) -> Result<Vec<KeyLine>> {
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::CreatedAt).all(db.read()).await?;
    let line = |row: signing_key::Model| KeyLine { life: row.life(), kid: row.kid, algorithm: row.algorithm, public_jwk: row.public_jwk };
    Ok(rows.into_iter().map(line).collect())
}

/// All keys, newest first. Those that are known already are not opened and parsed again.
pub(super) async fn load(db: &Db, crypto: &Crypto, known: &[LoadedKey]) -> Result<Vec<LoadedKey>> {
    let rows = signing_key::Entity::find().order_by_desc(signing_key::Column::CreatedAt).all(db.read()).await?;
    rows.into_iter()
        .map(|row| {
            let life = row.life();
            if let Some(one) = known.iter().find(|one| one.key.kid == row.kid) {
                return Ok(LoadedKey { key: Arc::clone(&one.key), life });
            }
            let algorithm = SigningAlgorithm::parse(&row.algorithm)
                .ok_or_else(|| Error::broken("a signing key has an algorithm that this version does not know", row.algorithm.clone()))?;
            let pkcs8 = Zeroizing::new(crypto.open_column(&identity(&row.kid), &row.private_key)?);
            Ok(LoadedKey { key: Arc::new(SigningKey::from_pkcs8(algorithm, &pkcs8)?), life })
        })
        .collect()
}

/// The last key of an algorithm: the one that nothing has been made to take over from. Until the change is over, nobody
/// else learns it by this function: two replicas that rotate at once do so one after the other.
pub(super) async fn last(work: &Work<'_>, algorithm: SigningAlgorithm) -> Result<Option<(String, Life)>> {
    let db = work.db();
    if db.get_database_backend() == sea_orm::DbBackend::Postgres {
        db.execute_raw(sql(db, "LOCK TABLE signing_keys IN EXCLUSIVE MODE", [])).await?;
    }
    let row = signing_key::Entity::find()
        .filter(signing_key::Column::Algorithm.eq(algorithm.as_str()))
        .filter(signing_key::Column::SignsUntil.is_null())
        .one(db)
        .await?;
    Ok(row.map(|row| (row.kid.clone(), row.life())))
}

/// Stores a key that signs from then on.
pub(super) async fn insert(work: &mut Work<'_>, new: NewKey, signs_from: UnixMillis) -> Result<()> {
    let public_jwk = serde_json::to_string(&new.key.jwk).map_err(|error| Error::broken("a JWK cannot be written", error))?;
    let row = signing_key::ActiveModel {
        private_key: Set(work.crypto().seal_column(&identity(&new.key.kid), &new.pkcs8)?),
        algorithm: Set(new.key.algorithm.as_str().to_owned()),
        kid: Set(new.key.kid),
        public_jwk: Set(public_jwk),
        created_at: Set(work.now),
        signs_from: Set(signs_from),
        signs_until: Set(None),
        gone_at: Set(None),
    };
    signing_key::Entity::insert(row).exec_without_returning(work.db()).await?;
    Ok(())
}

/// Has every key of an algorithm stop signing then, unless it stops earlier, and leave the JWKS so much later.
pub(super) async fn retire(work: &Work<'_>, algorithm: SigningAlgorithm, at: UnixMillis, gone_at: UnixMillis) -> Result<()> {
    let until = signing_key::Column::SignsUntil;
    signing_key::Entity::update_many()
        .col_expr(until, at.0.into())
        .col_expr(signing_key::Column::GoneAt, gone_at.0.into())
        .filter(signing_key::Column::Algorithm.eq(algorithm.as_str()))
        .filter(until.is_null().or(until.gt(at)))
        .exec(work.db())
        .await?;
    // What has never signed has nothing to verify.
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::GoneAt, at.0.into())
        .filter(signing_key::Column::Algorithm.eq(algorithm.as_str()))
        .filter(Expr::col(signing_key::Column::SignsFrom).gt(at))
        .exec(work.db())
        .await?;
    Ok(())
}

/// Removes a key; says whether there was one.
pub(super) async fn remove(work: &Work<'_>, kid: &str) -> Result<bool> {
    Ok(signing_key::Entity::delete_by_id(kid).exec(work.db()).await?.rows_affected == 1)
}

/// Removes keys that have left the JWKS some time ago. Says how many went.
pub async fn remove_gone(db: &impl ConnectionTrait, before: UnixMillis) -> Result<u64> {
    Ok(signing_key::Entity::delete_many().filter(signing_key::Column::GoneAt.lt(before)).exec(db).await?.rows_affected)
}

fn identity(kid: &str) -> String {
    format!("signing_keys.private_key {kid}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(signing_key::Entity)]
}
