//! One row a person and app, until it is withdrawn.

use sea_orm::sea_query::{OnConflict, TableCreateStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, Schema};

use crate::audit::Event;
use crate::credential;
use crate::db::{Db, held, sql};
use crate::error::Result;
use crate::oidc::scope;
use crate::session::family;
use crate::types::{ClientId, UnixMillis, UserId};
use crate::work::{Ledger, Work};

mod grant {
    use sea_orm::entity::prelude::*;

    use crate::types::{ClientId, UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(64))")]
        pub client_id: ClientId,
        #[sea_orm(column_type = "String(StringLen::N(1000))")]
        pub scope: String,
        pub created_at: UnixMillis,
        pub updated_at: UnixMillis,
        pub used_at: Option<UnixMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What a person has allowed an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Which app.
    pub client: ClientId,
    /// Space-separated.
    pub scope: String,
    /// Since when.
    pub since: UnixMillis,
    /// When the app was last given a code.
    pub used_at: Option<UnixMillis>,
}

/// What a person has allowed an app, space-separated.
pub async fn allowed(db: &Db, user: UserId, client: &ClientId) -> Result<Option<String>> {
    let text = "SELECT scope FROM grants WHERE user_id = $1 AND client_id = $2";
    let rows = db.look(sql(db.read(), text, [user.0.into(), client.as_str().into()])).await?;
    rows.first().map(|row| row.get("scope")).transpose()
}

/// Whether a person has allowed an app all of this.
pub async fn covers(db: &Db, user: UserId, client: &ClientId, asked: &str) -> Result<bool> {
    Ok(allowed(db, user, client).await?.is_some_and(|scope| scope::is_within(asked, &scope)))
}

/// Whether what the person of a table with a `user_id` and a `client_id` has allowed the app still is this, a place in the
/// statement. Who withdraws it waits, on PostgreSQL, until the statement's change is over, and then ends what came of it.
pub fn still(db: DbBackend, table: &str, place: &str) -> String {
    let held = held(db);
    format!(
        "EXISTS (SELECT 1 FROM grants g WHERE g.user_id = {table}.user_id AND g.client_id = {table}.client_id AND g.scope = {place}{held})"
    )
}

/// Allows an app this, beside what it may already.
pub async fn allow(work: &mut Work<'_>, user: UserId, client: &ClientId, asked: &str) -> Result<()> {
    // What is withdrawn at this moment in another tab must not come back with what is added.
    credential::lock(work, user).await?;
    let before = grant::Entity::find_by_id((user, client.clone())).one(work.db()).await?;
    let scope = scope::known(&format!("{} {asked}", before.map(|row| row.scope).unwrap_or_default()));
    let row = grant::ActiveModel {
        user_id: Set(user),
        client_id: Set(client.clone()),
        scope: Set(scope.clone()),
        created_at: Set(work.now),
        updated_at: Set(work.now),
        used_at: Set(None),
    };
    grant::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([grant::Column::UserId, grant::Column::ClientId])
                .update_columns([grant::Column::Scope, grant::Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(work.db())
        .await?;
    work.record(Event::AccessAllowed { user, client: client.clone(), scope });
    Ok(())
}

/// Takes it all back, and ends what the app holds; says whether there was anything.
pub async fn withdraw(work: &mut Work<'_>, user: UserId, client: &ClientId) -> Result<bool> {
    credential::lock(work, user).await?;
    let removed = grant::Entity::delete_by_id((user, client.clone())).exec(work.db()).await?.rows_affected == 1;
    if removed {
        family::end_of_app(work, user, client).await?;
        work.record(Event::AccessWithdrawn { user, client: client.clone() });
    }
    Ok(removed)
}

/// Notes that an app makes use of it.
pub fn note_use(ledger: &mut Ledger<'_>, user: UserId, client: &ClientId) {
    let note = grant::Entity::update_many()
        .col_expr(grant::Column::UsedAt, ledger.now.0.into())
        .filter(grant::Column::UserId.eq(user))
        .filter(grant::Column::ClientId.eq(client.clone()));
    ledger.at_last(&note);
}

/// Everything that a person has allowed, the oldest first.
pub async fn list(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Allowed>> {
    let rows = grant::Entity::find().filter(grant::Column::UserId.eq(user));
    let rows = rows.order_by_asc(grant::Column::CreatedAt).order_by_asc(grant::Column::ClientId).all(db).await?;
    let allowed = |row: grant::Model| Allowed { client: row.client_id, scope: row.scope, since: row.created_at, used_at: row.used_at };
    Ok(rows.into_iter().map(allowed).collect())
}

/// Forgets what everybody allowed an app that is gone: another one may be given its name.
pub async fn forget_client(work: &Work<'_>, client: &ClientId) -> Result<()> {
    grant::Entity::delete_many().filter(grant::Column::ClientId.eq(client.clone())).exec(work.db()).await?;
    Ok(())
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(grant::Entity)]
}
