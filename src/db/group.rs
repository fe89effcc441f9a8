//! Group commit for SQLite: statements that are each a whole change by themselves, from many requests
//! at once, share one transaction and so one wait for the disk. Each is answered only when it is on it.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

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
    queue: mpsc::Sender<Change>,
}

impl Group {
    /// Starts the writer. It ends when the last [`Group`] is gone.
    pub(super) fn start(write: DatabaseConnection) -> Self {
        let (queue, changes) = mpsc::channel(1024);
        tokio::spawn(run(write, changes));
        Self { queue }
    }

    /// Makes a change, and gives what it returns once it is durable.
    pub(super) async fn change(&self, statement: Statement) -> Rows {
        let gone = || DbErr::Custom("the writer has stopped".into());
        let (answer, rows) = oneshot::channel();
        self.queue.send(Change { statement, answer }).await.map_err(|_| gone())?;
        rows.await.map_err(|_| gone())?
    }
}

async fn run(write: DatabaseConnection, mut changes: mpsc::Receiver<Change>) {
    let mut batch = Vec::new();
    while changes.recv_many(&mut batch, LARGEST).await > 0 {
        if batch.len() == 1 {
            // Alone, a statement is its own transaction: two round trips fewer.
            for Change { statement, answer } in batch.drain(..) {
                let _ = answer.send(write.query_all_raw(statement).await);
            }
        } else {
            together(&write, &mut batch).await;
        }
    }
}

/// A statement that fails undoes itself alone; what the others did is committed.
async fn together(write: &DatabaseConnection, batch: &mut Vec<Change>) {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let transaction = match write.begin_with_options(options).await {
        Ok(transaction) => transaction,
        Err(error) => return refuse(batch.drain(..).map(|change| change.answer), &error),
    };
    let mut done = Vec::with_capacity(batch.len());
    for Change { statement, answer } in batch.drain(..) {
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
