//! Families of refresh tokens: one row a family, one atomic statement a rotation.
//!
//! The row knows its latest token, the one before it, and for a few seconds the latest one sealed, so
//! that whoever presents the predecessor again (a second tab, a lost answer) receives the identical
//! successor. Anything older ends the family (RFC 9700 §4.14).

mod ending;
mod rotate;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use sea_orm::sea_query::{SimpleExpr, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, Schema};

pub use ending::{Ending, end_of_app, end_presented, give_back, revoke};
pub(super) use ending::{end_of_session, end_of_user};
pub use rotate::{Rotation, RotationRule, look, rotate};

use super::RefreshToken;
use crate::audit::Event;
use crate::db::{Db, remove_some, sql};
use crate::error::Result;
use crate::types::{ClientId, FamilyId, SessionId, UnixMillis, UserId};
use crate::user::{self, Person, PersonRow};
use crate::work::{Ledger, Work};

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

/// A family to be.
pub struct NewFamily<'a> {
    /// To whom.
    pub client: &'a ClientId,
    /// Of whom.
    pub user: UserId,
    /// From which session.
    pub session: SessionId,
    /// Where the token will live.
    pub holder: Holder,
    /// Space-separated.
    pub scope: &'a str,
    /// When the person proved who they are.
    pub auth_time: UnixMillis,
    /// How, space-separated.
    pub amr: &'a str,
    /// What access tokens may be for, space-separated.
    pub resource: Option<&'a str>,
    /// The key that the refresh token is bound to.
    pub jkt: Option<&'a str>,
}

/// Begins a family in the caller's change; the token exists only in the answer.
pub async fn begin(work: &mut Work<'_>, config: &crate::config::Tokens, new: NewFamily<'_>) -> Result<(Grant, RefreshToken)> {
    let family = name(work);
    let (row, grant, token) = prepare(work, config, family, &new);
    token_family::Entity::insert(row).exec_without_returning(work.db()).await?;
    work.record(issued(&grant));
    Ok((grant, token))
}

/// A name for a family to be.
pub fn name(ledger: &Ledger<'_>) -> FamilyId {
    FamilyId(ledger.random().uuid(ledger.now))
}

/// Begins the family of this name at the end of the caller's change, if this holds then.
pub fn begin_if(
    ledger: &mut Ledger<'_>,
    config: &crate::config::Tokens,
    (family, new): (FamilyId, &NewFamily<'_>),
    holds: SimpleExpr,
) -> Result<(Grant, RefreshToken)> {
    let (row, grant, token) = prepare(ledger, config, family, new);
    ledger.at_last_if(Some(holds.clone()), &row)?;
    ledger.record_if(holds, &issued(&grant))?;
    Ok((grant, token))
}

fn issued(grant: &Grant) -> Event {
    Event::TokensIssued { user: grant.user, client: grant.client.clone(), session: grant.session, family: grant.family }
}

fn prepare(
    ledger: &Ledger<'_>,
    config: &crate::config::Tokens,
    family: FamilyId,
    new: &NewFamily<'_>,
) -> (token_family::ActiveModel, Grant, RefreshToken) {
    let token = RefreshToken::new(ledger.crypto(), family, ledger.random().bytes());
    let expires_at = ledger.now + config.refresh_ttl;
    let row = token_family::ActiveModel {
        id: Set(family),
        client_id: Set(new.client.clone()),
        user_id: Set(new.user),
        session_id: Set(new.session),
        delivery: Set(new.holder.as_str().to_owned()),
        scope: Set(new.scope.to_owned()),
        amr: Set(new.amr.to_owned()),
        auth_time: Set(new.auth_time),
        generation: Set(0),
        current_hash: Set(token.hash()),
        previous_hash: Set(None),
        previous_until: Set(None),
        successor: Set(None),
        created_at: Set(ledger.now),
        idle_expires_at: Set(ledger.now + config.refresh_idle),
        expires_at: Set(expires_at),
        ended_at: Set(None),
        ending: Set(None),
        resource: Set(new.resource.map(str::to_owned)),
        jkt: Set(new.jkt.map(str::to_owned)),
    };
    let grant = Grant {
        family,
        client: new.client.clone(),
        user: new.user,
        session: new.session,
        scope: new.scope.to_owned(),
        auth_time: new.auth_time,
        amr: new.amr.to_owned(),
        expires_at,
        resource: new.resource.map(str::to_owned),
        jkt: new.jkt.map(str::to_owned),
    };
    (row, grant, token)
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
pub(super) async fn clients_of_session(db: &impl ConnectionTrait, session: SessionId) -> Result<BTreeMap<ClientId, UnixMillis>> {
    let rows = token_family::Entity::find()
        .filter(token_family::Column::SessionId.eq(session))
        .order_by_desc(token_family::Column::CreatedAt)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.client_id, row.created_at)).collect())
}

/// Lets families descend from the session that replaces theirs, because the same person proved who they are again.
pub(super) async fn move_to(work: &Work<'_>, from: SessionId, to: SessionId) -> Result<()> {
    token_family::Entity::update_many()
        .col_expr(token_family::Column::SessionId, to.0.into())
        .filter(token_family::Column::SessionId.eq(from))
        .exec(work.db())
        .await?;
    Ok(())
}

/// Removes families that are over, some time after: until then their reuse is still noticed. Says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let before = now - Duration::from_hours(24);
    remove_some::<token_family::Entity>(db, token_family::Column::Id, token_family::Column::ExpiresAt.lt(before), limit).await
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(token_family::Entity)
}
