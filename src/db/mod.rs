//! The database: connect, read, begin. The only caller of `begin_with_options`.
//!
//! SQLite has one writer at a time, a fair queue, and several readers that cannot write; PostgreSQL has
//! one pool for both.

mod direct;
mod failure;
mod group;
mod insert;
mod row;
mod script;
mod transaction;

pub use insert::{Condition, insert};
pub use row::Row;
pub use transaction::{Transaction, run_all};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use housekey_migrations::Migrator;
use housekey_migrations::MigratorTrait;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use secrecy::ExposeSecret;

use self::direct::Readers;
use self::failure::is_locked;
use self::group::Group;
use crate::config;
use crate::error::{Error, Result};

const ACQUIRE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// How many pages SQLite's log gets before they go to their places: 16 MiB. What is written again and again goes there once.
const LOG_PAGES: i64 = 4000;
const POSTGRES_CONNECTIONS: u32 = 16;
/// After so long a connection may have been cut without our knowing.
const QUIET: Duration = Duration::from_secs(5);
/// A number of our own for PostgreSQL's advisory locks: "hkey".
const STARTUP_LOCK: i64 = 0x686b_6579;

/// Open connections to the one database.
#[derive(Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    group: Option<Group>,
    readers: Option<Arc<Readers>>,
}

impl Db {
    /// Connects; creates the SQLite file if there is none. Migrates nothing.
    pub async fn connect(database: &config::Database) -> Result<Self, DbErr> {
        match database {
            config::Database::Sqlite(path) => Self::sqlite(path).await,
            config::Database::Postgres(url) => {
                let mut options = ConnectOptions::new(url.expose_secret().to_owned());
                options
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(ACQUIRE)
                    .connect_timeout(ACQUIRE)
                    // One that was in use just now is there; asking each time would double the trips.
                    .test_before_acquire_if_idle_for(QUIET)
                    .sqlx_logging_level(log::LevelFilter::Trace);
                let pool = Database::connect(options).await?;
                Ok(Self { read: pool.clone(), write: pool, group: None, readers: None })
            }
        }
    }

