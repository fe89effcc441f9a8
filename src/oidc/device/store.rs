//! The table of devices that wait. One statement each: to be connected, to ask, to be given tokens.

use std::time::Duration;

use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Schema};

use super::UserCode;
use crate::app::App;
use crate::db::{remove_some, sql};
use crate::error::{Error, Result};
use crate::session::Session;
use crate::types::{ClientId, DeviceCode, Token, UnixMillis, UserId};
use crate::work::Work;

/// How long a person has to type the code.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// Seconds between two questions of a device, and what each that comes sooner adds (RFC 8628 §3.5).
pub const INTERVAL: i64 = 5;

mod device_authorization {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "device_authorizations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub device_code_hash: Vec<u8>,
        #[sea_orm(unique, column_type = "Blob")]
        pub user_code_mark: Vec<u8>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub client_id: ClientId,
        #[sea_orm(column_type = "String(StringLen::N(1000))")]
        pub scope: String,
        #[sea_orm(column_type = "String(StringLen::N(300))")]
        pub user_agent: String,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub address: String,
        #[sea_orm(column_type = "String(StringLen::N(8))")]
        pub state: String,
        pub wait: i64,
        pub polled_at: Option<UnixMillis>,
        pub hurried: bool,
        pub user_id: Option<UserId>,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub amr: Option<String>,
        pub auth_time: Option<UnixMillis>,
        pub created_at: UnixMillis,
        pub expires_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

use device_authorization::{ActiveModel, Column, Entity};

const PENDING: &str = "pending";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";
const SPENT: &str = "spent";

/// A device that asks to be connected.
pub(super) struct NewDevice<'a> {
    pub(super) client: &'a ClientId,
    pub(super) scope: &'a str,
    pub(super) user_agent: &'a str,
    pub(super) address: String,
}

/// What a person must know of it.
pub(super) struct Waiting {
    pub(super) client: ClientId,
    pub(super) scope: String,
    pub(super) address: String,
    pub(super) since: UnixMillis,
}

/// A device that its person has connected, and that now gets its tokens.
pub struct Approved {
    /// Whose it is.
    pub user: UserId,
    /// Space-separated.
    pub scope: String,
    /// How the person had proved who they are, space-separated.
    pub amr: String,
    /// When.
    pub auth_time: UnixMillis,
    /// What the device calls itself.
    pub user_agent: String,
    /// From where it asked.
    pub address: String,
}

/// What a device hears that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nobody has typed its code yet.
    Pending,
    /// The same, and it asks too often.
    TooSoon,
    /// The person said no.
    Denied,
    /// Nobody typed it in time.
    Expired,
    /// It is ready to be spent.
    Approved,
    /// There is no such code of this client, or it is spent.
    Unknown,
}

/// Leaves a device to be connected. A user code that is in use is drawn again.
pub(super) async fn insert(work: &mut Work<'_>, new: NewDevice<'_>) -> Result<(Token<DeviceCode>, UserCode)> {
    for _ in 0..5 {
        let (device_code, user_code) = (Token::new(work.random().bytes()), UserCode::new(work.random().bytes()));
        let row = ActiveModel {
            device_code_hash: Set(device_code.hash().to_vec()),
            user_code_mark: Set(user_code.mark(work.crypto())),
            client_id: Set(new.client.clone()),
            scope: Set(new.scope.to_owned()),
            user_agent: Set(new.user_agent.chars().take(300).collect()),
            address: Set(new.address.clone()),
            state: Set(PENDING.to_owned()),
            wait: Set(INTERVAL),
            polled_at: Set(None),
            hurried: Set(false),
            user_id: Set(None),
            amr: Set(None),
            auth_time: Set(None),
            created_at: Set(work.now),
            expires_at: Set(work.now + LIFETIME),
        };
        let inserted = Entity::insert(row)
            .on_conflict(OnConflict::column(Column::UserCodeMark).do_nothing().to_owned())
            .exec_without_returning(work.db())
            .await?;
        if inserted == 1 {
            return Ok((device_code, user_code));
        }
    }
    Err(Error::broken("a device cannot be connected", "five user codes in a row were in use"))
}

