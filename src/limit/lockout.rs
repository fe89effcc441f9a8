//! Consecutive failures. Every attempt is counted as a failure before it is checked and forgiven when
//! it succeeds, so that a hundred guesses at once are a hundred (NIST SP 800-63B-4 §3.2.2).

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Schema, Statement, Value};

use super::{Action, bucket};
use crate::app::App;
use crate::crypto::Purpose;
use crate::db::{Row, sql};
use crate::error::Result;
use crate::types::{EmailAddress, UnixMillis, UserId};
use crate::work::Work;

mod lockout {
    use sea_orm::entity::prelude::*;

    use crate::types::{UnixMillis, UserId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lockouts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub key: Vec<u8>,
        pub user_id: Option<UserId>,
        pub failures: i64,
        pub next_at: UnixMillis,
        pub last_failed_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Whether a password may be tried now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Yes, and it has been counted. `last`: if this one fails as well, only recovery helps.
    Allowed {
        /// No further attempt will be allowed.
        last: bool,
    },
    /// Not yet.
    Wait(Duration),
    /// Never again without recovery.
    Locked,
}

/// What failures on this account are counted under, from anywhere.
pub fn key_of_account(app: &App, address: &EmailAddress) -> Vec<u8> {
    app.crypto.mark(Purpose::Limit, &[b"lockout", address.canonical().as_bytes()]).to_vec()
}

/// What failures on this account are counted under on a device that its owner uses: strangers' failures are not among them.
pub fn key_of_account_on_device(app: &App, address: &EmailAddress, device: &[u8]) -> Vec<u8> {
    app.crypto.mark(Purpose::Limit, &[b"lockout", address.canonical().as_bytes(), device]).to_vec()
}

/// The wait after so many failures, in SQL: none for five, then doubling from two seconds to a
/// minute, a quarter of an hour after twenty.
const DELAY: &str = "CASE WHEN lockouts.failures < 5 THEN 0 WHEN lockouts.failures < 6 THEN 2000 WHEN lockouts.failures < 7 THEN 4000 \
     WHEN lockouts.failures < 8 THEN 8000 WHEN lockouts.failures < 9 THEN 16000 WHEN lockouts.failures < 10 THEN 32000 \
     WHEN lockouts.failures < 20 THEN 60000 ELSE 900000 END";

/// Takes the limits of a password attempt, and counts it as a failure if they and the lockout allow it.
/// `look`, which returns one row, goes along in the same trip to the database; its row comes back.
pub async fn attempt(
    app: &App,
    actions: &[Action<'_>],
    (key, address): (&[u8], &EmailAddress),
    look: Option<Statement>,
) -> Result<(Attempt, Option<Row>)> {
    let now = app.clock.now();
    let buckets = bucket::Buckets::new(app, actions, now);
    let (mut statements, taken) = (buckets.statement(app.db.write()), buckets.keys().len());
    statements.push(count(app, buckets.keys(), (key, address), now));
    let looks = look.is_some();
    statements.extend(look);
    let mut rows = app.db.change_in_order(statements).await?;
    let found = if looks { rows.pop() } else { None };
    Ok((judge(app, &rows, taken, key, now).await?, found))
}

async fn judge(app: &App, rows: &[Row], taken: usize, key: &[u8], now: UnixMillis) -> Result<Attempt> {
    if let Some(wait) = bucket::wait(&rows[..taken], now)? {
        return Ok(Attempt::Wait(wait));
    }
    let most = i64::from(app.config.limits.password_failures);
    if let Some(row) = rows.get(taken) {
        return Ok(Attempt::Allowed { last: row.get::<i64>("failures")? >= most });
    }
    let look = sql(app.db.write(), "SELECT failures, next_at FROM lockouts WHERE key = $1", [key.to_vec().into()]);
    let row = app.db.write().query_one_raw(look).await?.map(Row::from);
    // Forgiven in this very moment, if there is none.
    let Some(row) = row else { return Ok(Attempt::Wait(Duration::from_secs(1))) };
    if row.get::<i64>("failures")? >= most {
        return Ok(Attempt::Locked);
    }
    Ok(Attempt::Wait(UnixMillis(row.get("next_at")?).since(now).max(Duration::from_secs(1))))
}

/// Counts an attempt, unless the last use of one of these buckets was refused. The statement before is
/// that use: an attempt that the limits refuse must not bring the account nearer to its lockout.
fn count(app: &App, buckets: &[Vec<u8>], (key, address): (&[u8], &EmailAddress), now: UnixMillis) -> Statement {
    let most = i64::from(app.config.limits.password_failures);
    let mut values: Vec<Value> = vec![key.to_vec().into(), address.canonical().into(), now.0.into(), most.into()];
    values.extend(buckets.iter().map(|key| Value::from(key.clone())));
    let places: Vec<_> = (5..=values.len()).map(|place| format!("${place}")).collect();
    // Never without a WHERE: SQLite would read the ON behind it as part of a join.
    let allowed = match places.as_slice() {
        [] => "TRUE".to_owned(),
        places => format!("NOT EXISTS (SELECT 1 FROM limit_buckets WHERE key IN ({}) AND NOT granted)", places.join(", ")),
    };
    let text = format!(
        "INSERT INTO lockouts (key, user_id, failures, next_at, last_failed_at) \
         SELECT $1, (SELECT user_id FROM emails WHERE canonical = $2), 1, $3, $3 WHERE {allowed} \
         ON CONFLICT (key) DO UPDATE SET failures = lockouts.failures + 1, last_failed_at = $3, next_at = $3 + {DELAY}, \
         user_id = COALESCE(excluded.user_id, lockouts.user_id) \
         WHERE lockouts.next_at <= $3 AND lockouts.failures < $4 RETURNING failures, next_at"
    );
    Statement::from_sql_and_values(app.db.backend(), text, values)
}

/// Forgets failures, because the password was right.
pub fn forgive(work: &mut Work<'_>, key: &[u8]) {
    work.at_last(&lockout::Entity::delete_many().filter(lockout::Column::Key.eq(key)));
}

/// Forgets all failures of a person, because an operator said so or the password is a new one.
pub async fn forgive_user(db: &impl ConnectionTrait, user: UserId) -> Result<()> {
    lockout::Entity::delete_many().filter(lockout::Column::UserId.eq(user)).exec(db).await?;
    Ok(())
}

/// Removes counters of addresses that nobody has. Those of people stay until forgiven, for the limit is "ever".
pub async fn remove_forgotten(db: &impl ConnectionTrait, before: UnixMillis) -> Result<u64> {
    let gone = lockout::Entity::delete_many()
        .filter(lockout::Column::UserId.is_null())
        .filter(lockout::Column::LastFailedAt.lt(before))
        .exec(db)
        .await?;
    Ok(gone.rows_affected)
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(lockout::Entity)
}
