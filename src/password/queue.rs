//! A line with an end: jobs wait here for a thread, and whoever finds it full is sent away.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// At most so many jobs, first come first served.
pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    arrived: Condvar,
    capacity: usize,
}

struct State<J> {
    jobs: VecDeque<J>,
    closed: bool,
}

/// What a thread finds.
pub(super) enum Next<J> {
    Job(J),
    /// Nothing came in that time.
    Idle,
    /// Nothing will come any more.
    Closed,
}

/// A job whose asker may have gone away.
pub(super) trait Abandonable {
    fn is_abandoned(&self) -> bool;
}

impl<J: Abandonable> Queue<J> {
    pub(super) fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { state: Mutex::new(State { jobs: VecDeque::new(), closed: false }), arrived: Condvar::new(), capacity }
    }

    /// Gives the job back if there is no room for it. Those whose askers have gone make room.
    pub(super) fn push(&self, job: J) -> Result<(), J> {
        let mut state = self.lock();
        if state.jobs.len() >= self.capacity {
            state.jobs.retain(|waiting| !waiting.is_abandoned());
        }
        if state.closed || state.jobs.len() >= self.capacity {
            return Err(job);
        }
        state.jobs.push_back(job);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for the next job that somebody still wants.
    pub(super) fn next(&self, patience: Duration) -> Next<J> {
        let state = self.lock();
        let waiting = |state: &mut State<J>| {
            while state.jobs.front().is_some_and(Abandonable::is_abandoned) {
                state.jobs.pop_front();
            }
            state.jobs.is_empty() && !state.closed
        };
        let (mut state, _) = self.arrived.wait_timeout_while(state, patience, waiting).unwrap_or_else(PoisonError::into_inner);
        match state.jobs.pop_front() {
            _ if state.closed => Next::Closed,
            Some(job) => Next::Job(job),
            None => Next::Idle,
        }
    }

    /// Sends everybody away for good.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.jobs.clear();
        self.arrived.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Job(u8, bool);
    impl Abandonable for Job {
        fn is_abandoned(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn full_means_full_unless_somebody_left() {
        let queue = Queue::new(2);
        assert!(queue.push(Job(1, false)).is_ok() && queue.push(Job(2, true)).is_ok());
        assert!(queue.push(Job(3, false)).is_ok(), "the second left and made room");
        assert!(queue.push(Job(4, false)).is_err());
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn order_patience_and_the_end() {
        let queue = Queue::new(8);
        for job in [Job(1, true), Job(2, false), Job(3, true), Job(4, false)] {
            assert!(queue.push(job).is_ok());
        }
        let next = || queue.next(Duration::from_millis(1));
        assert!(matches!(next(), Next::Job(Job(2, _))));
        assert!(matches!(next(), Next::Job(Job(4, _))));
        assert!(matches!(next(), Next::Idle));
        queue.close();
        assert!(matches!(queue.next(Duration::from_hours(1)), Next::Closed));
        assert!(queue.push(Job(5, false)).is_err());
    }
}
