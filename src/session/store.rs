//! The table of sessions. A session that ended is a row that is gone.

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QueryTrait,
    Schema,
};

use super::{ended, family};
use crate::audit::Event;
use crate::db::{Db, held, remove_some, sql};
use crate::error::Result;
use crate::types::{SessionId, SessionSecret, Token, UnixMillis, UserId};
use crate::work::Work;

mod session {
    use sea_orm::entity::prelude::*;

    use crate::types::{SessionId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SessionId,
        pub user_id: UserId,
        #[sea_orm(unique, column_type = "Blob")]
        pub token_hash: Vec<u8>,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub amr: String,
        #[sea_orm(column_type = "String(StringLen::N(300))")]
        pub user_agent: String,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub address: String,
        pub auth_time: UnixMillis,
        pub created_at: UnixMillis,
        pub last_seen_at: UnixMillis,
        pub idle_expires_at: UnixMillis,
        pub expires_at: UnixMillis,
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub proved_for: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A session that is alive.
#[derive(Debug, Clone)]
pub struct Session {
    /// The `sid`.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// When they last proved who they are.
    pub auth_time: UnixMillis,
    /// How: RFC 8176 names.
    pub amr: Vec<String>,
    /// When it was last used, to within a few minutes.
    pub last_seen_at: UnixMillis,
    /// When it ends in any case.
    pub expires_at: UnixMillis,
    /// The page of the account that it began for, if it did.
    pub proved_for: Option<String>,
}

impl Session {
    /// Whether two steps were shown.
    pub fn is_two_steps(&self) -> bool {
        self.amr.iter().any(|name| name == "mfa")
    }
}

/// A session to be.
pub struct NewSession<'a> {
    /// Who.
    pub user: UserId,
    /// How they proved it: RFC 8176 names.
    pub amr: &'a [&'a str],
    /// The page of the account that it begins for.
    pub proved_for: Option<&'a str>,
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// From where.
    pub address: String,
    /// How long it lives unused.
    pub idle: Duration,
    /// How long it lives at most.
    pub lifetime: Duration,
}

impl From<session::Model> for Session {
    fn from(row: session::Model) -> Self {
        Self {
            id: row.id,
            user: row.user_id,
            auth_time: row.auth_time,
            amr: row.amr.split(' ').map(str::to_owned).collect(),
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            proved_for: row.proved_for,
        }
    }
}

/// The living session of a cookie's value: what every page of a signed-in person begins with.
pub async fn find_by_secret(db: &Db, secret: &Token<SessionSecret>, now: UnixMillis) -> Result<Option<Session>> {
    let query = sql(
        db.read(),
        "SELECT id, user_id, amr, auth_time, last_seen_at, expires_at, proved_for FROM sessions \
         WHERE token_hash = $1 AND expires_at > $2 AND idle_expires_at > $2",
        [secret.hash().to_vec().into(), now.0.into()],
    );
    let rows = db.look(query).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Session {
        id: SessionId(row.get("id")?),
        user: UserId(row.get("user_id")?),
        auth_time: UnixMillis(row.get("auth_time")?),
        amr: row.get::<String>("amr")?.split(' ').map(str::to_owned).collect(),
        last_seen_at: UnixMillis(row.get("last_seen_at")?),
        expires_at: UnixMillis(row.get("expires_at")?),
        proved_for: row.get("proved_for")?,
    }))
}

/// A living session by its id.
pub async fn find(db: &impl ConnectionTrait, id: SessionId, now: UnixMillis) -> Result<Option<Session>> {
    let row = session::Entity::find_by_id(id)
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::IdleExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(row.map(Session::from))
}

/// Whether the session of a table with a `session_id` lives, for a statement whose `$2` is now. On PostgreSQL it cannot end before
/// the statement's change does: who ends it waits, and then sees what came of the change.
pub fn lives(db: DbBackend, table: &str) -> String {
    let held = held(db);
    format!("EXISTS (SELECT 1 FROM sessions s WHERE s.id = {table}.session_id AND s.expires_at > $2 AND s.idle_expires_at > $2{held})")
}

/// Starts a session; the secret exists only in the answer.
pub fn insert(work: &mut Work<'_>, new: NewSession<'_>) -> (SessionId, Token<SessionSecret>) {
    let id = SessionId(work.random().uuid(work.now));
    let secret = Token::new(work.random().bytes());
    let row = session::ActiveModel {
        id: Set(id),
        user_id: Set(new.user),
        token_hash: Set(secret.hash().to_vec()),
        amr: Set(new.amr.join(" ")),
        user_agent: Set(new.user_agent.chars().take(300).collect()),
        address: Set(new.address),
        auth_time: Set(work.now),
        created_at: Set(work.now),
        last_seen_at: Set(work.now),
        idle_expires_at: Set(work.now + new.idle),
        expires_at: Set(work.now + new.lifetime),
        proved_for: Set(new.proved_for.map(str::to_owned)),
    };
    work.insert(row, None);
    (id, secret)
}

