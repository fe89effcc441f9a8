//! Chance. Tests may seed it; everything else asks the operating system's generator.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::types::UnixMillis;

/// The one source of randomness.
#[derive(Debug, Clone)]
pub struct Random {
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    System(SystemRandom),
    Seeded(Arc<Mutex<StdRng>>),
}

impl Default for Random {
    fn default() -> Self {
        Self { source: Source::System(SystemRandom::new()) }
    }
}

impl Random {
    /// A source that gives the same values again for the same seed. For tests only.
    pub fn seeded(seed: u64) -> Self {
        Self { source: Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))) }
    }

    /// That many random bytes.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "without randomness nothing here is safe: better to stop")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.source {
            Source::System(system) => system.fill(&mut bytes).expect("the operating system gives random bytes"),
            Source::Seeded(seeded) => seeded.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes),
        }
        bytes
    }

    /// A `UUIDv7` of that moment: ids made later sort later.
    pub fn uuid(&self, now: UnixMillis) -> Uuid {
        let millis = u64::try_from(now.0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
