//! What was handed out, by its secret: for a while, never more than so many at once, and gone with the program.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::types::UnixMillis;

/// Whoever asks for codes without end must not fill the laptop.
const MOST: usize = 1000;

/// Values by secret.
pub(super) struct Memory<V> {
    kept: Mutex<HashMap<String, (UnixMillis, V)>>,
    lives: Duration,
}

impl<V> Memory<V> {
    /// An empty one, whose values live that long.
    pub(super) fn new(lives: Duration) -> Self {
        Self { kept: Mutex::new(HashMap::new()), lives }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, (UnixMillis, V)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a value. The oldest one makes room.
    pub(super) fn put(&self, secret: String, value: V, now: UnixMillis) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.retain(|_, (since, _)| now.since(*since) < self.lives);
        }
        if kept.len() >= MOST {
            let oldest = kept.iter().min_by_key(|(_, (since, _))| *since).map(|(secret, _)| secret.clone());
            oldest.and_then(|secret| kept.remove(&secret));
        }
        kept.insert(secret, (now, value));
    }

    /// Gives a value away: nobody gets it again.
    pub(super) fn take(&self, secret: &str, now: UnixMillis) -> Option<V> {
        let (since, value) = self.kept().remove(secret)?;
        (now.since(since) < self.lives).then_some(value)
    }

    /// A copy of a value.
    pub(super) fn get(&self, secret: &str, now: UnixMillis) -> Option<V>
    where
        V: Clone,
    {
        let kept = self.kept();
        let (since, value) = kept.get(secret)?;
        (now.since(*since) < self.lives).then(|| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_in_time_and_number() {
        let memory = Memory::new(Duration::from_mins(1));
        for n in 0..1500 {
            memory.put(n.to_string(), n, UnixMillis(n));
        }
        assert_eq!(memory.kept().len(), MOST);
        assert_eq!((memory.get("499", UnixMillis(1500)), memory.get("500", UnixMillis(1500))), (None, Some(500)));
        assert_eq!((memory.take("1499", UnixMillis(61_498)), memory.take("1499", UnixMillis(61_498))), (Some(1499), None));
        assert_eq!((memory.get("1498", UnixMillis(61_498)), memory.take("1498", UnixMillis(61_498))), (None, None));
    }
}
