//! The table of changes that wait for their confirmations.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, Schema};

use crate::db::remove_some;
use crate::email_challenge as challenges;
use crate::error::Result;
use crate::limit::Granted;
use crate::types::{ChallengeId, EmailAddress, UnixMillis, UserId};
use crate::user;
use crate::work::{Ledger, Work};

mod email_change {
    use sea_orm::entity::prelude::*;

    use crate::types::{ChallengeId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "email_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: UserId,
        #[sea_orm(column_type = "String(StringLen::N(254))")]
        pub address: String,
        pub from_challenge: ChallengeId,
        pub to_challenge: ChallengeId,
        pub from_confirmed_at: Option<UnixMillis>,
        pub to_confirmed_at: Option<UnixMillis>,
        pub created_at: UnixMillis,
        pub expires_at: UnixMillis,
        pub done_at: Option<UnixMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A change that waits.
pub struct Change {
    /// Whose.
    pub user: UserId,
    /// The address to be.
    pub address: EmailAddress,
    /// The letter to the address that is.
    pub from: ChallengeId,
    /// The letter to the address to be.
    pub to: ChallengeId,
    /// The former has been answered.
    pub from_confirmed: bool,
    /// The latter has been answered.
    pub to_confirmed: bool,
}

/// What an answer brought.
pub enum Confirmed {
    /// The other side is still missing.
    Half,
    /// The address is the new one.
    Done(UserId),
    /// The change is over, or somebody else has the address by now.
    Over,
}

fn read(row: &email_change::Model) -> Option<Change> {
    Some(Change {
        user: row.user_id,
        address: EmailAddress::parse(&row.address).ok()?,
        from: row.from_challenge,
        to: row.to_challenge,
        from_confirmed: row.from_confirmed_at.is_some(),
        to_confirmed: row.to_confirmed_at.is_some(),
    })
}

/// Leaves a new change, in place of one that waits.
pub fn insert(ledger: &mut Ledger<'_>, (user, address): (UserId, &EmailAddress), letters: (ChallengeId, ChallengeId), granted: &Granted) {
    end_of_user(ledger, user);
    let row = email_change::ActiveModel {
        id: Set(ledger.random().uuid(ledger.now)),
        user_id: Set(user),
        address: Set(address.to_string()),
        from_challenge: Set(letters.0),
        to_challenge: Set(letters.1),
        from_confirmed_at: Set(None),
        to_confirmed_at: Set(None),
        created_at: Set(ledger.now),
        expires_at: Set(ledger.now + challenges::Purpose::ChangeTo.lifetime()),
        done_at: Set(None),
    };
    ledger.insert(row, granted.holds());
}

/// Nothing that waits may still be confirmed.
pub fn end_of_user(ledger: &mut Ledger<'_>, user: UserId) {
    let over = email_change::Entity::update_many()
        .col_expr(email_change::Column::ExpiresAt, ledger.now.0.into())
        .filter(email_change::Column::UserId.eq(user))
        .filter(email_change::Column::DoneAt.is_null());
    ledger.at_last(&over);
}

/// The change of a person that waits, if there is one.
pub async fn pending(db: &impl ConnectionTrait, user: UserId, now: UnixMillis) -> Result<Option<Change>> {
    let row = email_change::Entity::find()
        .filter(email_change::Column::UserId.eq(user))
        .filter(email_change::Column::DoneAt.is_null())
        .filter(email_change::Column::ExpiresAt.gt(now))
        .order_by_desc(email_change::Column::Id)
        .one(db)
        .await?;
    Ok(row.as_ref().and_then(read))
}

/// The change that a letter belongs to.
pub async fn find_by_challenge(db: &impl ConnectionTrait, id: ChallengeId) -> Result<Option<Change>> {
    let of = email_change::Column::FromChallenge.eq(id).or(email_change::Column::ToChallenge.eq(id));
    Ok(email_change::Entity::find().filter(of).one(db).await?.as_ref().and_then(read))
}

/// Notes the answer to one of the two letters, which the caller has spent; with the second, changes the address.
pub async fn confirm(work: &mut Work<'_>, letter: ChallengeId) -> Result<Confirmed> {
    let mut row = None;
    for (of, at) in [
        (email_change::Column::FromChallenge, email_change::Column::FromConfirmedAt),
        (email_change::Column::ToChallenge, email_change::Column::ToConfirmedAt),
    ] {
        let updated = email_change::Entity::update_many()
            .col_expr(at, work.now.0.into())
            .filter(of.eq(letter))
            .filter(email_change::Column::DoneAt.is_null())
            .filter(email_change::Column::ExpiresAt.gt(work.now))
            .exec_with_returning(work.db())
            .await?;
        row = row.or_else(|| updated.into_iter().next());
    }
    let Some((row, change)) = row.and_then(|row| read(&row).map(|change| (row, change))) else { return Ok(Confirmed::Over) };
    if !(change.from_confirmed && change.to_confirmed) {
        return Ok(Confirmed::Half);
    }
    let Some(old) = user::change_primary(work, change.user, &change.address).await? else { return Ok(Confirmed::Over) };
    let done = email_change::Entity::update_many()
        .col_expr(email_change::Column::DoneAt, work.now.0.into())
        .filter(email_change::Column::Id.eq(row.id));
    work.at_last(&done);
    challenges::end_of_address(work, &old);
    challenges::end_of_address(work, &change.address);
    Ok(Confirmed::Done(change.user))
}

/// Removes changes that are over, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    remove_some::<email_change::Entity>(db, email_change::Column::Id, email_change::Column::ExpiresAt.lt(now), limit).await
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(email_change::Entity)]
}
