//! Group commit for SQLite: changes whose statements need nothing in between, from many requests at
//! once, share one transaction and so one wait for the disk. Each is answered only when it is on it.
//!
//! There is no writer task: whoever finds nobody writing writes for all that come meanwhile, on its own
//! thread, so that a change that comes alone wakes no other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::oneshot;

use super::script::script;

/// More than this would make the first of a batch wait too long for the last.
const LARGEST: usize = 64;

type Rows = Result<Vec<QueryResult>, DbErr>;

struct Change {
    statements: Vec<Statement>,
    answer: oneshot::Sender<Rows>,
}

/// The queue before the writer.
#[derive(Clone)]
pub(super) struct Group {
    write: DatabaseConnection,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    changes: Vec<Change>,
    /// Somebody writes, and will look here again.
    led: bool,
}

impl Group {
    /// Nobody writes yet.
    pub(super) fn new(write: DatabaseConnection) -> Self {
        Self { write, queue: Arc::default() }
    }

    /// Makes a change, and gives what its statements return once it is durable.
    pub(super) async fn change(&self, statements: Vec<Statement>) -> Rows {
        let (answer, rows) = oneshot::channel();
        let lead = {
            let mut queue = self.lock();
            queue.changes.push(Change { statements, answer });
            !std::mem::replace(&mut queue.led, true)
        };
        if lead {
            // A task of its own: a request that is given up must not take the others' changes with it.
            tokio::spawn(Leader(self.clone()).lead());
        }
        rows.await.map_err(|_| DbErr::Custom("the writer has stopped".into()))?
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever writes. When it ends for whatever reason, nobody is left waiting for it.
struct Leader(Group);

impl Leader {
    async fn lead(self) {
        while let Some(batch) = self.next() {
            write(&self.0.write, batch).await;
        }
    }

    fn next(&self) -> Option<Vec<Change>> {
        let mut queue = self.0.lock();
        let most = queue.changes.len().min(LARGEST);
        queue.led = most > 0;
        (most > 0).then(|| queue.changes.drain(..most).collect())
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        if queue.led {
            *queue = Queue::default();
        }
    }
}

async fn write(write: &DatabaseConnection, batch: Vec<Change>) {
    if batch.len() > 1 {
        return together(write, batch).await;
    }
    for Change { statements, answer } in batch {
        let _ = answer.send(alone(write, statements).await);
    }
}

/// One trip. A single statement is its own transaction; several bring theirs along.
async fn alone(write: &DatabaseConnection, mut statements: Vec<Statement>) -> Rows {
    if statements.len() == 1 {
        return write.query_all_raw(statements.remove(0)).await;
    }
    let plain = |text: &str| Statement::from_string(DbBackend::Sqlite, text);
    let whole = std::iter::once(plain("BEGIN IMMEDIATE")).chain(statements).chain([plain("COMMIT")]);
    let rows = write.query_all_raw(script(whole.collect())).await;
    if rows.is_err() {
        // It stopped in the middle, and the one connection is still in the transaction.
        let _ = write.execute_raw(plain("ROLLBACK")).await;
    }
    rows
}

/// One transaction, one trip for each change. Should one of them fail, none is kept, and each is made again
/// alone: what fails then undoes itself and nothing else.
async fn together(write: &DatabaseConnection, batch: Vec<Change>) {
    match try_together(write, &batch).await {
        Ok(done) => {
            for (Change { answer, .. }, rows) in batch.into_iter().zip(done) {
                let _ = answer.send(Ok(rows));
            }
        }
        Err(_) => {
            for Change { statements, answer } in batch {
                let _ = answer.send(alone(write, statements).await);
            }
        }
    }
}

async fn try_together(write: &DatabaseConnection, batch: &[Change]) -> Result<Vec<Vec<QueryResult>>, DbErr> {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let transaction = write.begin_with_options(options).await?;
    let mut done = Vec::with_capacity(batch.len());
    for Change { statements, .. } in batch {
        let statement = if let [one] = statements.as_slice() { one.clone() } else { script(statements.clone()) };
        done.push(transaction.query_all_raw(statement).await?);
    }
    transaction.commit().await?;
    Ok(done)
}
