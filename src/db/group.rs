//! Group commit for SQLite: changes whose statements need nothing in between, from many requests at
//! once, share one transaction and so one wait for the disk. Each is answered only when it is on it.
//!
//! There is no writer task: whoever finds nobody writing writes for all that come meanwhile, on its own
//! thread, so that a change that comes alone wakes no other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use tokio::sync::oneshot;

use super::script::script;

/// More than this would make the first of a batch wait too long for the last.
const LARGEST: usize = 64;
/// How many changes go in one trip to the connection's thread.
const IN_ONE_TRIP: usize = 8;
/// What no statement of ours returns.
const MARK: &str = "housekey_end_of_change";

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
            tokio::spawn(Leader::new(self.clone()).lead());
        }
        rows.await.map_err(|_| DbErr::Custom("the writer has stopped".into()))?
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever writes. When it ends for whatever reason, nobody is left waiting for it.
struct Leader {
    group: Group,
    /// Until it found nothing more: from then on the queue may be another's.
    leads: bool,
}

impl Leader {
    fn new(group: Group) -> Self {
        Self { group, leads: true }
    }

    async fn lead(mut self) {
        while let Some(batch) = self.next() {
            write(&self.group.write, batch).await;
        }
    }

    fn next(&mut self) -> Option<Vec<Change>> {
        let mut queue = self.group.lock();
        let most = queue.changes.len().min(LARGEST);
        queue.led = most > 0;
        self.leads = queue.led;
        (most > 0).then(|| queue.changes.drain(..most).collect())
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.leads {
            *self.group.lock() = Queue::default();
        }
    }
}

async fn write(write: &DatabaseConnection, batch: Vec<Change>) {
    if batch.len() > 1 {
        return together(write, batch).await;
    }
    for Change { statements, answer } in batch {
        let _ = answer.send(alone(write, &statements).await);
    }
}

/// A single statement is its own transaction; several bring theirs along.
async fn alone(write: &DatabaseConnection, statements: &[Statement]) -> Rows {
    match statements {
        [one] => write.query_all_raw(one.clone()).await,
        several => whole(write, several.to_vec()).await,
    }
}

/// A transaction in one trip.
async fn whole(write: &DatabaseConnection, statements: Vec<Statement>) -> Rows {
    let all = std::iter::once(plain("BEGIN IMMEDIATE")).chain(statements).chain([plain("COMMIT")]);
    let rows = write.query_all_raw(script(all.collect())).await;
    if rows.is_err() {
        // It stopped in the middle, and the one connection is still in the transaction.
        let _ = write.execute_raw(plain("ROLLBACK")).await;
    }
    rows
}

fn plain(text: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, text)
}

/// One transaction. Should a change fail, none is kept, and each is made again alone: what fails then undoes
/// itself and nothing else.
async fn together(write: &DatabaseConnection, batch: Vec<Change>) {
    match try_together(write, &batch).await {
        Ok(mut done) => {
            for (at, Change { answer, .. }) in batch.into_iter().enumerate() {
                let _ = answer.send(Ok(std::mem::take(&mut done[at])));
            }
        }
        Err(_) => {
            for Change { statements, answer } in batch {
                let _ = answer.send(alone(write, &statements).await);
            }
        }
    }
}

/// The rows of each change, in the order of the batch.
async fn try_together(write: &DatabaseConnection, batch: &[Change]) -> Result<Vec<Vec<QueryResult>>, DbErr> {
    let mut done: Vec<Vec<QueryResult>> = batch.iter().map(|_| Vec::new()).collect();
    let trips = trips(batch);
    if let [trip] = trips.as_slice() {
        let rows = whole(write, marked(batch, trip)).await?;
        sort_out(rows, trip, &mut done);
        return Ok(done);
    }
    let transaction = super::begin(write).await?;
    for trip in &trips {
        let rows = transaction.query_all_raw(script(marked(batch, trip))).await?;
        sort_out(rows, trip, &mut done);
    }
    transaction.commit().await?;
    Ok(done)
}

