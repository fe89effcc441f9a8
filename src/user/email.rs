//! Addresses of people. One canonical address belongs to one person.

use sea_orm::sea_query::{Expr, OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, Schema};

use crate::db::sql;
use crate::error::Result;
use crate::types::{EmailAddress, EmailId, UnixMillis, UserId};
use crate::work::Work;

mod email {
    use sea_orm::entity::prelude::*;

    use crate::types::{EmailId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "emails")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: EmailId,
        pub user_id: UserId,
        #[sea_orm(column_type = "String(StringLen::N(254))")]
        pub address: String,
        #[sea_orm(unique, column_type = "String(StringLen::N(254))")]
        pub canonical: String,
        pub is_primary: bool,
        pub verified_at: Option<UnixMillis>,
        pub created_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An address of a person.
#[derive(Debug, Clone)]
pub struct Email {
    /// Whose it is.
    pub user: UserId,
    /// As they typed it; letters go to exactly this.
    pub address: EmailAddress,
    /// When its owner proved it.
    pub verified_at: Option<UnixMillis>,
    /// Whether tokens carry it.
    pub is_primary: bool,
}

/// Whose address this is.
pub async fn find_by_address(db: &impl ConnectionTrait, address: &EmailAddress) -> Result<Option<Email>> {
    let row = email::Entity::find().filter(email::Column::Canonical.eq(address.canonical())).one(db).await?;
    Ok(row.and_then(read))
}

/// Every address of a person, the primary one first.
pub async fn emails_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Email>> {
    let rows = email::Entity::find()
        .filter(email::Column::UserId.eq(user))
        .order_by_desc(email::Column::IsPrimary)
        .order_by_asc(email::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "a row becomes an address")]
fn read(row: email::Model) -> Option<Email> {
    let address = EmailAddress::parse(&row.address).ok()?;
    Some(Email { user: row.user_id, address, verified_at: row.verified_at, is_primary: row.is_primary })
}

/// Notes that an address was proved; says whether that is news.
pub async fn verify(work: &mut Work<'_>, address: &EmailAddress) -> Result<bool> {
    let verified = email::Entity::update_many()
        .col_expr(email::Column::VerifiedAt, work.now.0.into())
        .filter(email::Column::Canonical.eq(address.canonical()))
        .filter(email::Column::VerifiedAt.is_null())
        .exec(work.db())
        .await?;
    Ok(verified.rows_affected == 1)
}

/// Gives a person one more address, which they have proved; says whether it was free.
pub async fn add_email(work: &mut Work<'_>, user: UserId, address: &EmailAddress) -> Result<bool> {
    insert(work, user, address, (false, true)).await
}

/// Makes a proved address of a person the one that tokens carry; says whether it is one, and was not that already.
pub async fn make_primary(work: &mut Work<'_>, user: UserId, address: &EmailAddress) -> Result<bool> {
    lock(work, user).await?;
    let emails = emails_of(work.db(), user).await?;
    let is_it = |email: &Email| email.address.canonical() == address.canonical();
    if !emails.iter().any(|email| is_it(email) && !email.is_primary && email.verified_at.is_some()) {
        return Ok(false);
    }
    email::Entity::update_many()
        .col_expr(email::Column::IsPrimary, Expr::col(email::Column::Canonical).eq(address.canonical()))
        .filter(email::Column::UserId.eq(user))
        .exec(work.db())
        .await?;
    Ok(true)
}

/// Takes an address from a person; says whether it was there to be taken. The primary one never is.
pub async fn remove_email(work: &mut Work<'_>, user: UserId, address: &EmailAddress) -> Result<bool> {
    lock(work, user).await?;
    let removed = email::Entity::delete_many()
        .filter(email::Column::UserId.eq(user))
        .filter(email::Column::Canonical.eq(address.canonical()))
        .filter(email::Column::IsPrimary.eq(false))
        .exec(work.db())
        .await?;
    Ok(removed.rows_affected == 1)
}

/// One after the other: on PostgreSQL somebody could otherwise be left without a primary address.
async fn lock(work: &Work<'_>, user: UserId) -> Result<()> {
    if work.db().get_database_backend() == sea_orm::DbBackend::Postgres {
        let lock = sql(work.db(), "SELECT id FROM emails WHERE user_id = $1 ORDER BY id FOR UPDATE", [user.0.into()]);
        work.db().query_all_raw(lock).await?;
    }
    Ok(())
}

/// Gives a person an address; says whether it was free. Fifty at once: one gets it.
pub(super) async fn insert(
    work: &mut Work<'_>,
    user: UserId,
    address: &EmailAddress,
    (is_primary, verified): (bool, bool),
) -> Result<bool> {
    let row = email::ActiveModel {
        id: Set(EmailId(work.random().uuid(work.now))),
        user_id: Set(user),
        address: Set(address.to_string()),
        canonical: Set(address.canonical()),
        is_primary: Set(is_primary),
        verified_at: Set(verified.then_some(work.now)),
        created_at: Set(work.now),
    };
    let inserted = email::Entity::insert(row)
        .on_conflict(OnConflict::column(email::Column::Canonical).do_nothing().to_owned())
        .exec_without_returning(work.db())
        .await?;
    Ok(inserted == 1)
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(email::Entity)
}