/// Notes that a session was used. Call it at most every few minutes: it is a write.
pub async fn seen(db: &Db, id: SessionId, now: UnixMillis, idle: Duration) -> Result<()> {
    let seen = session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, now.0.into())
        .col_expr(session::Column::IdleExpiresAt, (now + idle).0.into())
        .filter(session::Column::Id.eq(id))
        .build(db.backend());
    db.change(seen).await?;
    Ok(())
}

/// Ends one session and the refresh tokens that descend from it; says whether it was there.
pub async fn end(work: &mut Work<'_>, id: SessionId) -> Result<bool> {
    let ended = remove(work, session::Column::Id.eq(id)).await?;
    // In this order: tokens that are given at this moment hold on to the session, and are there when it has gone.
    for user in ended.iter().map(|ended| ended.user) {
        family::end_of_session(work, user, id).await?;
    }
    Ok(!ended.is_empty())
}

/// Puts a new session in the place of the one that this browser presents: a value known before a
/// sign-in is worth nothing after it. What descends from the old one goes on only for the same person; says
/// whether it was.
pub async fn replace(work: &mut Work<'_>, old: &Token<SessionSecret>, new: SessionId, user: UserId) -> Result<bool> {
    let old = session::Entity::find().filter(session::Column::TokenHash.eq(old.hash().to_vec())).one(work.db()).await?;
    let Some(old) = old else { return Ok(false) };
    if old.user_id == user {
        family::move_to(work, user, old.id, new).await?;
    }
    end(work, old.id).await?;
    Ok(old.user_id == user)
}

/// Ends every session of a person and everything that descends from them; says how many.
pub async fn end_all(work: &mut Work<'_>, user: UserId) -> Result<usize> {
    let ended = remove(work, session::Column::UserId.eq(user)).await?;
    family::end_of_user(work, user).await?;
    Ok(signed_out(work, &ended))
}

/// Ends a person's sessions but for one, and everything that descends from them; says how many.
pub async fn end_others(work: &mut Work<'_>, user: UserId, keep: Option<SessionId>) -> Result<usize> {
    let Some(keep) = keep else { return end_all(work, user).await };
    let others = session::Column::UserId.eq(user).and(session::Column::Id.ne(keep));
    let ended = remove(work, others).await?;
    family::end_of_user_but(work, user, keep).await?;
    Ok(signed_out(work, &ended))
}

fn signed_out(work: &mut Work<'_>, ended: &[Ended]) -> usize {
    for ended in ended {
        work.record(Event::SignedOut { user: ended.user, session: ended.id, everywhere: true });
    }
    ended.len()
}

/// Notes what was shown in a session beside what it began with (RFC 8176 names), and that the person has proved just now who they are.
pub async fn strengthen(work: &mut Work<'_>, id: SessionId, with: [&str; 2]) -> Result<()> {
    let Some(session) = find(work.db(), id, work.now).await? else { return Ok(()) };
    let mut amr = session.amr;
    for name in with {
        if !amr.iter().any(|one| one == name) {
            amr.push(name.to_owned());
        }
    }
    session::Entity::update_many()
        .col_expr(session::Column::Amr, amr.join(" ").into())
        .col_expr(session::Column::AuthTime, work.now.0.into())
        .filter(session::Column::Id.eq(id))
        .exec(work.db())
        .await?;
    Ok(())
}

/// A session that was removed.
struct Ended {
    id: SessionId,
    user: UserId,
}

/// Removes sessions, and leaves word for the apps that know them. Who removes a row is the one who does so: two sign-outs at
/// once tell each app once.
async fn remove(work: &mut Work<'_>, which: sea_orm::sea_query::SimpleExpr) -> Result<Vec<Ended>> {
    let rows = session::Entity::delete_many().filter(which).exec_with_returning(work.db()).await?;
    for row in &rows {
        ended::tell_apps(work, row.user_id, row.id, row.created_at).await?;
    }
    Ok(rows.into_iter().map(|row| Ended { id: row.id, user: row.user_id }).collect())
}

/// A session as a list shows it.
pub struct Listed {
    /// Itself.
    pub session: Session,
    /// What the browser calls itself.
    pub user_agent: String,
    /// From where it came.
    pub address: String,
}

/// A person's living sessions, in the order in which they began.
pub async fn list_of_user(db: &impl ConnectionTrait, user: UserId, now: UnixMillis) -> Result<Vec<Listed>> {
    let living = session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::IdleExpiresAt.gt(now))
        .order_by_asc(session::Column::Id);
    let list =
        |row: session::Model| Listed { user_agent: row.user_agent.clone(), address: row.address.clone(), session: Session::from(row) };
    Ok(living.all(db).await?.into_iter().map(list).collect())
}

/// How many living sessions a person has.
pub async fn count_of_user(db: &impl ConnectionTrait, user: UserId, now: UnixMillis) -> Result<u64> {
    let living = session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::IdleExpiresAt.gt(now));
    Ok(living.count(db).await?)
}

/// Removes sessions that are over, at most `limit`; says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    remove_some::<session::Entity>(db, session::Column::Id, session::Column::ExpiresAt.lt(now), limit).await
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(session::Entity), family::table(schema)]
}
