//! The table of people.

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryResult, Schema,
};
use uuid::Uuid;

use super::state::{Person, State};
use super::{departure, email};
use crate::db::{Db, Row, sql};
use crate::error::Result;
use crate::types::{EmailAddress, UnixMillis, UserId};
use crate::work::Work;

mod user {
    use sea_orm::entity::prelude::*;

    use crate::types::{UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: UserId,
        #[sea_orm(column_type = "String(StringLen::N(16))")]
        pub state: String,
        #[sea_orm(column_type = "String(StringLen::N(200))")]
        pub name: Option<String>,
        pub created_at: UnixMillis,
        pub updated_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A person as a list shows them.
#[derive(Debug, Clone)]
pub struct User {
    /// The person.
    pub person: Person,
    /// Since when.
    pub created_at: UnixMillis,
}

/// A person to be.
pub struct NewUser<'a> {
    /// Their one address.
    pub email: &'a EmailAddress,
    /// Whether it has been proved.
    pub verified: bool,
    /// What to call them.
    pub name: Option<String>,
}

/// What makes a [`Person`], as a statement returns it.
#[derive(FromQueryResult)]
pub struct PersonRow {
    user_id: Uuid,
    state: String,
    name: Option<String>,
    address: Option<String>,
    verified_at: Option<i64>,
}

impl PersonRow {
    /// From the answer to a change.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            user_id: row.get("user_id")?,
            state: row.get("state")?,
            name: row.get("name")?,
            address: row.get("address")?,
            verified_at: row.get("verified_at")?,
        })
    }
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: UserId(row.user_id),
            state: State::parse(&row.state),
            name: row.name,
            email: row.address.and_then(|address| EmailAddress::parse(&address).ok()),
            email_verified: row.verified_at.is_some(),
        }
    }
}

/// The columns of a [`PersonRow`] for the person of a table with a `user_id`, as scalar queries: for
/// `RETURNING`, which knows one table.
pub fn person_of(table: &str) -> String {
    let of_user = |column: &str| format!("(SELECT u.{column} FROM users u WHERE u.id = {table}.user_id) AS {column}");
    let of_email =
        |column: &str| format!("(SELECT e.{column} FROM emails e WHERE e.user_id = {table}.user_id AND e.is_primary) AS {column}");
    format!("{table}.user_id, {}, {}, {}, {}", of_user("state"), of_user("name"), of_email("address"), of_email("verified_at"))
}

/// The gate, [`super::gate`], in SQL, for a statement about the person of a table with a `user_id`.
pub fn gate_of(table: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM users u WHERE u.id = {table}.user_id AND u.state = 'active') \
         AND EXISTS (SELECT 1 FROM emails e WHERE e.user_id = {table}.user_id AND e.is_primary AND e.verified_at IS NOT NULL)"
    )
}

const PERSON: &str = "SELECT u.id AS user_id, u.state, u.name, u.created_at, e.address, e.verified_at FROM users u \
     LEFT JOIN emails e ON e.user_id = u.id AND e.is_primary";

fn read(row: &QueryResult) -> Result<User> {
    Ok(User { person: PersonRow::from_query_result(row, "")?.into(), created_at: UnixMillis(row.try_get("", "created_at")?) })
}

/// A person by id.
pub async fn find(db: &impl ConnectionTrait, id: UserId) -> Result<Option<User>> {
    let query = sql(db, &format!("{PERSON} WHERE u.id = $1"), [id.0.into()]);
    db.query_one_raw(query).await?.as_ref().map(read).transpose()
}

/// The same outside a change, with what the gate and the tokens need.
pub async fn look(db: &Db, id: UserId) -> Result<Option<Person>> {
    let rows = db.look(sql(db.read(), &format!("{PERSON} WHERE u.id = $1"), [id.0.into()])).await?;
    rows.first().map(PersonRow::read).transpose().map(|row| row.map(Person::from))
}

/// People in the order of their arrival, after `after`.
pub async fn list(db: &impl ConnectionTrait, after: Option<UserId>, limit: u64) -> Result<Vec<User>> {
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = sql(db, &format!("{PERSON} WHERE u.id > $1 ORDER BY u.id LIMIT $2"), [after.into(), limit.into()]);
    db.query_all_raw(query).await?.iter().map(read).collect()
}

/// How many people there are.
pub async fn count(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(user::Entity::find().count(db).await?)
}

/// Makes a person with one primary address; nothing if the address is taken.
pub async fn insert(work: &mut Work<'_>, new: NewUser<'_>) -> Result<Option<UserId>> {
    let id = UserId(work.random().uuid(work.now));
    let row = user::ActiveModel {
        id: Set(id),
        state: Set(State::Active.as_str().to_owned()),
        name: Set(new.name),
        created_at: Set(work.now),
        updated_at: Set(work.now),
    };
    user::Entity::insert(row).exec_without_returning(work.db()).await?;
    if email::insert(work, id, new.email, (true, new.verified)).await? {
        return Ok(Some(id));
    }
    user::Entity::delete_by_id(id).exec(work.db()).await?;
    Ok(None)
}

/// Lets a person in or keeps them out; says whether there is such a person.
pub async fn set_state(work: &mut Work<'_>, id: UserId, state: State) -> Result<bool> {
    // Whoever leaves is removed for that reason only.
    departure::forget(work, id).await?;
    change_state(work, id, state, None).await
}

/// The same only for somebody whose state is this; says whether it was.
pub(super) async fn change_state(work: &Work<'_>, id: UserId, state: State, from: Option<State>) -> Result<bool> {
    let mut change = user::Entity::update_many()
        .col_expr(user::Column::State, state.as_str().into())
        .col_expr(user::Column::UpdatedAt, work.now.0.into())
        .filter(user::Column::Id.eq(id));
    if let Some(from) = from {
        change = change.filter(user::Column::State.eq(from.as_str()));
    }
    Ok(change.exec(work.db()).await?.rows_affected == 1)
}

/// Gives a person this name if they have none yet.
pub async fn name_if_none(work: &Work<'_>, id: UserId, name: Option<&str>) -> Result<()> {
    let Some(name) = name else { return Ok(()) };
    user::Entity::update_many()
        .col_expr(user::Column::Name, name.into())
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::Name.is_null())
        .exec(work.db())
        .await?;
    Ok(())
}

/// Calls a person this, or nothing.
pub async fn rename(work: &Work<'_>, id: UserId, name: Option<&str>) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::Name, name.into())
        .col_expr(user::Column::UpdatedAt, work.now.0.into())
        .filter(user::Column::Id.eq(id))
        .exec(work.db())
        .await?;
    Ok(())
}

/// Removes a person and, by the foreign keys, everything of theirs; says whether there was one.
pub async fn remove(work: &mut Work<'_>, id: UserId) -> Result<bool> {
    Ok(user::Entity::delete_by_id(id).exec(work.db()).await?.rows_affected == 1)
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(user::Entity), email::table(schema), departure::table(schema)]
}