/// The device of a typed code, while it waits.
pub(super) async fn find(app: &App, code: &UserCode) -> Result<Option<Waiting>> {
    let row = Entity::find()
        .filter(Column::UserCodeMark.eq(code.mark(&app.crypto)))
        .filter(Column::State.eq(PENDING))
        .filter(Column::ExpiresAt.gt(app.clock.now()))
        .one(app.db.read())
        .await?;
    Ok(row.map(|row| Waiting { client: row.client_id, scope: row.scope, address: row.address, since: row.created_at }))
}

/// The person of this session connects the device, or refuses it. Says of which client it is; nothing if it no longer waits.
pub(super) async fn decide(work: &Work<'_>, code: &UserCode, session: &Session, connect: bool) -> Result<Option<ClientId>> {
    let decided = Entity::update_many()
        .col_expr(Column::State, if connect { APPROVED } else { DENIED }.into())
        .col_expr(Column::UserId, session.user.0.into())
        .col_expr(Column::Amr, session.amr.join(" ").into())
        .col_expr(Column::AuthTime, session.auth_time.0.into())
        .filter(Column::UserCodeMark.eq(code.mark(work.crypto())))
        .filter(Column::State.eq(PENDING))
        .filter(Column::ExpiresAt.gt(work.now))
        .exec_with_returning(work.db())
        .await?;
    Ok(decided.into_iter().next().map(|row| row.client_id))
}

/// A device asks. Whoever asks sooner than told waits longer from then on.
pub async fn poll(app: &App, client: &ClientId, code: &Token<DeviceCode>) -> Result<Asked> {
    let now = app.clock.now();
    let soon = "(polled_at IS NOT NULL AND polled_at + wait * 1000 > $3)";
    let asked = sql(
        app.db.write(),
        &format!(
            "UPDATE device_authorizations SET hurried = {soon}, wait = CASE WHEN {soon} THEN wait + $4 ELSE wait END, polled_at = $3 \
             WHERE device_code_hash = $1 AND client_id = $2 AND state = '{PENDING}' AND expires_at > $3 RETURNING hurried"
        ),
        [code.hash().to_vec().into(), client.as_str().into(), now.0.into(), INTERVAL.into()],
    );
    if let Some(row) = app.db.change(asked).await?.first() {
        return Ok(if row.get("hurried")? { Asked::TooSoon } else { Asked::Pending });
    }
    let row = Entity::find_by_id(code.hash().to_vec()).filter(Column::ClientId.eq(client.clone())).one(app.db.write()).await?;
    Ok(match row {
        None => Asked::Unknown,
        Some(row) if row.state == SPENT => Asked::Unknown,
        Some(row) if row.expires_at <= now => Asked::Expired,
        Some(row) if row.state == DENIED => Asked::Denied,
        Some(_) => Asked::Approved,
    })
}

/// Spends the code of a device that its person has connected. Fifty at once: one gets it.
pub async fn spend(work: &Work<'_>, client: &ClientId, code: &Token<DeviceCode>) -> Result<Option<Approved>> {
    let spent = Entity::update_many()
        .col_expr(Column::State, SPENT.into())
        .filter(Column::DeviceCodeHash.eq(code.hash().to_vec()))
        .filter(Column::ClientId.eq(client.clone()))
        .filter(Column::State.eq(APPROVED))
        .filter(Column::ExpiresAt.gt(work.now))
        .exec_with_returning(work.db())
        .await?;
    let Some(row) = spent.into_iter().next() else { return Ok(None) };
    let (Some(user), Some(auth_time)) = (row.user_id, row.auth_time) else { return Ok(None) };
    let (scope, amr) = (row.scope, row.amr.unwrap_or_default());
    Ok(Some(Approved { user, scope, amr, auth_time, user_agent: row.user_agent, address: row.address }))
}

/// Removes devices a while after their time, at most `limit`: until then they hear that it is over. Says how many went.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, limit: u64) -> Result<u64> {
    let before = now - Duration::from_hours(1);
    remove_some::<Entity>(db, Column::DeviceCodeHash, Column::ExpiresAt.lt(before), limit).await
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(Entity)
}
