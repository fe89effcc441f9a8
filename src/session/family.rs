//! Families of refresh tokens: one row a family, one atomic statement a rotation.
//!
//! The row knows its latest token, the one before it, and for a few seconds the latest one sealed, so
//! that whoever presents the predecessor again (a second tab, a lost answer) receives the identical
//! successor. Anything older ends the family (RFC 9700 §4.14).

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect, Schema, Statement,
};
use uuid::Uuid;

use super::RefreshToken;
use crate::app::App;
use crate::audit::Event;
use crate::crypto::Crypto;
use crate::db::sql;
use crate::error::Result;
use crate::types::{ClientId, EmailAddress, FamilyId, SessionId, UnixMillis, UserId};
use crate::user::{Person, State};
use crate::work::{Actor, Work};

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
}

/// What a presented refresh token gives.
pub enum Rotation {
    /// A grant, and the token to present next.
    Granted {
        /// What to issue.
        grant: Box<Grant>,
        /// To whom.
        person: Box<Person>,
        /// The token to present next; absent where tokens do not rotate.
        successor: Option<RefreshToken>,
    },
    /// Nothing, and it never will again.
    Refused,
    /// It had been replaced: theft, or a client that keeps no order. The family has ended.
    Reused,
}

/// How to rotate.
#[derive(Debug, Clone, Copy)]
pub struct RotationRule {
    /// Whether the token is replaced. Confidential clients keep theirs: they prove themselves each time.
    pub rotate: bool,
    /// Where the token must live.
    pub holder: Holder,
}

/// Begins a family in the caller's change; the token exists only in the answer.
pub async fn begin(work: &mut Work<'_>, config: &crate::config::Tokens, new: NewFamily<'_>) -> Result<(Grant, RefreshToken)> {
    let family = FamilyId(work.random().uuid(work.now));
    let token = RefreshToken::new(work.crypto(), family, work.random().bytes());
    let expires_at = work.now + config.refresh_ttl;
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
        created_at: Set(work.now),
        idle_expires_at: Set(work.now + config.refresh_idle),
        expires_at: Set(expires_at),
        ended_at: Set(None),
    };
    token_family::Entity::insert(row).exec_without_returning(work.db()).await?;
    work.record(Event::TokensIssued { user: new.user, client: new.client.clone(), session: new.session, family });
    let grant = Grant {
        family,
        client: new.client.clone(),
        session: new.session,
        scope: new.scope.to_owned(),
        auth_time: new.auth_time,
        amr: new.amr.to_owned(),
        expires_at,
    };
    Ok((grant, token))
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    client_id: String,
    user_id: Uuid,
    session_id: Uuid,
    scope: String,
    amr: String,
    auth_time: i64,
    expires_at: i64,
    state: String,
    name: Option<String>,
    address: Option<String>,
    verified_at: Option<i64>,
}

/// What issuing needs, as scalar queries, because `RETURNING` knows one table.
const FACTS: &str = "id, client_id, user_id, session_id, scope, amr, auth_time, expires_at, \
     (SELECT u.state FROM users u WHERE u.id = token_families.user_id) AS state, \
     (SELECT u.name FROM users u WHERE u.id = token_families.user_id) AS name, \
     (SELECT e.address FROM emails e WHERE e.user_id = token_families.user_id AND e.is_primary) AS address, \
     (SELECT e.verified_at FROM emails e WHERE e.user_id = token_families.user_id AND e.is_primary) AS verified_at";

/// The gate of `user::gate`, in SQL, so that it holds in the very statement that rotates.
const ALIVE: &str = "ended_at IS NULL AND expires_at > $3 AND idle_expires_at > $3 \
     AND EXISTS (SELECT 1 FROM users u WHERE u.id = token_families.user_id AND u.state = 'active') \
     AND EXISTS (SELECT 1 FROM emails e WHERE e.user_id = token_families.user_id AND e.is_primary AND e.verified_at IS NOT NULL)";

