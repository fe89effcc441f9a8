//! The table of signing keys: private halves sealed, the newest of each algorithm signs.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder, Schema};
use zeroize::Zeroizing;

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
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub state: String,
        #[sea_orm(column_type = "Text")]
        pub public_jwk: String,
        #[sea_orm(column_type = "Blob")]
        pub private_key: Vec<u8>,
        pub created_at: UnixMillis,
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

/// A key as `housekey key list` shows it.
#[derive(Debug, Clone)]
pub struct KeyLine {
    /// Its JWK thumbprint.
    pub kid: String,
    /// What it signs with.
    pub algorithm: String,
    /// `signing`; later also `next` and `retiring`.
    pub state: String,
    /// The public half, as JSON.
    pub public_jwk: String,
    /// When it was made.
    pub created_at: UnixMillis,
}

/// All keys, oldest first.
pub async fn list(db: &Db) -> Result<Vec<KeyLine>> {
    let rows = signing_key::Entity::find().order_by_asc(signing_key::Column::CreatedAt).all(db.read()).await?;
    let line = |row: signing_key::Model| KeyLine {
        kid: row.kid,
        algorithm: row.algorithm,
        state: row.state,
        public_jwk: row.public_jwk,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(line).collect())
}

pub(super) async fn load(db: &Db, crypto: &Crypto) -> Result<Vec<SigningKey>> {
    let rows = signing_key::Entity::find().order_by_desc(signing_key::Column::CreatedAt).all(db.read()).await?;
    rows.into_iter()
        .map(|row| {
            let algorithm = SigningAlgorithm::parse(&row.algorithm)
                .ok_or_else(|| Error::broken("a signing key has an algorithm that this version does not know", row.algorithm.clone()))?;
            let pkcs8 = Zeroizing::new(crypto.open_column(&identity(&row.kid), &row.private_key)?);
            SigningKey::from_pkcs8(algorithm, &pkcs8)
        })
        .collect()
}

/// Stores the first key of its algorithm; says whether it was the first.
pub(super) async fn insert_first(work: &mut Work<'_>, new: NewKey) -> Result<bool> {
    let db = work.db();
    if db.get_database_backend() == sea_orm::DbBackend::Postgres {
        // Two replicas at their first start: the second waits here and then sees the first one's keys.
        db.execute_raw(sql(db, "LOCK TABLE signing_keys IN EXCLUSIVE MODE", [])).await?;
    }
    let algorithm = new.key.algorithm.as_str();
    let exists = sql(db, "SELECT kid FROM signing_keys WHERE algorithm = $1", [algorithm.into()]);
    if db.query_one_raw(exists).await?.is_some() {
        return Ok(false);
    }
    let public_jwk = serde_json::to_string(&new.key.jwk).map_err(|error| Error::broken("a JWK cannot be written", error))?;
    let row = signing_key::ActiveModel {
        private_key: Set(work.crypto().seal_column(&identity(&new.key.kid), &new.pkcs8)?),
        kid: Set(new.key.kid),
        algorithm: Set(algorithm.to_owned()),
        state: Set("signing".to_owned()),
        public_jwk: Set(public_jwk),
        created_at: Set(work.now),
    };
    signing_key::Entity::insert(row).exec_without_returning(db).await?;
    Ok(true)
}

fn identity(kid: &str) -> String {
    format!("signing_keys.private_key {kid}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(signing_key::Entity)]
}
