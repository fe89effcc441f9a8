//! Group commit for SQLite: statements that are each a whole change by themselves, from many requests
//! at once, share one transaction and so one wait for the disk. Each is answered only when it is on it.
//!
//! There is no writer task: whoever finds nobody writing writes for all that come meanwhile, on its own
//! thread, so that a change that comes alone wakes no other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::oneshot;

/// More than this would make the first of a batch wait too long for the last.
const LARGEST: usize = 64;

type Rows = Result<Vec<QueryResult>, DbErr>;

struct Change {
    statement: Statement,
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

    /// Makes a change, and gives what it returns once it is durable.
    pub(super) async fn change(&self, statement: Statement) -> Rows {
        let (answer, rows) = oneshot::channel();
        let lead = {
            let mut queue = self.lock();
            queue.changes.push(Change { statement, answer });
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

async fn write(write: &DatabaseConnection, mut batch: Vec<Change>) {
    if batch.len() > 1 {
        return together(write, batch).await;
    }
    // Alone, a statement is its own transaction: two trips fewer.
    for Change { statement, answer } in batch.drain(..) {
        let _ = answer.send(write.query_all_raw(statement).await);
    }
}

/// A statement that fails undoes itself alone; what the others did is committed.
async fn together(write: &DatabaseConnection, batch: Vec<Change>) {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let transaction = match write.begin_with_options(options).await {
        Ok(transaction) => transaction,
        Err(error) => return refuse(batch.into_iter().map(|change| change.answer), &error),
    };
    let mut done = Vec::with_capacity(batch.len());
    for Change { statement, answer } in batch {
        done.push((answer, transaction.query_all_raw(statement).await));
    }
    match transaction.commit().await {
        Ok(()) => {
            for (answer, rows) in done {
                let _ = answer.send(rows);
            }
        }
        Err(error) => refuse(done.into_iter().map(|(answer, _)| answer), &error),
    }
}

fn refuse(answers: impl Iterator<Item = oneshot::Sender<Rows>>, error: &DbErr) {
    for answer in answers {
        let _ = answer.send(Err(DbErr::Custom(error.to_string())));
    }
}
