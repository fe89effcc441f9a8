//! Authorization codes: 160 random bits, sixty seconds, spent by one statement.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Schema};

use crate::db::remove_some;
use crate::error::Result;
use crate::session::Session;
use crate::sign_in::AppRequest;
use crate::types::{AuthorizationCode, ClientId, FamilyId, SessionId, Token, UnixMillis, UserId};
use crate::work::Work;

mod authorization_code {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, FamilyId, SessionId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "authorization_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub code_hash: Vec<u8>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub client_id: ClientId,
        pub user_id: UserId,
        pub session_id: SessionId,
        #[sea_orm(column_type = "Text")]
        pub redirect_uri: String,
        #[sea_orm(column_type = "String(StringLen::N(1000))")]
        pub scope: String,
        #[sea_orm(column_type = "String(StringLen::N(1000))")]
        pub nonce: Option<String>,
        #[sea_orm(column_type = "String(StringLen::N(43))")]
        pub code_challenge: Option<String>,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub amr: String,
        pub auth_time: UnixMillis,
        pub created_at: UnixMillis,
        pub expires_at: UnixMillis,
        pub used_at: Option<UnixMillis>,
        pub family_id: Option<FamilyId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub struct Code {
    /// For whom.
    pub client: ClientId,
    /// Of whom.
    pub user: UserId,
    /// From which session.
    pub session: SessionId,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Space-separated.
    pub scope: String,
    /// For the ID token.
    pub nonce: Option<String>,
    /// S256.
    pub code_challenge: Option<String>,
    /// How the person proved who they are, space-separated.
    pub amr: String,
    /// When they did.
    pub auth_time: UnixMillis,
    /// When it was spent.
    pub used_at: Option<UnixMillis>,
    /// What its first use began.
    pub family: Option<FamilyId>,
    hash: Vec<u8>,
}

/// What came of spending a code.
pub enum Spent {
    /// It was good, and no longer is.
    Now(Code),
    /// It had been spent.
    Before(Code),
    /// There is no such code, or its time is over.
    Unknown,
}

impl From<authorization_code::Model> for Code {
    fn from(row: authorization_code::Model) -> Self {
        Self {
            client: row.client_id,
            user: row.user_id,
            session: row.session_id,
            redirect_uri: row.redirect_uri,
            scope: row.scope,
            nonce: row.nonce,
            code_challenge: row.code_challenge,
            amr: row.amr,
            auth_time: row.auth_time,
            used_at: row.used_at,
            family: row.family_id,
            hash: row.code_hash,
        }
    }
}

/// Makes a code for this request and session; it exists only in the answer.
pub async fn insert(
    work: &mut Work<'_>,
    config: &crate::config::Tokens,
    request: &AppRequest,
    session: &Session,
) -> Result<Token<AuthorizationCode>> {
    let code = Token::new(work.random().bytes());
    let row = authorization_code::ActiveModel {
        code_hash: Set(code.hash().to_vec()),
        client_id: Set(request.client.clone()),
        user_id: Set(session.user),
        session_id: Set(session.id),
        redirect_uri: Set(request.redirect_uri.clone()),
        scope: Set(request.scope.clone()),
        nonce: Set(request.nonce.clone()),
        code_challenge: Set(request.code_challenge.clone()),
        amr: Set(session.amr.join(" ")),
        auth_time: Set(session.auth_time),
        created_at: Set(work.now),
        expires_at: Set(work.now + config.code_ttl),
        used_at: Set(None),
        family_id: Set(None),
    };
    authorization_code::Entity::insert(row).exec_without_returning(work.db()).await?;
    Ok(code)
}

/// Spends a code. Fifty at once: one gets it.
pub async fn spend(work: &Work<'_>, code: &Token<AuthorizationCode>) -> Result<Spent> {
    let hash = code.hash().to_vec();
    let spent = authorization_code::Entity::update_many()
        .col_expr(authorization_code::Column::UsedAt, work.now.0.into())
        .filter(authorization_code::Column::CodeHash.eq(hash.clone()))
        .filter(authorization_code::Column::UsedAt.is_null())
        .filter(authorization_code::Column::ExpiresAt.gt(work.now))
        .exec_with_returning(work.db())
        .await?;
    if let Some(row) = spent.into_iter().next() {
        return Ok(Spent::Now(row.into()));
    }
    let row = authorization_code::Entity::find_by_id(hash).one(work.db()).await?;
    Ok(match row {
        Some(row) if row.used_at.is_some() => Spent::Before(row.into()),
        _ => Spent::Unknown,
    })
}

/// Notes what a code's use began, for the day it comes back.
pub async fn note_family(work: &Work<'_>, code: &Code, family: FamilyId) -> Result<()> {
    authorization_code::Entity::update_many()
        .col_expr(authorization_code::Column::FamilyId, family.0.into())
        .filter(authorization_code::Column::CodeHash.eq(code.hash.clone()))
        .exec(work.db())
        .await?;
    Ok(())
}

/// Removes codes a day after their time, at most `limit`: until then their reuse is noticed. Says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let before = now - std::time::Duration::from_hours(24);
    remove_some::<authorization_code::Entity>(
        db,
        authorization_code::Column::CodeHash,
        authorization_code::Column::ExpiresAt.lt(before),
        limit,
    )
    .await
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(authorization_code::Entity)
}
