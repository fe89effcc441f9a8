//! The table of ways in.

use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    Schema,
};

use super::{Kind, TRUSTED_FOR};
use crate::crypto::Crypto;
use crate::db::{remove_some, sql};
use crate::error::Result;
use crate::types::{CredentialId, UnixMillis, UserId};
use crate::user::{self, Person, PersonRow};
use crate::work::Work;

mod credential {
    use sea_orm::entity::prelude::*;

    use crate::types::{CredentialId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "credentials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CredentialId,
        pub user_id: UserId,
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub kind: String,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub label: String,
        #[sea_orm(column_type = "Blob")]
        pub lookup_key: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub data: Vec<u8>,
        pub created_at: UnixMillis,
        pub updated_at: UnixMillis,
        pub last_used_at: Option<UnixMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// One way in.
pub struct Credential {
    /// Which.
    pub id: CredentialId,
    /// What the kind keeps, opened.
    pub data: Vec<u8>,
    sealed: Vec<u8>,
}

impl Credential {
    /// For a row.
    pub(super) fn seal(crypto: &Crypto, id: CredentialId, data: &[u8]) -> Result<Vec<u8>> {
        crypto.seal_column(&identity(id), data)
    }

    /// From a row.
    pub(super) fn open(crypto: &Crypto, id: CredentialId, sealed: Vec<u8>) -> Result<Self> {
        Ok(Self { id, data: crypto.open_column(&identity(id), &sealed)?, sealed })
    }
}

/// A way in to be.
pub struct NewCredential<'a> {
    /// Whose.
    pub user: UserId,
    /// What kind.
    pub kind: Kind,
    /// What a list calls it.
    pub label: &'a str,
    /// Unique in its kind.
    pub lookup_key: Vec<u8>,
    /// What the kind keeps.
    pub data: &'a [u8],
}

/// A way in as a list shows it.
pub struct Listed {
    /// Which.
    pub id: CredentialId,
    /// What it is called.
    pub label: String,
    /// What the kind keeps, opened.
    pub data: Vec<u8>,
    /// Since when.
    pub created_at: UnixMillis,
    /// When it was used last.
    pub last_used_at: Option<UnixMillis>,
}

/// The way in with this lookup key, and whose it is.
pub async fn find_by_key(db: &impl ConnectionTrait, crypto: &Crypto, kind: Kind, key: &[u8]) -> Result<Option<(UserId, Credential)>> {
    let row = credential::Entity::find()
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .filter(credential::Column::LookupKey.eq(key.to_vec()))
        .one(db)
        .await?;
    let open = |row: credential::Model| Ok((row.user_id, Credential::open(crypto, row.id, row.data)?));
    row.map(open).transpose()
}

/// A person's ways in of a kind, in the order in which they came.
pub async fn list(db: &impl ConnectionTrait, crypto: &Crypto, user: UserId, kind: Kind) -> Result<Vec<Listed>> {
    let rows = credential::Entity::find()
        .filter(credential::Column::UserId.eq(user))
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .order_by_asc(credential::Column::Id)
        .all(db)
        .await?;
    let open = |row: credential::Model| -> Result<_> {
        let data = crypto.open_column(&identity(row.id), &row.data)?;
        Ok(Listed { id: row.id, label: row.label, data, created_at: row.created_at, last_used_at: row.last_used_at })
    };
    rows.into_iter().map(open).collect()
}

/// A person's one way in of a kind of which there is one at most.
pub async fn find_of_user(db: &impl ConnectionTrait, crypto: &Crypto, user: UserId, kind: Kind) -> Result<Option<Credential>> {
    Ok(find_by_key(db, crypto, kind, user.0.as_bytes()).await?.map(|(_, credential)| credential))
}

/// Whether a person has that.
pub async fn has(db: &impl ConnectionTrait, user: UserId, kind: Kind) -> Result<bool> {
    has_since(db, (user, kind), user.0.as_bytes(), UnixMillis(0)).await
}

/// Whether a person has something of this kind with this lookup key that is no older.
pub async fn has_since(db: &impl ConnectionTrait, (user, kind): (UserId, Kind), key: &[u8], since: UnixMillis) -> Result<bool> {
    let text = "SELECT 1 AS one FROM credentials WHERE kind = $1 AND lookup_key = $2 AND user_id = $3 AND created_at >= $4";
    let values = [kind.as_str().into(), key.to_vec().into(), user.0.into(), since.0.into()];
    Ok(db.query_one_raw(sql(db, text, values)).await?.is_some())
}

/// Since when a person's one way in of a kind is what it is, if they have one.
pub async fn since(db: &impl ConnectionTrait, user: UserId, kind: Kind) -> Result<Option<UnixMillis>> {
    let row = credential::Entity::find()
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .filter(credential::Column::LookupKey.eq(user.0.as_bytes().to_vec()))
        .one(db)
        .await?;
    Ok(row.map(|row| row.updated_at))
}

/// Whether a person still has this way in.
pub async fn still_has(db: &impl ConnectionTrait, user: UserId, id: CredentialId) -> Result<bool> {
    let row = credential::Entity::find_by_id(id).filter(credential::Column::UserId.eq(user)).one(db).await?;
    Ok(row.is_some())
}

/// How many of a kind a person has.
pub async fn count(db: &impl ConnectionTrait, user: UserId, kind: Kind) -> Result<u64> {
    let all = credential::Entity::find().filter(credential::Column::UserId.eq(user)).filter(credential::Column::Kind.eq(kind.as_str()));
    Ok(all.count(db).await?)
}

/// Lets changes to a person's ways in come one after the other.
pub async fn lock(work: &Work<'_>, user: UserId) -> Result<()> {
    // SQLite has one writer anyway.
    if work.db().get_database_backend() == sea_orm::DbBackend::Postgres {
        work.db().execute_raw(sql(work.db(), "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", [user.0.into()])).await?;
    }
    Ok(())
}

/// Takes one of a person's ways in of this kind away; says whether it was there.
pub async fn remove(work: &mut Work<'_>, (user, kind): (UserId, Kind), id: CredentialId) -> Result<bool> {
    let removed = credential::Entity::delete_many()
        .filter(credential::Column::Id.eq(id))
        .filter(credential::Column::UserId.eq(user))
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .exec(work.db())
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Takes away what a person has of this kind with this lookup key; says whether it was there. Fifty at once: one takes it.
pub async fn remove_by_key(work: &mut Work<'_>, (user, kind): (UserId, Kind), key: &[u8]) -> Result<bool> {
    let removed = credential::Entity::delete_many()
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .filter(credential::Column::LookupKey.eq(key.to_vec()))
        .filter(credential::Column::UserId.eq(user))
        .exec(work.db())
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Takes away all that a person has of a kind; says how many there were.
pub async fn remove_kind(work: &mut Work<'_>, user: UserId, kind: Kind) -> Result<u64> {
    let all =
        credential::Entity::delete_many().filter(credential::Column::UserId.eq(user)).filter(credential::Column::Kind.eq(kind.as_str()));
    Ok(all.exec(work.db()).await?.rows_affected)
}

/// Removes browsers that are trusted no more, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let over = credential::Column::Kind.eq(Kind::TrustedBrowser.as_str()).and(credential::Column::CreatedAt.lt(now - TRUSTED_FOR));
    remove_some::<credential::Entity>(db, credential::Column::Id, over, limit).await
}

/// Calls one of a person's ways in of this kind something; says whether it is there.
pub async fn relabel(work: &mut Work<'_>, (user, kind): (UserId, Kind), id: CredentialId, label: &str) -> Result<bool> {
    let renamed = credential::Entity::update_many()
        .col_expr(credential::Column::Label, label.into())
        .filter(credential::Column::Id.eq(id))
        .filter(credential::Column::UserId.eq(user))
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .exec(work.db())
        .await?;
    Ok(renamed.rows_affected == 1)
}

/// Takes all of a person's ways in away.
pub async fn remove_all(work: &mut Work<'_>, user: UserId) -> Result<()> {
    credential::Entity::delete_many().filter(credential::Column::UserId.eq(user)).exec(work.db()).await?;
    Ok(())
}

/// Adds a way in; nothing if there is one with this lookup key. Fifty at once: one comes to be.
pub async fn insert(work: &mut Work<'_>, new: NewCredential<'_>) -> Result<Option<CredentialId>> {
    let id = CredentialId(work.random().uuid(work.now));
    let row = credential::ActiveModel {
        id: Set(id),
        user_id: Set(new.user),
        kind: Set(new.kind.as_str().to_owned()),
        label: Set(new.label.to_owned()),
        lookup_key: Set(new.lookup_key),
        data: Set(Credential::seal(work.crypto(), id, new.data)?),
        created_at: Set(work.now),
        updated_at: Set(work.now),
        last_used_at: Set(None),
    };
    let inserted = credential::Entity::insert(row)
        .on_conflict(OnConflict::columns([credential::Column::Kind, credential::Column::LookupKey]).do_nothing().to_owned())
        .exec_without_returning(work.db())
        .await?;
    Ok((inserted == 1).then_some(id))
}

/// Gives a person their one way in of that kind, in place of the one they have.
pub async fn set(work: &mut Work<'_>, (user, kind): (UserId, Kind), data: &[u8]) -> Result<()> {
    let id = CredentialId(work.random().uuid(work.now));
    let sealed = Credential::seal(work.crypto(), id, data)?;
    // A new name as well: what is sealed is bound to it, and what was checked against the old one is void.
    let text = "INSERT INTO credentials (id, user_id, kind, label, lookup_key, data, created_at, updated_at) \
         VALUES ($1, $2, $3, '', $4, $5, $6, $6) \
         ON CONFLICT (kind, lookup_key) DO UPDATE SET id = excluded.id, data = excluded.data, updated_at = excluded.updated_at";
    let key = user.0.as_bytes().to_vec();
    let values = [id.0.into(), user.0.into(), kind.as_str().into(), key.into(), sealed.into(), work.now.0.into()];
    work.db().execute_raw(sql(work.db(), text, values)).await?;
    Ok(())
}

/// Notes that it was used just now, and replaces what the kind keeps by `renewed` if there is such. Says
/// whose it is, if it still is what was checked outside the transaction.
pub async fn touch(work: &mut Work<'_>, checked: &Credential, renewed: Option<&[u8]>) -> Result<Option<Person>> {
    let data = match renewed {
        Some(data) => Credential::seal(work.crypto(), checked.id, data)?,
        None => checked.sealed.clone(),
    };
    let renewed_at = renewed.map(|_| work.now.0);
    let text = format!(
        "UPDATE credentials SET last_used_at = $3, data = $4, updated_at = COALESCE($5, updated_at) \
         WHERE id = $1 AND data = $2 RETURNING {}",
        user::person_of("credentials")
    );
    let values = [checked.id.0.into(), checked.sealed.clone().into(), work.now.0.into(), data.into(), renewed_at.into()];
    let touch = sql(work.db(), &text, values);
    Ok(PersonRow::find_by_statement(touch).one(work.db()).await?.map(Person::from))
}

/// Replaces what the kind keeps, without calling that a use.
pub async fn replace(work: &mut Work<'_>, checked: &Credential, data: &[u8]) -> Result<()> {
    let sealed = Credential::seal(work.crypto(), checked.id, data)?;
    credential::Entity::update_many()
        .col_expr(credential::Column::Data, sealed.into())
        .col_expr(credential::Column::UpdatedAt, work.now.0.into())
        .filter(credential::Column::Id.eq(checked.id))
        .exec(work.db())
        .await?;
    Ok(())
}

fn identity(id: CredentialId) -> String {
    format!("credentials.data {id}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(credential::Entity)]
}
