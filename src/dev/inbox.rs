//! The latest letters, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::mail::Outgoing;
use crate::types::{EmailAddress, Envelope};

const MOST: usize = 200;

/// A mailbox for everybody.
#[derive(Clone, Default)]
pub struct Inbox {
    letters: Arc<Mutex<Letters>>,
}

#[derive(Default)]
struct Letters {
    last: u64,
    kept: VecDeque<(u64, Envelope)>,
}

impl Inbox {
    /// Where the application drops its letters.
    pub fn outgoing(&self) -> Outgoing {
        let inbox = self.clone();
        Arc::new(move |letter| inbox.put(letter))
    }

    fn put(&self, letter: Envelope) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.last += 1;
        let number = letters.last;
        letters.kept.push_front((number, letter));
        letters.kept.truncate(MOST);
    }

    /// Every letter with its number, the latest first.
    pub fn list(&self) -> Vec<(u64, Envelope)> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).kept.iter().cloned().collect()
    }

    /// One letter.
    pub fn get(&self, number: u64) -> Option<Envelope> {
        self.list().into_iter().find(|(one, _)| *one == number).map(|(_, letter)| letter)
    }

    /// The latest letter to an address, or to anybody.
    pub fn latest(&self, to: Option<&EmailAddress>) -> Option<(u64, Envelope)> {
        self.list().into_iter().find(|(_, letter)| to.is_none_or(|to| letter.to.canonical() == to.canonical()))
    }
}
