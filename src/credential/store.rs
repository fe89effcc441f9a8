//! The table of ways in.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult, Schema};

use crate::crypto::Crypto;
use crate::db::sql;
use crate::error::Result;
use crate::types::{CredentialId, EmailAddress, UserId};
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

/// Whose an address is, and their way in of that kind.
pub async fn find_by_address(
    db: &impl ConnectionTrait,
    crypto: &Crypto,
    address: &EmailAddress,
    kind: Kind,
) -> Result<Option<(UserId, Option<Credential>)>> {
    #[derive(FromQueryResult)]
    struct Row {
        user_id: UserId,
        id: Option<CredentialId>,
        data: Option<Vec<u8>>,
    }
    let text = "SELECT e.user_id, c.id, c.data FROM emails e \
         LEFT JOIN credentials c ON c.user_id = e.user_id AND c.kind = $2 WHERE e.canonical = $1";
    let query = sql(db, text, [address.canonical().into(), kind.as_str().into()]);
    let Some(row) = Row::find_by_statement(query).one(db).await? else { return Ok(None) };
    let open = |(id, sealed): (CredentialId, Vec<u8>)| -> Result<Credential> {
        Ok(Credential { id, data: crypto.open_column(&identity(id), &sealed)?, sealed })
    };
    Ok(Some((row.user_id, row.id.zip(row.data).map(open).transpose()?)))
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

/// Notes that it was used just now, and replaces what the kind keeps by `renewed` if there is such. Says
/// whose it is, if it still is what was checked outside the transaction.
pub async fn touch(work: &mut Work<'_>, checked: &Credential, renewed: Option<&[u8]>) -> Result<Option<Person>> {
    let data = match renewed {
        Some(data) => work.crypto().seal_column(&identity(checked.id), data)?,
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

fn identity(id: CredentialId) -> String {
    format!("credentials.data {id}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(credential::Entity)]
}