    async fn sqlite(path: &Path) -> Result<Self, DbErr> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| DbErr::Custom(format!("cannot create {}: {error}", folder.display())))?;
        }
        let open = |connections: u32, writes: bool| {
            // The path goes in by `map`, not by URL: a URL would give `?` and `%` in it a meaning.
            let path = path.to_owned();
            let mut options = ConnectOptions::new("sqlite:");
            options
                .max_connections(connections)
                .min_connections(1)
                .acquire_timeout(ACQUIRE)
                // A file does not hang up: asking before each use would double the trips to its thread.
                .test_before_acquire(false)
                .sqlx_logging_level(log::LevelFilter::Trace)
                .map_sqlx_sqlite_opts(move |options| {
                    let options = options
                        .filename(&path)
                        .create_if_missing(true)
                        .journal_mode(SqliteJournalMode::Wal)
                        // A commit that was answered is on the disk, even if the power fails.
                        .synchronous(SqliteSynchronous::Full)
                        .busy_timeout(ACQUIRE)
                        .foreign_keys(true)
                        .pragma("wal_autocheckpoint", LOG_PAGES.to_string())
                        .pragma("trusted_schema", "OFF");
                    if writes { options.optimize_on_close(true, None) } else { options.pragma("query_only", "ON") }
                });
            Database::connect(options)
        };
        let write = patiently(|| open(1, true)).await?;
        let read = patiently(|| open(READERS, false)).await?;
        let group = Some(Group::open(path)?);
        let readers = Some(Arc::new(Readers::new(path.to_owned())));
        Ok(Self { read, write, group, readers })
    }

    /// For queries outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For single statements that are a whole change by themselves.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// The rows of a query by an index. On SQLite it is answered at once, on this very thread: a trip to another one would cost
    /// more than the answer.
    pub async fn look(&self, query: Statement) -> Result<Vec<Row>> {
        match &self.readers {
            Some(readers) => readers.look(&query),
            None => Ok(rows(self.read.query_all_raw(query).await?)),
        }
    }

    /// Makes a change that is one statement, and gives the rows it returns once it is durable. Those
    /// of requests that come at once are committed together.
    pub async fn change(&self, statement: Statement) -> Result<Vec<Row>> {
        self.change_in_order(vec![statement]).await
    }

    /// Makes a change of several statements, of which a later one may see what an earlier one did. Gives
    /// the rows of all, in order.
    pub async fn change_in_order(&self, mut statements: Vec<Statement>) -> Result<Vec<Row>> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(group) = &self.group {
            return group.change(statements).await;
        }
        if statements.len() == 1 {
            return Ok(rows(self.write.query_all_raw(statements.remove(0)).await?));
        }
        let transaction = self.begin().await?;
        let mut all = Vec::new();
        for statement in statements {
            all.extend(transaction.query_all_raw(statement).await?);
        }
        transaction.commit().await?;
        Ok(rows(all))
    }

    /// Which SQL it speaks.
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Begins a change. Immediate on SQLite: a transaction that turned from reading to writing later
    /// would fail whenever another one wrote in between.
    pub async fn begin(&self) -> Result<Transaction> {
        let turn = match &self.group {
            None => None,
            Some(group) => match tokio::time::timeout(ACQUIRE, group.turn().lock_owned()).await {
                Ok(turn) => Some(turn),
                Err(_) => return Err(Error::Busy { retry_after: Duration::from_secs(2) }),
            },
        };
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        Ok(Transaction::new(self.write.begin_with_options(options).await?, turn))
    }

    /// Brings the schema up to date. Two replicas may do this at once: the second waits, and finds nothing to do.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        match self.backend() {
            DbBackend::Postgres => {
                // The lock belongs to the connection of this transaction; the migrations run on others.
                let lock = self.write.begin_with_options(TransactionOptions::default()).await?;
                lock.execute_raw(sql(&lock, "SELECT pg_advisory_xact_lock($1)", [STARTUP_LOCK.into()])).await?;
                let migrated = Migrator::up(&self.write, None).await;
                lock.rollback().await?;
                migrated
            }
            _ => self.migrate_sqlite().await,
        }
    }

    /// SQLite has no lock that lives beside a transaction; two processes that begin at once meet at the
    /// migrations' own transactions, and the loser looks again.
    async fn migrate_sqlite(&self) -> Result<(), DbErr> {
        let mut tries = 0;
        loop {
            match Migrator::up(&self.write, None).await {
                Err(error) if tries < 20 => {
                    tries += 1;
                    tracing::debug!(%error, "another process is migrating; looking again");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                result => return result,
            }
        }
    }

    /// Whether every migration has run, in one query.
    pub async fn is_current(&self) -> bool {
        let expected = Migrator::migrations().len();
        let count = sql(&self.read, "SELECT COUNT(*) AS n FROM seaql_migrations", []);
        let row = self.read.query_one_raw(count).await.ok().flatten();
        row.and_then(|row| row.try_get::<i64>("", "n").ok()).is_some_and(|n| usize::try_from(n).is_ok_and(|n| n >= expected))
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<()> {
        self.read.ping().await?;
        Ok(())
    }

    /// Closes all connections; SQLite's log is folded into its file.
    pub async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close();
        }
        if let Some(group) = &self.group {
            group.close().await;
        }
        let _ = self.read.close_by_ref().await;
        let _ = self.write.close_by_ref().await;
    }
}

fn rows(fetched: Vec<sea_orm::QueryResult>) -> Vec<Row> {
    fetched.into_iter().map(Row::from).collect()
}

/// Opens SQLite's file, and tries again while another process turns it to WAL or recovers it: for
/// neither does SQLite let anybody wait.
async fn patiently<O: Future<Output = Result<DatabaseConnection, DbErr>>>(open: impl Fn() -> O) -> Result<DatabaseConnection, DbErr> {
    let mut tries = 0;
    loop {
        match open().await {
            Err(error) if is_locked(&error) && tries < 200 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            result => return result,
        }
    }
}

/// Removes at most `limit` rows that are over, and says how many went. A row that comes back to life
/// meanwhile stays.
pub async fn remove_some<E: EntityTrait>(db: &impl ConnectionTrait, key: E::Column, over: SimpleExpr, limit: u64) -> Result<u64> {
    let some = E::find().select_only().column(key).filter(over.clone()).limit(limit).into_query();
    Ok(E::delete_many().filter(key.in_subquery(some)).filter(over).exec(db).await?.rows_affected)
}

/// At the end of a query inside a change: what it found stays until the change is over. SQLite has one writer anyway.
pub fn held(db: DbBackend) -> &'static str {
    if db == DbBackend::Postgres { " FOR SHARE" } else { "" }
}

/// A statement by hand, for what the query builder cannot say. Placeholders are `$1`, `$2`, … on both databases.
pub fn sql<const N: usize>(db: &impl ConnectionTrait, text: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), text, values)
}
