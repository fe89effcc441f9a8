//! What is done later, and again until it succeeds: a row for each job, taken by one worker at a time
//! across all replicas. A worker that dies gives back what it took when its lease runs out.

mod queue;
mod worker;

pub use queue::{Job, Kind, NewJob, Standing, claim, letters, next_at, remove, retry};
pub(crate) use queue::{row, tables};
pub use worker::{Done, Handler, Worker};
