//! The table of ways in.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Schema};

use crate::crypto::Crypto;
use crate::error::Result;
use crate::types::{CredentialId, UserId};
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

/// What kind of way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A password: the data is its PHC string. A person has at most one, so its lookup key is the person.
    Password,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
        }
    }
}

/// One way in.
pub struct Credential {
    /// Which.
    pub id: CredentialId,
    /// Whose.
    pub user: UserId,
    /// What the kind keeps, opened.
    pub data: Vec<u8>,
    sealed: Vec<u8>,
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

/// A person's way in of that kind.
pub async fn find_of_user(db: &impl ConnectionTrait, crypto: &Crypto, user: UserId, kind: Kind) -> Result<Option<Credential>> {
    let row = credential::Entity::find()
        .filter(credential::Column::UserId.eq(user))
        .filter(credential::Column::Kind.eq(kind.as_str()))
        .one(db)
        .await?;
    row.map(|row| {
        let data = crypto.open_column(&identity(row.id), &row.data)?;
        Ok(Credential { id: row.id, user: row.user_id, data, sealed: row.data })
    })
    .transpose()
}

/// Adds a way in.
pub async fn insert(work: &mut Work<'_>, new: NewCredential<'_>) -> Result<CredentialId> {
    let id = CredentialId(work.random().uuid(work.now));
    let row = credential::ActiveModel {
        id: Set(id),
        user_id: Set(new.user),
        kind: Set(new.kind.as_str().to_owned()),
        label: Set(new.label.to_owned()),
        lookup_key: Set(new.lookup_key),
        data: Set(work.crypto().seal_column(&identity(id), new.data)?),
        created_at: Set(work.now),
        updated_at: Set(work.now),
        last_used_at: Set(None),
    };
    credential::Entity::insert(row).exec_without_returning(work.db()).await?;
    Ok(id)
}

/// Notes that it was used just now, if it still is what was checked outside the transaction; says whether it is.
pub async fn touch(work: &mut Work<'_>, checked: &Credential) -> Result<bool> {
    let touched = credential::Entity::update_many()
        .col_expr(credential::Column::LastUsedAt, work.now.0.into())
        .filter(credential::Column::Id.eq(checked.id))
        .filter(credential::Column::Data.eq(checked.sealed.clone()))
        .exec(work.db())
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Replaces what the kind keeps, if it still is what was checked; says whether it was.
pub async fn replace_data(work: &mut Work<'_>, checked: &Credential, data: &[u8]) -> Result<bool> {
    let sealed = work.crypto().seal_column(&identity(checked.id), data)?;
    let replaced = credential::Entity::update_many()
        .col_expr(credential::Column::Data, sealed.into())
        .col_expr(credential::Column::UpdatedAt, work.now.0.into())
        .filter(credential::Column::Id.eq(checked.id))
        .filter(credential::Column::Data.eq(checked.sealed.clone()))
        .exec(work.db())
        .await?;
    Ok(replaced.rows_affected == 1)
}

fn identity(id: CredentialId) -> String {
    format!("credentials.data {id}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(credential::Entity)]
}