/// Which changes go in one trip: a few of the same text, because each composition is a text of its own that
/// SQLite has to prepare once and keeps ready.
fn trips(batch: &[Change]) -> Vec<Vec<usize>> {
    let mut alike: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for (at, change) in batch.iter().enumerate() {
        alike.entry(change.statements.iter().map(|one| one.sql.as_str()).collect()).or_default().push(at);
    }
    alike.into_values().flat_map(|all| all.chunks(IN_ONE_TRIP).map(<[usize]>::to_vec).collect::<Vec<_>>()).collect()
}

/// The statements of some changes, with a row behind each change that says that it ends there.
fn marked(batch: &[Change], trip: &[usize]) -> Vec<Statement> {
    let changes = trip.iter().filter_map(|at| batch.get(*at));
    changes.flat_map(|change| change.statements.iter().cloned().chain([plain(&format!("SELECT 1 AS {MARK}"))])).collect()
}

fn sort_out(rows: Vec<QueryResult>, trip: &[usize], done: &mut [Vec<QueryResult>]) {
    let mut places = trip.iter();
    let mut current = Vec::new();
    for row in rows {
        if row.try_get::<i64>("", MARK).is_ok() {
            if let Some(place) = places.next().and_then(|at| done.get_mut(*at)) {
                *place = std::mem::take(&mut current);
            }
        } else {
            current.push(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Database;

    use super::*;

    fn insert(id: i64) -> Statement {
        Statement::from_sql_and_values(DbBackend::Sqlite, "INSERT INTO t (id) VALUES ($1) RETURNING id", [id.into()])
    }

    async fn group() -> (Group, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("t.db").display());
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1);
        let write = Database::connect(options).await.unwrap();
        write.execute_unprepared("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0)").await.unwrap();
        (Group::new(write), folder)
    }

    #[tokio::test]
    async fn everybody_gets_the_rows_of_their_own_change() {
        let (group, _folder) = group().await;
        let changes = (0..100).map(|id| {
            let more = Statement::from_sql_and_values(
                DbBackend::Sqlite,
                "UPDATE t SET n = $2 WHERE id = $1 RETURNING n",
                [id.into(), (id * 7).into()],
            );
            // Of three kinds, so that a batch takes several trips.
            let statements = match id % 3 {
                0 => vec![insert(id)],
                1 => vec![insert(id), more],
                _ => vec![more],
            };
            let group = group.clone();
            async move { (id, group.change(statements).await.unwrap()) }
        });
        for (id, rows) in futures_util::future::join_all(changes).await {
            let values: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
            let expected = match id % 3 {
                0 => vec![id],
                1 => vec![id, id * 7],
                _ => vec![],
            };
            assert_eq!(values, expected, "{id}");
        }
    }

    /// Between the moment a leader finds nothing more and the moment it is gone, another may begin.
    #[tokio::test]
    async fn a_leader_that_leaves_takes_nothing_of_the_next_along() {
        let (group, _folder) = group().await;
        group.lock().led = true;
        let mut leaving = Leader::new(group.clone());
        assert!(leaving.next().is_none());
        let mut change = std::pin::pin!(group.change(vec![insert(1)]));
        assert!(futures_util::poll!(&mut change).is_pending(), "the next leader has not run yet");
        drop(leaving);
        assert_eq!(change.await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_leader_that_is_torn_away_leaves_nobody_waiting() {
        let (group, _folder) = group().await;
        group.lock().led = true;
        let mut change = std::pin::pin!(group.change(vec![insert(1)]));
        assert!(futures_util::poll!(&mut change).is_pending());
        drop(Leader::new(group.clone()));
        assert!(change.await.is_err());
        assert!(group.change(vec![insert(2)]).await.is_ok(), "the next one leads");
    }

    #[tokio::test]
    async fn a_change_that_fails_undoes_itself_alone() {
        let (group, _folder) = group().await;
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
        let count = Statement::from_string(DbBackend::Sqlite, "SELECT COUNT(*) FROM t");
        let rows = group.change(vec![count]).await.unwrap();
        assert_eq!(rows[0].try_get_by_index::<i64>(0).unwrap(), 1 + 36 * 2);
        assert!(group.change(vec![insert(2000)]).await.is_ok(), "the connection is free again");
    }
}