impl Row {
    fn granted(self, successor: Option<RefreshToken>) -> Option<Rotation> {
        let person = Person {
            id: UserId(self.user_id),
            state: State::parse(&self.state),
            name: self.name,
            email: self.address.and_then(|address| EmailAddress::parse(&address).ok()),
            email_verified: self.verified_at.is_some(),
        };
        crate::user::gate(&person).ok()?;
        let grant = Grant {
            family: FamilyId(self.id),
            client: ClientId::parse(&self.client_id)?,
            session: SessionId(self.session_id),
            scope: self.scope,
            auth_time: UnixMillis(self.auth_time),
            amr: self.amr,
            expires_at: UnixMillis(self.expires_at),
        };
        Some(Rotation::Granted { grant: Box::new(grant), person: Box::new(person), successor })
    }
}

/// Presents a refresh token. The usual case is one statement and one commit.
pub async fn rotate(app: &App, actor: Actor, client: &ClientId, presented: &RefreshToken, rule: RotationRule) -> Result<Rotation> {
    let now = app.clock.now();
    let successor = rule.rotate.then(|| RefreshToken::new(&app.crypto, presented.family, app.random.bytes()));
    let update = match &successor {
        Some(successor) => replace(app, client, presented, successor, (now, rule.holder))?,
        None => keep(app, client, presented, (now, rule.holder)),
    };
    if let Some(row) = app.db.change(update).await?.first() {
        return Ok(Row::from_query_result(row, "")?.granted(successor).unwrap_or(Rotation::Refused));
    }
    look_again(app, actor, client, presented, rule).await
}

fn replace(
    app: &App,
    client: &ClientId,
    presented: &RefreshToken,
    successor: &RefreshToken,
    (now, holder): (UnixMillis, Holder),
) -> Result<Statement> {
    let tokens = &app.config.tokens;
    let sealed = app.crypto.seal_column(&identity(presented), successor.reveal().as_bytes())?;
    Ok(sql(
        app.db.write(),
        &format!(
            "UPDATE token_families SET generation = generation + 1, previous_hash = current_hash, previous_until = $5, \
             current_hash = $6, successor = $7, idle_expires_at = $8 \
             WHERE id = $1 AND current_hash = $2 AND client_id = $4 AND delivery = $9 AND {ALIVE} RETURNING {FACTS}"
        ),
        [
            presented.family.0.into(),
            presented.hash().into(),
            now.0.into(),
            client.as_str().into(),
            (now + tokens.refresh_reuse_grace).0.into(),
            successor.hash().into(),
            sealed.into(),
            (now + tokens.refresh_idle).0.into(),
            holder.as_str().into(),
        ],
    ))
}

fn keep(app: &App, client: &ClientId, presented: &RefreshToken, (now, holder): (UnixMillis, Holder)) -> Statement {
    sql(
        app.db.write(),
        &format!(
            "UPDATE token_families SET idle_expires_at = $5 \
             WHERE id = $1 AND current_hash = $2 AND client_id = $4 AND delivery = $6 AND {ALIVE} RETURNING {FACTS}"
        ),
        [
            presented.family.0.into(),
            presented.hash().into(),
            now.0.into(),
            client.as_str().into(),
            (now + app.config.tokens.refresh_idle).0.into(),
            holder.as_str().into(),
        ],
    )
}

