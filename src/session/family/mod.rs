//! Families of refresh tokens: one row a family, one atomic statement a rotation.
//!
//! The row knows its latest token, the one before it, and for a few seconds the latest one sealed, so
//! that whoever presents the predecessor again (a second tab, a lost answer) receives the identical
//! successor. Anything older ends the family (RFC 9700 §4.14).

mod begin;
mod ending;
mod rotate;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Schema};

pub use begin::{NewFamily, begin, begin_if, name};
pub use ending::{Ending, end_of_app, end_presented, give_back, revoke};
pub(super) use ending::{end_of_session, end_of_user, end_of_user_but};
pub use rotate::{Rotation, RotationRule, look, rotate};

use super::RefreshToken;
use crate::app::App;
use crate::db::{Db, sql};
use crate::error::Result;
use crate::types::{ClientId, FamilyId, SessionId, UnixMillis, UserId};
use crate::user::{self, Person, PersonRow};
use crate::work::Work;

mod token_family {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, FamilyId, SessionId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "token_families")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FamilyId,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub client_id: ClientId,
        pub user_id: UserId,
        pub session_id: SessionId,
        #[sea_orm(column_type = "String(StringLen::N(8))")]
        pub delivery: String,
        #[sea_orm(column_type = "String(StringLen::N(1000))")]
        pub scope: String,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub amr: String,
        pub auth_time: UnixMillis,
        pub generation: i64,
        #[sea_orm(column_type = "Blob")]
        pub current_hash: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub previous_hash: Option<Vec<u8>>,
        pub previous_until: Option<UnixMillis>,
        #[sea_orm(column_type = "Blob")]
        pub successor: Option<Vec<u8>>,
        pub created_at: UnixMillis,
        pub idle_expires_at: UnixMillis,
        pub expires_at: UnixMillis,
        pub ended_at: Option<UnixMillis>,
        #[sea_orm(column_type = "String(StringLen::N(24))")]
        pub ending: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub resource: Option<String>,
        #[sea_orm(column_type = "String(StringLen::N(43))")]
        pub jkt: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Where the refresh token lives. A token of one kind is worth nothing at the other's endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// In an answer's body: the client keeps it.
    Body,
    /// In a cookie of ours.
    Cookie,
}

impl Holder {
    fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Cookie => "cookie",
        }
    }
}

/// What a client was given at a sign-in, and is given again at every refresh.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The family.
    pub family: FamilyId,
    /// To whom.
    pub client: ClientId,
    /// Of whom.
    pub user: UserId,
    /// From which session.
    pub session: SessionId,
    /// Space-separated.
    pub scope: String,
    /// When the person proved who they are.
    pub auth_time: UnixMillis,
    /// How, space-separated.
    pub amr: String,
    /// When the family ends in any case.
    pub expires_at: UnixMillis,
    /// What access tokens may be for, space-separated (RFC 8707).
    pub resource: Option<String>,
    /// The key that the refresh token is bound to, as a JWK thumbprint (RFC 9449 §5).
    pub jkt: Option<String>,
}

/// The person of a family that lives, for access tokens that descend from it.
pub async fn person_of_living(db: &Db, family: FamilyId, now: UnixMillis) -> Result<Option<Person>> {
    static QUERY: LazyLock<String> = LazyLock::new(|| {
        let person = user::person_of("token_families");
        format!("SELECT {person} FROM token_families WHERE id = $1 AND ended_at IS NULL AND expires_at > $2")
    });
    let rows = db.look(sql(db.read(), &QUERY, [family.0.into(), now.0.into()])).await?;
    rows.first().map(PersonRow::read).transpose().map(|row| row.map(Person::from))
}

/// To whom a family was given, if there is such a family.
pub async fn client_of(db: &impl ConnectionTrait, family: FamilyId) -> Result<Option<ClientId>> {
    Ok(token_family::Entity::find_by_id(family).one(db).await?.map(|row| row.client_id))
}

/// Whose family a presented token is the latest of.
pub async fn user_of(db: &impl ConnectionTrait, presented: &RefreshToken) -> Result<Option<UserId>> {
    let row = token_family::Entity::find_by_id(presented.family)
        .filter(token_family::Column::CurrentHash.eq(presented.hash()))
        .filter(token_family::Column::EndedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(|row| row.user_id))
}

/// The session that a cookie's family descends from, if it lives. The latest token or the one before it: another tab may
/// have made it new just now.
pub async fn session_of(
    db: &impl ConnectionTrait,
    client: &ClientId,
    presented: &RefreshToken,
    now: UnixMillis,
) -> Result<Option<SessionId>> {
    let hash = presented.hash();
    let row = token_family::Entity::find_by_id(presented.family)
        .filter(token_family::Column::ClientId.eq(client.clone()))
        .filter(token_family::Column::CurrentHash.eq(hash.clone()).or(token_family::Column::PreviousHash.eq(hash)))
        .filter(token_family::Column::EndedAt.is_null())
        .filter(token_family::Column::ExpiresAt.gt(now))
        .filter(token_family::Column::IdleExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(row.map(|row| row.session_id))
}

/// Who was given tokens of a session, and when first.
pub(super) async fn clients_of_session(
    db: &impl ConnectionTrait,
    (user, session): (UserId, SessionId),
) -> Result<BTreeMap<ClientId, UnixMillis>> {
    let rows = token_family::Entity::find()
        .filter(token_family::Column::UserId.eq(user))
        .filter(token_family::Column::SessionId.eq(session))
        .order_by_desc(token_family::Column::CreatedAt)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.client_id, row.created_at)).collect())
}

/// Lets families descend from the session that replaces theirs, because the same person proved who they are again.
pub(super) async fn move_to(work: &Work<'_>, user: UserId, from: SessionId, to: SessionId) -> Result<()> {
    token_family::Entity::update_many()
        .col_expr(token_family::Column::SessionId, to.0.into())
        .filter(token_family::Column::UserId.eq(user))
        .filter(token_family::Column::SessionId.eq(from))
        .exec(work.db())
        .await?;
    Ok(())
}

/// Removes families that are over, a day after: until then their reuse is still noticed. At most `limit`; says how many went.
///
/// Their names are in the order of time, so that none but old ones are looked at. Looking is no part of the change.
pub async fn remove_expired(app: &App, limit: u64) -> Result<u64> {
    let before = app.clock.now() - Duration::from_hours(24);
    let over = token_family::Column::ExpiresAt.lt(before);
    let old = token_family::Column::Id.lt(FamilyId((before - app.config.tokens.refresh_ttl).first_uuid()));
    let some = token_family::Entity::find().select_only().column(token_family::Column::Id).filter(old).filter(over.clone());
    let ids: Vec<FamilyId> = some.order_by_asc(token_family::Column::Id).limit(limit).into_tuple().all(app.db.read()).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let gone = token_family::Entity::delete_many().filter(token_family::Column::Id.is_in(ids)).filter(over).exec(app.db.write()).await?;
    Ok(gone.rows_affected)
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(token_family::Entity)
}
