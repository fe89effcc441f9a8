//! The generic cell rate algorithm, as one upsert: a row says when the next use would arrive if uses
//! came evenly; a use is granted while that is not further ahead than the burst.

use std::time::Duration;

use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Schema, Statement, Value};

use super::Action;
use crate::app::App;
use crate::config::Rate;
use crate::crypto::Purpose;
use crate::db::{Condition, Row};
use crate::error::{Error, Result};
use crate::types::UnixMillis;

mod limit_bucket {
    use sea_orm::entity::prelude::*;

    use crate::types::UnixMillis;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "limit_buckets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub key: Vec<u8>,
        pub arrival: UnixMillis,
        pub step: i64,
        pub burst: i64,
        pub granted: bool,
        pub expires_at: UnixMillis,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

struct Taken {
    key: Vec<u8>,
    arrival: i64,
    step: i64,
    burst: i64,
    granted: bool,
}

/// Uses each of these actions once, all in one statement of its own (not in the caller's transaction:
/// a refused request counts as well). Refuses with the longest wait if any has been used up.
pub async fn take(app: &App, actions: &[Action<'_>]) -> Result<()> {
    let now = app.clock.now();
    let statements = Buckets::new(app, actions, now).statement(app.db.write());
    let answer = app.db.change_in_order(statements).await?;
    match wait(&answer, now)? {
        None => Ok(()),
        Some(retry_after) => Err(Error::TooMany { retry_after }),
    }
}

/// Uses each of these actions once, and says of each how long to wait where it was refused.
pub async fn draw(app: &App, actions: &[Action<'_>]) -> Result<Vec<Option<Duration>>> {
    let draw = Draw::new(app, actions, app.clock.now());
    let answer = app.db.change_in_order(draw.statements(app.db.write())).await?;
    draw.waits(&answer)
}

/// Limits that are drawn in the very change that they allow: what depends on them asks in its own statement.
pub struct Draw {
    buckets: Buckets,
    keys: Vec<Vec<u8>>,
}

impl Draw {
    /// Uses each of these actions once, when its statements run.
    pub fn new(app: &App, actions: &[Action<'_>], now: UnixMillis) -> Self {
        let keys: Vec<_> = actions.iter().map(|action| key(app, action)).collect();
        Self { buckets: Buckets::of(app, actions, &keys, now), keys }
    }

    /// What has to run before whatever depends on it.
    pub fn statements(&self, db: &impl ConnectionTrait) -> Vec<Statement> {
        self.buckets.statement(db)
    }

    /// Granted if none of the first `count` actions was refused.
    pub fn granted(&self, count: usize) -> Granted {
        Granted(self.keys.iter().take(count).filter(|key| self.buckets.keys.contains(key)).cloned().collect())
    }

    /// How long to wait for each action that was refused, from the rows that its statements returned.
    pub fn waits(&self, answer: &[Row]) -> Result<Vec<Option<Duration>>> {
        let taken = answer.iter().map(Taken::read).collect::<Result<Vec<_>>>()?;
        let wait = |key: &Vec<u8>| taken.iter().find(|row| row.key == *key && !row.granted).map(|row| row.wait(self.buckets.now));
        Ok(self.keys.iter().map(wait).collect())
    }
}

/// The condition that some limits, drawn in the same change, were not refused.
pub struct Granted(Vec<Vec<u8>>);

impl Granted {
    /// For the rows that depend on it.
    pub fn holds(&self) -> Option<Condition> {
        let places = vec!["?"; self.0.len()].join(", ");
        let text = format!("NOT EXISTS (SELECT 1 FROM limit_buckets WHERE key IN ({places}) AND NOT granted)");
        (!self.0.is_empty()).then(|| Condition::new(text, self.0.iter().map(|key| Value::from(key.clone()))))
    }
}

impl Taken {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            key: row.get("key")?,
            arrival: row.get("arrival")?,
            step: row.get("step")?,
            burst: row.get("burst")?,
            granted: row.get("granted")?,
        })
    }

    /// Until a refused use would be granted; at least a second.
    fn wait(&self, now: UnixMillis) -> Duration {
        let millis = self.arrival + self.step - self.burst - now.0;
        Duration::from_millis(u64::try_from(millis).unwrap_or(0).max(1000))
    }
}

fn key(app: &App, action: &Action<'_>) -> Vec<u8> {
    app.crypto.mark(Purpose::Limit, &[&action.key()]).to_vec()
}

/// How long until the longest of the refused uses would be granted; nothing if all were.
pub(super) fn wait(answer: &[Row], now: UnixMillis) -> Result<Option<Duration>> {
    let taken = answer.iter().map(Taken::read).collect::<Result<Vec<_>>>()?;
    Ok(taken.iter().filter(|row| !row.granted).map(|row| row.wait(now)).max())
}

/// The buckets that some actions draw from.
pub(super) struct Buckets {
    keys: Vec<Vec<u8>>,
    rates: Vec<Rate>,
    now: UnixMillis,
}

impl Buckets {
    /// None where limits are switched off.
    pub(super) fn new(app: &App, actions: &[Action<'_>], now: UnixMillis) -> Self {
        let keys: Vec<_> = actions.iter().map(|action| key(app, action)).collect();
        Self::of(app, actions, &keys, now)
    }

    fn of(app: &App, actions: &[Action<'_>], keys: &[Vec<u8>], now: UnixMillis) -> Self {
        let limits = &app.config.limits;
        let row = |(action, key): (&Action<'_>, &Vec<u8>)| (key.clone(), action.rate(limits));
        let mut rows: Vec<_> = actions.iter().zip(keys).filter(|_| limits.enabled).map(row).collect();
        // Every replica locks rows in one order, so that none waits for another in a circle.
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let (keys, rates) = rows.into_iter().unzip();
        Self { keys, rates, now }
    }

    pub(super) fn keys(&self) -> &[Vec<u8>] {
        &self.keys
    }

    /// The statement that draws from all of them, if there are any.
    pub(super) fn statement(&self, db: &impl ConnectionTrait) -> Vec<Statement> {
        if self.keys.is_empty() {
            return Vec::new();
        }
        let mut values: Vec<Value> = vec![self.now.0.into()];
        let mut places = Vec::with_capacity(self.keys.len());
        for (key, rate) in self.keys.iter().zip(&self.rates) {
            let burst = i64::try_from(rate.per.as_millis()).unwrap_or(i64::MAX / 4);
            let step = (burst / i64::from(rate.count.max(1))).max(1);
            let at = values.len();
            places.push(format!("(${}, ${} + $1, ${}, ${}, TRUE, ${})", at + 1, at + 2, at + 2, at + 3, at + 4));
            values.extend([key.clone().into(), step.into(), burst.into(), (self.now.0 + burst).into()]);
        }
        // `later`: the arrival this use would lead to.
        let later = "(CASE WHEN limit_buckets.arrival > $1 THEN limit_buckets.arrival ELSE $1 END + excluded.step)";
        let sql = format!(
            "INSERT INTO limit_buckets (key, arrival, step, burst, granted, expires_at) VALUES {} \
             ON CONFLICT (key) DO UPDATE SET step = excluded.step, burst = excluded.burst, expires_at = excluded.expires_at, \
             granted = ({later} - $1 <= excluded.burst), \
             arrival = CASE WHEN {later} - $1 <= excluded.burst THEN {later} ELSE limit_buckets.arrival END \
             RETURNING key, arrival, step, burst, granted",
            places.join(", ")
        );
        vec![Statement::from_sql_and_values(db.get_database_backend(), sql, values)]
    }
}

/// Removes those of the next `limit` buckets after `after` that are full again. Says how many went, and the last that was looked at;
/// nothing if there is none after it.
///
/// Their keys lead through the table, and no index of their times: each use would have to keep that in order.
pub async fn remove_expired(db: &impl ConnectionTrait, now: UnixMillis, (after, limit): (&[u8], u64)) -> Result<(u64, Option<Vec<u8>>)> {
    let next = limit_bucket::Entity::find()
        .select_only()
        .column(limit_bucket::Column::Key)
        .filter(limit_bucket::Column::Key.gt(after.to_vec()))
        .order_by_asc(limit_bucket::Column::Key)
        .limit(limit);
    let keys: Vec<Vec<u8>> = next.into_tuple().all(db).await?;
    let Some(last) = keys.last().cloned() else { return Ok((0, None)) };
    let removed = limit_bucket::Entity::delete_many()
        .filter(limit_bucket::Column::Key.gt(after.to_vec()))
        .filter(limit_bucket::Column::Key.lte(last.clone()))
        .filter(limit_bucket::Column::ExpiresAt.lt(now))
        .exec(db)
        .await?;
    Ok((removed.rows_affected, Some(last)))
}

pub(super) fn table(schema: &Schema) -> TableCreateStatement {
    schema.create_table_from_entity(limit_bucket::Entity)
}
