//! The table of jobs. A job that is done is a row that is gone.

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryTrait, Schema};

use crate::app::App;
use crate::crypto::Crypto;
use crate::db::{Db, Row, sql};
use crate::error::Result;
pub use crate::types::JobKind as Kind;
use crate::types::{JobId, UnixMillis};

mod job {
    use sea_orm::entity::prelude::*;

    use crate::types::{JobId, UnixMillis};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "jobs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: JobId,
        #[sea_orm(column_type = "String(StringLen::N(32))")]
        pub kind: String,
        #[sea_orm(column_type = "Blob")]
        pub payload: Vec<u8>,
        pub attempts: i64,
        pub run_at: UnixMillis,
        pub created_at: UnixMillis,
        pub expires_at: UnixMillis,
        #[sea_orm(column_type = "String(StringLen::N(300))")]
        pub last_error: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Something to do.
pub struct NewJob<'a> {
    /// What.
    pub kind: Kind,
    /// With what. Kept sealed: a reader of the table must not find a code in a letter.
    pub payload: &'a [u8],
    /// After that it is of no use any more.
    pub expires_at: UnixMillis,
}

/// A job that was taken.
pub struct Job {
    /// Its name, the same at every attempt.
    pub id: JobId,
    /// What it is done with.
    pub payload: Vec<u8>,
    /// How often it has been tried, this time included.
    pub attempts: i64,
    /// Since when it waits.
    pub created_at: UnixMillis,
    /// After that it is of no use any more.
    pub expires_at: UnixMillis,
}

/// The row of a job.
pub(crate) fn row(crypto: &Crypto, id: JobId, new: &NewJob<'_>, now: UnixMillis) -> Result<job::ActiveModel> {
    Ok(job::ActiveModel {
        id: Set(id),
        kind: Set(new.kind.as_str().to_owned()),
        payload: Set(crypto.seal_column(&identity(id), new.payload)?),
        attempts: Set(0),
        run_at: Set(now),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        last_error: Set(None),
    })
}

/// Takes at most so many jobs that are due, for as long as `lease`. No two workers get the same one.
pub async fn claim(app: &App, kind: Kind, most: usize, lease: Duration) -> Result<Vec<Job>> {
    let now = app.clock.now();
    // Two replicas must not wait for each other's rows; SQLite has one writer anyway.
    let skip = if app.db.backend() == sea_orm::DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let text = format!(
        "UPDATE jobs SET attempts = attempts + 1, run_at = $3 WHERE id IN \
         (SELECT id FROM jobs WHERE kind = $1 AND run_at <= $2 ORDER BY run_at LIMIT $4 {skip}) \
         RETURNING id, payload, attempts, created_at, expires_at"
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let statement = sql(app.db.write(), &text, [kind.as_str().into(), now.0.into(), (now + lease).0.into(), most.into()]);
    let open = |row: &Row| -> Result<Job> {
        let id = JobId(row.get("id")?);
        Ok(Job {
            id,
            payload: app.crypto.open_column(&identity(id), &row.get::<Vec<u8>>("payload")?)?,
            attempts: row.get("attempts")?,
            created_at: UnixMillis(row.get("created_at")?),
            expires_at: UnixMillis(row.get("expires_at")?),
        })
    };
    app.db.change(statement).await?.iter().map(open).collect()
}

/// When the next job is due, if there is one.
pub async fn next_at(db: &Db, kind: Kind) -> Result<Option<UnixMillis>> {
    let query = sql(db.read(), "SELECT MIN(run_at) AS at FROM jobs WHERE kind = $1", [kind.as_str().into()]);
    let row = db.read().query_one_raw(query).await?;
    Ok(row.and_then(|row| row.try_get::<Option<i64>>("", "at").ok().flatten()).map(UnixMillis))
}

/// It is done, or will never be.
pub async fn remove(db: &Db, id: JobId) -> Result<()> {
    let statement = job::Entity::delete_by_id(id).build(db.backend());
    db.change(statement).await?;
    Ok(())
}

/// It failed and will be tried again, unless somebody else has taken it meanwhile.
pub async fn retry(db: &Db, job: &Job, at: UnixMillis, error: &str) -> Result<()> {
    let error: String = error.chars().take(300).collect();
    let statement = job::Entity::update_many()
        .col_expr(job::Column::RunAt, at.0.into())
        .col_expr(job::Column::LastError, error.into())
        .filter(job::Column::Id.eq(job.id))
        .filter(job::Column::Attempts.eq(job.attempts))
        .build(db.backend());
    db.change(statement).await?;
    Ok(())
}

/// How the queue stands, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How many jobs there are.
    pub waiting: u64,
    /// How many of them have failed at least once.
    pub failing: u64,
    /// Since when the oldest waits.
    pub oldest: Option<UnixMillis>,
    /// Why the latest of those that fail does.
    pub last_error: Option<String>,
}

/// How the letters in the queue stand, written or not.
pub async fn letters(db: &Db) -> Result<Standing> {
    #[derive(FromQueryResult)]
    struct Counted {
        waiting: i64,
        failing: i64,
        oldest: Option<i64>,
        last_error: Option<String>,
    }
    let text = "SELECT COUNT(*) AS waiting, COUNT(last_error) AS failing, MIN(created_at) AS oldest, \
         (SELECT last_error FROM jobs WHERE kind IN ($1, $2) AND last_error IS NOT NULL ORDER BY created_at DESC LIMIT 1) AS last_error \
         FROM jobs WHERE kind IN ($1, $2)";
    let kinds = [Kind::Letter, Kind::EmailChallenge].map(|kind| kind.as_str().into());
    let row = Counted::find_by_statement(sql(db.read(), text, kinds)).one(db.read()).await?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(row.map_or(Standing { waiting: 0, failing: 0, oldest: None, last_error: None }, |row| Standing {
        waiting: count(row.waiting),
        failing: count(row.failing),
        oldest: row.oldest.map(UnixMillis),
        last_error: row.last_error,
    }))
}

fn identity(id: JobId) -> String {
    format!("jobs.payload {id}")
}

pub(crate) fn tables(schema: &Schema) -> Vec<TableCreateStatement> {
    vec![schema.create_table_from_entity(job::Entity)]
}
