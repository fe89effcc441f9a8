//! The audit table: rows go in and grow old.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Schema};

use super::Event;
use crate::db::{Condition, remove_some};
use crate::error::Result;
use crate::types::{ClientId, EventId, SessionId, UnixMillis, UserId};
use crate::work::Actor;

/// The name of [`Event::SignedIn`].
const SIGNED_IN: &str = "session.started";

mod audit_event {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, EventId, SessionId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: EventId,
        pub at: UnixMillis,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub name: String,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub actor: String,
        pub user_id: Option<UserId>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub client_id: Option<ClientId>,
        pub session_id: Option<SessionId>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub address: Option<String>,
        #[sea_orm(column_type = "String(StringLen::N(64))")]
        pub request_id: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub data: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A line of the log.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: UnixMillis,
    /// What; one of [`Event::NAMES`].
    pub name: String,
    /// By whom: `visitor`, `client:…`, `operator`, `system`, or `user:…`.
    pub actor: String,
    /// About which person.
    pub user: Option<UserId>,
    /// About which client.
    pub client: Option<ClientId>,
    /// About which session.
    pub session: Option<SessionId>,
    /// From which network address.
    pub address: Option<String>,
    /// Everything else, as JSON.
    pub data: String,
}

impl From<audit_event::Model> for AuditLine {
    fn from(row: audit_event::Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            name: row.name,
            actor: row.actor,
            user: row.user_id,
            client: row.client_id,
            session: row.session_id,
            address: row.address,
            data: row.data,
        }
    }
}

/// The row of an event.
pub(crate) fn row(now: UnixMillis, actor: &Actor, id: EventId, event: &Event) -> audit_event::ActiveModel {
    let (name, caller) = match actor {
        Actor::Visitor(caller, None) => ("visitor".to_owned(), Some(caller)),
        Actor::Visitor(caller, Some(user)) => (format!("user:{user}"), Some(caller)),
        Actor::Client(caller, client) => (format!("client:{client}").chars().take(64).collect(), Some(caller)),
        Actor::Operator => ("operator".to_owned(), None),
        Actor::System => ("system".to_owned(), None),
    };
    audit_event::ActiveModel {
        id: Set(id),
        at: Set(now),
        name: Set(event.name().to_owned()),
        actor: Set(name),
        user_id: Set(event.user()),
        client_id: Set(event.client().cloned()),
        session_id: Set(event.session()),
        address: Set(caller.map(|caller| caller.address.to_string())),
        request_id: Set(caller.map(|caller| caller.request_id.clone())),
        data: Set(event.data().to_string()),
    }
}

/// Whether somebody has signed in before, for a statement that depends on it.
pub fn has_signed_in(user: UserId) -> Condition {
    Condition::new("EXISTS (SELECT 1 FROM audit_events WHERE user_id = ? AND name = ?)", [user.0.into(), SIGNED_IN.into()])
}

/// A person's latest events, newest first.
pub async fn list_of_user(db: &impl ConnectionTrait, user: UserId, limit: u64) -> Result<Vec<AuditLine>> {
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::UserId.eq(user))
        .order_by_desc(audit_event::Column::At)
        .order_by_desc(audit_event::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(AuditLine::from).collect())
}

/// Removes what is older than that, at most `limit` rows; says how many went.
pub async fn remove_before(db: &impl ConnectionTrait, before: UnixMillis, limit: u64) -> Result<u64> {
    // Their ids are in the order of time (RFC 9562 §5.7), so that time needs no index of its own.
    let over = audit_event::Column::Id.lt(EventId(before.first_uuid()));
    remove_some::<audit_event::Entity>(db, audit_event::Column::Id, over, limit).await
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(audit_event::Entity)]
}
