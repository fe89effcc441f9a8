//! Group commit for SQLite: changes whose statements need nothing in between, from many requests at
//! once, share one transaction and so one wait for the disk. Each is answered only when it is on it.
//!
//! One thread writes them, on a connection of its own: a change costs one wake there and one back,
//! however many statements it has.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use sea_orm::{DbErr, Statement};
use tokio::sync::{Mutex, oneshot};

use super::direct::run;
use super::{ACQUIRE, LOG_PAGES, Row};
use crate::error::{Error, Result};

/// More than this would make the first of a batch wait too long for the last.
const LARGEST: usize = 64;
/// Texts that are kept prepared.
const PREPARED: usize = 128;

struct Change {
    statements: Vec<Statement>,
    answer: oneshot::Sender<Result<Vec<Row>>>,
}

enum Message {
    Change(Change),
    /// Nothing more comes; answered when the file is closed.
    Close(oneshot::Sender<()>),
}

/// The queue before the writer.
#[derive(Clone)]
pub(super) struct Group {
    queue: Sender<Message>,
    turn: Arc<Mutex<()>>,
}

impl Group {
    /// Opens the file for the writer, and starts it. The file is there, and in WAL mode.
    pub(super) fn open(path: &Path) -> Result<Self, DbErr> {
        let wrong = |error: &dyn std::fmt::Display| DbErr::Custom(format!("cannot open {}: {error}", path.display()));
        let db = Connection::open(path).and_then(|db| prepare(&db).map(|()| db)).map_err(|error| wrong(&error))?;
        let (queue, changes) = channel();
        let turn = Arc::new(Mutex::new(()));
        let writer = Writer { db, changes, turn: Arc::clone(&turn) };
        std::thread::Builder::new().name("writer".into()).spawn(move || writer.run()).map_err(|error| wrong(&error))?;
        Ok(Self { queue, turn })
    }

    /// Makes a change, and gives what its statements return once it is durable.
    pub(super) async fn change(&self, statements: Vec<Statement>) -> Result<Vec<Row>> {
        let (answer, rows) = oneshot::channel();
        let gone = || Error::broken("the database refused", "the writer has stopped");
        self.queue.send(Message::Change(Change { statements, answer })).map_err(|_| gone())?;
        rows.await.map_err(|_| gone())?
    }

    /// Whoever holds it writes; the others wait in the order in which they came, which SQLite by itself
    /// would not keep.
    pub(super) fn turn(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.turn)
    }

    /// Makes the changes that have come, and closes the file.
    pub(super) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.queue.send(Message::Close(closed)).is_ok() {
            let _ = done.await;
        }
    }
}

fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(ACQUIRE)?;
    db.set_prepared_statement_cache_capacity(PREPARED);
    // A commit that was answered is on the disk, even if the power fails.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "trusted_schema", false)
}

struct Writer {
    db: Connection,
    changes: Receiver<Message>,
    turn: Arc<Mutex<()>>,
}

impl Writer {
    fn run(self) {
        while let Ok(message) = self.changes.recv() {
            let mut close = None;
            let mut batch = Vec::new();
            for message in std::iter::once(message).chain(self.changes.try_iter()) {
                match message {
                    Message::Change(change) => batch.push(change),
                    Message::Close(closed) => close = Some(closed),
                }
                if batch.len() == LARGEST || close.is_some() {
                    break;
                }
            }
            self.write(batch);
            if let Some(closed) = close {
                drop(self.db);
                let _ = closed.send(());
                return;
            }
        }
    }

    /// One transaction. Should a change fail, none is kept, and each is made again alone: what fails then
    /// undoes itself and nothing else.
    fn write(&self, batch: Vec<Change>) {
        let turn = self.turn.blocking_lock();
        let made = self.make(&batch);
        match made {
            Ok(rows) => {
                drop(turn);
                for (Change { answer, .. }, rows) in batch.into_iter().zip(rows) {
                    let _ = answer.send(Ok(rows));
                }
            }
            Err(error) if batch.len() == 1 => {
                for Change { answer, .. } in batch {
                    let _ = answer.send(Err(Error::from(&error)));
                }
            }
            Err(error) => {
                tracing::debug!(%error, changes = batch.len(), "a batch failed; each change is made again alone");
                for change in batch {
                    let made = self.make(std::slice::from_ref(&change));
                    let rows = made.map(|mut rows| rows.pop().unwrap_or_default());
                    let _ = change.answer.send(rows.map_err(|error| Error::from(&error)));
                }
            }
        }
    }

    /// The rows of each change. Dropped on the way, the transaction is rolled back.
    fn make(&self, batch: &[Change]) -> rusqlite::Result<Vec<Vec<Row>>> {
        let transaction = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let mut done = Vec::with_capacity(batch.len());
        for change in batch {
            let mut rows = Vec::new();
            for statement in &change.statements {
                run(&self.db, statement, &mut rows)?;
            }
            done.push(rows);
        }
        transaction.commit()?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, Value};

    use super::*;

    fn insert(id: i64) -> Statement {
        Statement::from_sql_and_values(DbBackend::Sqlite, "INSERT INTO t (id) VALUES ($1) RETURNING id", [id.into()])
    }

