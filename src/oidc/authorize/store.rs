//! Authorization codes: 128 random bits, sixty seconds, spent by one statement.

use std::sync::OnceLock;
use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Schema, Statement, Value};

use crate::db::{Condition, Db, remove_some, sql};
use crate::error::Result;
use crate::oidc::consent;
use crate::session::{self, Session};
use crate::sign_in::AppRequest;
use crate::types::{AuthorizationCode, ClientId, FamilyId, SessionId, Token, UnixMillis, UserId, moment_of};
use crate::user;
use crate::work::{Ledger, Work};

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
        #[sea_orm(column_type = "Text")]
        pub resource: Option<String>,
        #[sea_orm(column_type = "String(StringLen::N(43))")]
        pub dpop_jkt: Option<String>,
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
    /// What access tokens may be for, space-separated.
    pub resource: Option<String>,
    /// The key that it is bound to.
    pub dpop_jkt: Option<String>,
    hash: Vec<u8>,
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
            resource: row.resource,
            dpop_jkt: row.dpop_jkt,
            hash: row.code_hash,
        }
    }
}

/// Makes a code for this request and session; it exists only in the answer.
pub fn insert(
    ledger: &mut Ledger<'_>,
    config: &crate::config::Tokens,
    request: &AppRequest,
    session: &Session,
) -> Token<AuthorizationCode> {
    let code = Token::new_at(ledger.now, ledger.random().bytes());
    let row = authorization_code::ActiveModel {
        code_hash: Set(code.hash_in_order()),
        client_id: Set(request.client.clone()),
        user_id: Set(session.user),
        session_id: Set(session.id),
        redirect_uri: Set(request.redirect_uri.clone()),
        scope: Set(request.scope.clone()),
        nonce: Set(request.nonce.clone()),
        code_challenge: Set(request.code_challenge.clone()),
        amr: Set(session.amr.join(" ")),
        auth_time: Set(session.auth_time),
        created_at: Set(ledger.now),
        expires_at: Set(ledger.now + config.code_ttl),
        used_at: Set(None),
        family_id: Set(None),
        resource: Set(request.resource.clone()),
        dpop_jkt: Set(request.dpop_jkt.clone()),
    };
    ledger.insert(row, None);
    code
}

/// What a code stands for. Nothing of that changes, except that it is spent.
pub async fn find(db: &Db, code: &Token<AuthorizationCode>) -> Result<Option<Code>> {
    let text = "SELECT client_id, user_id, session_id, redirect_uri, scope, nonce, code_challenge, amr, auth_time, used_at, family_id, \
         resource, dpop_jkt \
         FROM authorization_codes WHERE code_hash = $1";
    let hash = code.hash_in_order();
    let rows = db.look(sql(db.read(), text, [hash.clone().into()])).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let Some(client) = ClientId::parse(&row.get::<String>("client_id")?) else { return Ok(None) };
    Ok(Some(Code {
        client,
        user: UserId(row.get("user_id")?),
        session: SessionId(row.get("session_id")?),
        redirect_uri: row.get("redirect_uri")?,
        scope: row.get("scope")?,
        nonce: row.get("nonce")?,
        code_challenge: row.get("code_challenge")?,
        amr: row.get("amr")?,
        auth_time: UnixMillis(row.get("auth_time")?),
        used_at: row.get::<Option<i64>>("used_at")?.map(UnixMillis),
        family: row.get::<Option<uuid::Uuid>>("family_id")?.map(FamilyId),
        resource: row.get("resource")?,
        dpop_jkt: row.get("dpop_jkt")?,
        hash,
    }))
}

/// No code lives longer: the bound of `tokens.code_ttl`.
const LONGEST_LIFE: Duration = Duration::from_mins(10);
const TABLE: &str = "authorization_codes";

/// Spends a code whose person and session still are what they were.
fn spends(db: DbBackend, also: &str) -> String {
    format!(
        "UPDATE {TABLE} SET used_at = $2, family_id = $3 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2 AND {} AND {}{also} \
         RETURNING {}",
        user::gate_of(TABLE),
        session::lives(db, TABLE),
        user::person_of(TABLE)
    )
}

/// The statement that spends a code for the family to be begun with it, if its person and its session still are what they were, and
/// if what they allow still is `allowed`. Returns the person. Fifty at once: one gets it.
pub fn spend_for(ledger: &Ledger<'_>, (code, family): (&Code, FamilyId), allowed: Option<&str>) -> Statement {
    // One text for each database.
    static USUAL: [OnceLock<String>; 2] = [const { OnceLock::new() }; 2];
    let db = ledger.backend();
    let usual = || USUAL[usize::from(db == DbBackend::Postgres)].get_or_init(|| spends(db, "")).clone();
    let text = allowed.map_or_else(usual, |_| spends(db, &format!(" AND {}", consent::still(db, TABLE, "$4"))));
    let values: [Value; 3] = [code.hash.clone().into(), ledger.now.0.into(), family.0.into()];
    Statement::from_sql_and_values(db, text, values.into_iter().chain(allowed.map(Value::from)))
}

/// That a code has been spent for this family, for the rows of the same change.
pub fn is_spent_for(code: &Code, family: FamilyId) -> Condition {
    let text = "EXISTS (SELECT 1 FROM authorization_codes WHERE code_hash = ? AND family_id = ?)";
    Condition::new(text, [code.hash.clone().into(), family.0.into()])
}

/// Spends a code for nothing. Gives it, if it had been spent before.
pub async fn spend(work: &Work<'_>, code: &Token<AuthorizationCode>) -> Result<Option<Code>> {
    let hash = code.hash_in_order();
    let spent = authorization_code::Entity::update_many()
        .col_expr(authorization_code::Column::UsedAt, work.now.0.into())
        .filter(authorization_code::Column::CodeHash.eq(hash.clone()))
        .filter(authorization_code::Column::UsedAt.is_null())
        .filter(authorization_code::Column::ExpiresAt.gt(work.now))
        .exec(work.db())
        .await?;
    if spent.rows_affected == 1 {
        return Ok(None);
    }
    let row = authorization_code::Entity::find_by_id(hash).one(work.db()).await?;
    Ok(row.filter(|row| row.used_at.is_some()).map(Code::from))
}

/// Removes codes a day after their time, at most `limit`: until then their reuse is noticed. Says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let before = moment_of(now - Duration::from_hours(24) - LONGEST_LIFE);
    let over = authorization_code::Column::CodeHash.lt(before.to_vec());
    remove_some::<authorization_code::Entity>(db, authorization_code::Column::CodeHash, over, limit).await
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(authorization_code::Entity)
}
