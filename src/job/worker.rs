//! Takes jobs of one kind and has them done, several at a time, for ever.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::queue::{self, Job, Kind};
use crate::app::App;
use crate::error::{Error, Result};
use crate::types::JobId;

/// How long a worker that heard nothing waits before it looks by itself: for what other replicas left.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What came of an attempt.
pub enum Done {
    /// It is done.
    Yes,
    /// Not this time, and why.
    NotYet(String),
    /// Never, and why.
    Never(String),
}

/// Does a job.
pub type Handler = Arc<dyn Fn(JobId, Vec<u8>) -> Pin<Box<dyn Future<Output = Done> + Send>> + Send + Sync>;

/// Who does the jobs of one kind.
#[derive(Clone)]
pub struct Worker {
    kind: Kind,
    at_once: usize,
    patience: Duration,
    handler: Handler,
    free: Arc<Semaphore>,
}

impl Worker {
    /// Does `at_once` jobs at a time. An attempt that takes longer than `patience` has failed.
    pub fn new(kind: Kind, at_once: usize, patience: Duration, handler: Handler) -> Self {
        Self { kind, at_once, patience, handler, free: Arc::new(Semaphore::new(at_once)) }
    }

    /// Works until the process ends.
    pub async fn run(self, app: Arc<App>) {
        loop {
            // Listens before it looks: what is left in between must not wait for the next look.
            let bell = app.bells.of(self.kind).notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            match self.round(&app).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(kind = self.kind.as_str(), %error, "jobs cannot be read; looking again"),
            }
            let _ = tokio::time::timeout(self.rest(&app).await, bell).await;
        }
    }

    /// Lets the jobs that have begun end, and begins no other. What takes too long will be done again.
    pub async fn finish(&self, patience: Duration) {
        let all = u32::try_from(self.at_once).unwrap_or(u32::MAX);
        if let Ok(Ok(hands)) = tokio::time::timeout(patience, self.free.acquire_many(all)).await {
            hands.forget();
        }
    }

    /// Takes what is due and has it begun. Says how many that were.
    async fn round(&self, app: &Arc<App>) -> Result<usize> {
        // Waits for one hand, then takes as many jobs as there are hands.
        let Ok(first) = Arc::clone(&self.free).acquire_owned().await else { return Ok(0) };
        // A worker that dies holds its jobs up no longer than one that hangs.
        let lease = self.patience + Duration::from_secs(5);
        let jobs = queue::claim(app, self.kind, 1 + self.free.available_permits(), lease).await?;
        let mut hands = vec![first];
        let count = jobs.len();
        for job in jobs {
            let hand = match hands.pop() {
                Some(hand) => hand,
                None => Arc::clone(&self.free).acquire_owned().await.map_err(|error| Error::broken("no hands", error))?,
            };
            let (worker, app) = (self.clone(), Arc::clone(app));
            tokio::spawn(async move {
                if let Err(error) = worker.attempt(&app, job).await {
                    tracing::warn!(%error, "the end of a job cannot be noted; it will be done again");
                }
                drop(hand);
            });
        }
        Ok(count)
    }

    async fn rest(&self, app: &App) -> Duration {
        let next = queue::next_at(&app.db, self.kind).await.ok().flatten();
        next.map_or(LOOK_EVERY, |at| at.since(app.clock.now()).clamp(Duration::from_millis(10), LOOK_EVERY))
    }

    async fn attempt(&self, app: &App, job: Job) -> Result<()> {
        let kind = self.kind.as_str();
        if job.expires_at <= app.clock.now() {
            tracing::warn!(kind, job = %job.id, attempts = job.attempts, "a job was dropped: its time is over");
            return queue::remove(&app.db, job.id).await;
        }
        let done = tokio::time::timeout(self.patience, (self.handler)(job.id, job.payload.clone())).await;
        match done.unwrap_or_else(|_| Done::NotYet(format!("it took longer than {} seconds", self.patience.as_secs()))) {
            Done::Yes => queue::remove(&app.db, job.id).await,
            Done::Never(why) => {
                tracing::warn!(kind, job = %job.id, why, "a job was dropped: it will never succeed");
                queue::remove(&app.db, job.id).await
            }
            Done::NotYet(why) => {
                let at = app.clock.now() + pause(job.attempts);
                tracing::warn!(kind, job = %job.id, attempts = job.attempts, why, "a job failed; it will be tried again");
                queue::retry(&app.db, &job, at, &why).await
            }
        }
    }
}

/// How long to wait after so many attempts: a quarter of a minute, a minute, five, then a quarter of an hour.
fn pause(attempts: i64) -> Duration {
    Duration::from_secs(match attempts {
        ..=1 => 15,
        2 => 60,
        3 => 300,
        _ => 900,
    })
}