    fn group() -> (Group, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0)").unwrap();
        (Group::open(&path).unwrap(), folder)
    }

    #[tokio::test]
    async fn everybody_gets_the_rows_of_their_own_change() {
        let (group, _folder) = group();
        let changes = (0..100).map(|id| {
            let more = Statement::from_sql_and_values(
                DbBackend::Sqlite,
                "UPDATE t SET n = $2 WHERE id = $1 RETURNING n AS id",
                [id.into(), (id * 7).into()],
            );
            let statements = match id % 3 {
                0 => vec![insert(id)],
                1 => vec![insert(id), more],
                _ => vec![more],
            };
            let group = group.clone();
            async move { (id, group.change(statements).await.unwrap()) }
        });
        for (id, rows) in futures_util::future::join_all(changes).await {
            let values: Vec<i64> = rows.iter().map(|row| row.get("id").unwrap()).collect();
            let expected = match id % 3 {
                0 => vec![id],
                1 => vec![id, id * 7],
                _ => vec![],
            };
            assert_eq!(values, expected, "{id}");
        }
    }

    #[tokio::test]
    async fn a_change_that_fails_undoes_itself_alone() {
        let (group, _folder) = group();
        group.change(vec![insert(50)]).await.unwrap();
        // Every tenth trips over what is there, in its second statement.
        let changes = (0..40).map(|id| {
            let second = if id % 10 == 0 { insert(50) } else { insert(1000 + id) };
            let group = group.clone();
            async move { (id, group.change(vec![insert(id), second]).await.is_ok()) }
        });
        for (id, fine) in futures_util::future::join_all(changes).await {
            assert_eq!(fine, id % 10 != 0, "{id}");
        }
        let count = Statement::from_string(DbBackend::Sqlite, "SELECT COUNT(*) AS n FROM t");
        let rows = group.change(vec![count]).await.unwrap();
        assert_eq!(rows[0].get::<i64>("n").unwrap(), 1 + 36 * 2);
        assert!(group.change(vec![insert(2000)]).await.is_ok(), "the connection is free again");
    }

    #[tokio::test]
    async fn a_change_waits_for_its_turn_and_for_nothing_else() {
        let (group, _folder) = group();
        let turn = group.turn().lock_owned().await;
        let mut change = std::pin::pin!(group.change(vec![insert(1)]));
        assert!(futures_util::poll!(&mut change).is_pending());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert!(futures_util::poll!(&mut change).is_pending(), "somebody else writes");
        drop(turn);
        assert_eq!(change.await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_change_whose_request_is_given_up_is_made_or_not_and_holds_up_nobody() {
        let (group, _folder) = group();
        for id in 0..20 {
            let mut change = std::pin::pin!(group.change(vec![insert(id)]));
            assert!(futures_util::poll!(&mut change).is_pending());
        }
        assert!(group.change(vec![insert(100)]).await.is_ok());
    }

    #[tokio::test]
    async fn what_came_before_the_end_is_made_and_what_comes_after_is_refused() {
        let (group, folder) = group();
        let mut change = std::pin::pin!(group.change(vec![insert(1)]));
        assert!(futures_util::poll!(&mut change).is_pending());
        group.close().await;
        assert!(change.await.is_ok());
        assert!(group.change(vec![insert(2)]).await.is_err());
        assert!(!folder.path().join("t.db-wal").exists(), "the log is folded into the file");
    }

    #[tokio::test]
    async fn places_stand_in_any_order_and_values_are_of_every_kind() {
        let (group, _folder) = group();
        let id = uuid::Uuid::from_u128(7);
        let values: [Value; 6] = [true.into(), 3.into(), "three".into(), vec![1u8, 2].into(), id.into(), None::<i64>.into()];
        let text = "SELECT $3 AS text, $1 AS yes, $2 AS number, $5 AS id, $4 AS bytes, $6 AS empty, $2 AS again";
        let rows = group.change(vec![Statement::from_sql_and_values(DbBackend::Sqlite, text, values)]).await.unwrap();
        let row = &rows[0];
        assert_eq!(row.get::<String>("text").unwrap(), "three");
        assert!(row.get::<bool>("yes").unwrap());
        assert_eq!((row.get::<i64>("number").unwrap(), row.get::<i64>("again").unwrap()), (3, 3));
        assert_eq!(row.get::<uuid::Uuid>("id").unwrap(), id);
        assert_eq!(row.get::<Vec<u8>>("bytes").unwrap(), [1, 2]);
        assert_eq!(row.get::<Option<i64>>("empty").unwrap(), None);
        assert!(row.get::<i64>("text").is_err() && row.get::<i64>("else").is_err());
        let places = Statement::from_sql_and_values(DbBackend::Sqlite, "SELECT ? AS a, ? AS b", [1.into(), 2.into()]);
        let rows = group.change(vec![places]).await.unwrap();
        assert_eq!((rows[0].get::<i64>("a").unwrap(), rows[0].get::<i64>("b").unwrap()), (1, 2));
    }
}