/// The statement found nothing: the family is over, the token is another client's, or it has been replaced.
async fn look_again(app: &App, actor: Actor, client: &ClientId, presented: &RefreshToken, rule: RotationRule) -> Result<Rotation> {
    let mut work = app.begin(actor).await?;
    let mut query = token_family::Entity::find_by_id(presented.family);
    if app.db.backend() == sea_orm::DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let Some(row) = query.one(work.db()).await? else { return Ok(Rotation::Refused) };
    match judge(&row, &presented.hash(), client, rule, work.now) {
        Verdict::Over => Ok(Rotation::Refused),
        Verdict::Successor => {
            let facts = sql(work.db(), &format!("SELECT {FACTS} FROM token_families WHERE id = $1"), [presented.family.0.into()]);
            let facts = Row::find_by_statement(facts).one(work.db()).await?;
            let successor = reopen(&app.crypto, presented, row.successor.as_deref())?;
            Ok(facts.zip(successor).and_then(|(facts, successor)| facts.granted(Some(successor))).unwrap_or(Rotation::Refused))
        }
        Verdict::Reused => {
            end_where(&work, token_family::Column::Id.eq(presented.family)).await?;
            work.record(Event::RefreshTokenReused {
                user: row.user_id,
                client: row.client_id,
                session: row.session_id,
                family: presented.family,
            });
            work.commit().await?;
            Ok(Rotation::Reused)
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Over,
    Successor,
    Reused,
}

fn judge(row: &token_family::Model, presented: &[u8], client: &ClientId, rule: RotationRule, now: UnixMillis) -> Verdict {
    let over = row.ended_at.is_some() || row.expires_at <= now || row.idle_expires_at <= now;
    if over || row.client_id != *client || row.delivery != rule.holder.as_str() || row.current_hash == presented {
        return Verdict::Over;
    }
    let predecessor = row.previous_hash.as_deref() == Some(presented);
    let in_time = row.previous_until.is_some_and(|until| now < until);
    if predecessor && in_time { Verdict::Successor } else { Verdict::Reused }
}

fn reopen(crypto: &Crypto, presented: &RefreshToken, sealed: Option<&[u8]>) -> Result<Option<RefreshToken>> {
    let Some(sealed) = sealed else { return Ok(None) };
    let text = zeroize::Zeroizing::new(crypto.open_column(&identity(presented), sealed)?);
    Ok(std::str::from_utf8(&text).ok().and_then(|text| RefreshToken::parse(crypto, text)))
}

/// A sealed successor opens only beside its family and for its predecessor.
fn identity(predecessor: &RefreshToken) -> String {
    format!("token_families.successor {} {}", predecessor.family, crate::key::b64(predecessor.hash()))
}

/// Whether a family still lives, for access tokens that descend from it.
pub async fn is_alive(db: &impl ConnectionTrait, family: FamilyId, now: UnixMillis) -> Result<bool> {
    let alive = token_family::Entity::find_by_id(family)
        .filter(token_family::Column::EndedAt.is_null())
        .filter(token_family::Column::ExpiresAt.gt(now));
    Ok(alive.one(db).await?.is_some())
}

/// Ends one family.
pub async fn end(work: &Work<'_>, family: FamilyId) -> Result<()> {
    end_where(work, token_family::Column::Id.eq(family)).await
}

/// Ends the family of a presented token, if it is the token to present.
pub async fn end_presented(work: &Work<'_>, presented: &RefreshToken) -> Result<()> {
    let which = token_family::Column::Id.eq(presented.family).and(token_family::Column::CurrentHash.eq(presented.hash()));
    end_where(work, which).await
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

/// Ends what descends from a session.
pub(super) async fn end_of_session(work: &Work<'_>, session: SessionId) -> Result<()> {
    end_where(work, token_family::Column::SessionId.eq(session)).await
}

/// Ends everything of a person.
pub(super) async fn end_of_user(work: &Work<'_>, user: UserId) -> Result<()> {
    end_where(work, token_family::Column::UserId.eq(user)).await
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

async fn end_where(work: &Work<'_>, which: sea_orm::sea_query::SimpleExpr) -> Result<()> {
    token_family::Entity::update_many()
        .col_expr(token_family::Column::EndedAt, work.now.0.into())
        .col_expr(token_family::Column::Successor, sea_orm::sea_query::Expr::value(Option::<Vec<u8>>::None))
        .filter(which)
        .filter(token_family::Column::EndedAt.is_null())
        .exec(work.db())
        .await?;
    Ok(())
}

/// Removes families that are over, some time after: until then their reuse is still noticed. Says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let before = now - Duration::from_hours(24);
    let old = token_family::Entity::find().filter(token_family::Column::ExpiresAt.lt(before)).limit(limit).all(db).await?;
    let ids: Vec<_> = old.into_iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(token_family::Entity::delete_many().filter(token_family::Column::Id.is_in(ids)).exec(db).await?.rows_affected)
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(token_family::Entity)
}
