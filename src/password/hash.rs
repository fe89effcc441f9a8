//! Argon2id on threads of its own. Each thread reuses its memory, the queue has an end, and whoever
//! does not fit into it is told when to come back: a flood of passwords slows only passwords.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{ParamsString, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::oneshot;

use super::rules::Password;
use crate::config;
use crate::random::Random;

const LENGTH: usize = 32;
/// What a row may ask for. A row that asks for more was not written by us.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_ITERATIONS: u32 = 16;
const MOST_LANES: u32 = 16;

/// Threads that hash, and the queue before them. Dropping it ends them.
pub struct HashPool {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    cost: config::Argon2,
    random: Random,
}

/// Why a password could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The queue is full.
    #[error("too many passwords are being checked")]
    Busy {
        /// When to come back.
        retry_after: Duration,
    },
    /// Argon2 refused, or its thread is gone.
    #[error("{0}")]
    Failed(String),
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// Another password, or nobody's.
    No,
    /// The password.
    Yes,
    /// The password, hashed with the parameters of another day: hash it again.
    YesButWeaker,
}

struct Job {
    password: Password,
    salt: Vec<u8>,
    cost: config::Argon2,
    length: usize,
    answer: oneshot::Sender<Result<Vec<u8>, String>>,
}

impl HashPool {
    /// Starts the threads.
    pub fn new(config: &config::Password, random: &Random) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if config.hash_threads == 0 { cores.saturating_sub(1).max(1) } else { config.hash_threads };
        let (jobs, queue) = sync_channel(config.hash_queue.max(1));
        let queue = Arc::new(Mutex::new(queue));
        let waiting = Arc::new(AtomicUsize::new(0));
        for number in 0..threads {
            let (queue, waiting) = (Arc::clone(&queue), Arc::clone(&waiting));
            let usual = blocks(config.argon2);
            let thread = std::thread::Builder::new().name(format!("argon2-{number}"));
            if let Err(error) = thread.spawn(move || work(&queue, &waiting, usual)) {
                tracing::error!(%error, "a hashing thread cannot be started");
            }
        }
        Self { jobs, waiting, cost: config.argon2, random: random.clone() }
    }

    /// How many passwords wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Hashes a new password with the parameters of today, as a PHC string.
    pub async fn hash(&self, password: Password) -> Result<String, HashError> {
        let salt: [u8; 16] = self.random.bytes();
        let hash = self.run(password, salt.to_vec(), self.cost, LENGTH).await?;
        let config::Argon2 { memory_kib, iterations, parallelism } = self.cost;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        Ok(format!("$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}${salt}${hash}"))
    }

    /// Compares a password with a PHC string. With nothing to compare it does the same work, and says no:
    /// whether somebody has an account, or a password, does not show in the time.
    pub async fn verify(&self, password: Password, stored: Option<&str>) -> Result<Verified, HashError> {
        let Some(stored) = stored.and_then(Stored::parse) else {
            self.run(password, vec![0; 16], self.cost, LENGTH).await?;
            return Ok(Verified::No);
        };
        let hash = self.run(password, stored.salt, stored.cost, stored.hash.len()).await?;
        if !crate::crypto::equal(&hash, &stored.hash) {
            return Ok(Verified::No);
        }
        let same = stored.cost == self.cost && stored.hash.len() == LENGTH;
        Ok(if same { Verified::Yes } else { Verified::YesButWeaker })
    }

    async fn run(&self, password: Password, salt: Vec<u8>, cost: config::Argon2, length: usize) -> Result<Vec<u8>, HashError> {
        let (answer, hashed) = oneshot::channel();
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(Job { password, salt, cost, length, answer }).map_err(|error| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => HashError::Busy { retry_after: Duration::from_secs(2) },
                TrySendError::Disconnected(_) => HashError::Failed("the hashing threads are gone".into()),
            }
        })?;
        hashed.await.map_err(|_| HashError::Failed("a hashing thread ended".into()))?.map_err(HashError::Failed)
    }
}

/// One thread's life.
fn work(queue: &Mutex<Receiver<Job>>, waiting: &AtomicUsize, usual: usize) {
    let mut memory: Vec<Block> = Vec::new();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        waiting.fetch_sub(1, Ordering::Relaxed);
        // Whoever asked may have gone away; nobody wants the answer then.
        if job.answer.is_closed() {
            continue;
        }
        let needed = blocks(job.cost);
        if memory.len() < needed {
            memory.resize(needed, Block::default());
        }
        let hash = hash(&job, &mut memory[..needed]);
        let _ = job.answer.send(hash);
        if memory.len() > usual {
            memory.truncate(usual);
            memory.shrink_to_fit();
        }
    }
}

fn hash(job: &Job, memory: &mut [Block]) -> Result<Vec<u8>, String> {
    let config::Argon2 { memory_kib, iterations, parallelism } = job.cost;
    let params = Params::new(memory_kib, iterations, parallelism, Some(job.length)).map_err(|error| error.to_string())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = vec![0; job.length];
    argon2.hash_password_into_with_memory(job.password.bytes(), &job.salt, &mut hash, memory).map_err(|error| error.to_string())?;
    Ok(hash)
}

/// Blocks of one KiB, a multiple of four for each lane (RFC 9106 §3.1).
fn blocks(cost: config::Argon2) -> usize {
    let lanes = cost.parallelism.max(1);
    let whole = (cost.memory_kib.max(8 * lanes) / (4 * lanes)) * 4 * lanes;
    usize::try_from(whole).unwrap_or(0)
}

struct Stored {
    cost: config::Argon2,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Stored {
    /// Reads a PHC string; nothing if it is not Argon2id, or asks for more than we would ever write.
    fn parse(phc: &str) -> Option<Self> {
        let parsed = PasswordHash::new(phc).ok()?;
        let number = |name: &str| number(&parsed.params, name);
        let cost = config::Argon2 { memory_kib: number("m")?, iterations: number("t")?, parallelism: number("p")? };
        let bounded = cost.memory_kib <= MOST_MEMORY_KIB && cost.iterations <= MOST_ITERATIONS && cost.parallelism <= MOST_LANES;
        if parsed.algorithm.as_str() != "argon2id" || parsed.version != Some(19) || !bounded {
            tracing::error!("a stored password hash has an algorithm or cost that this server never writes; it opens nothing");
            return None;
        }
        Some(Self { cost, salt: parsed.salt.as_ref()?.as_ref().to_vec(), hash: parsed.hash.as_ref()?.as_bytes().to_vec() })
    }
}

fn number(params: &ParamsString, name: &str) -> Option<u32> {
    params.get_decimal(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn pool(memory_kib: u32, iterations: u32, queue: usize) -> HashPool {
        let argon2 = config::Argon2 { memory_kib, iterations, parallelism: 1 };
        let config =
            config::Password { min_length: 15, leaked_check: true, context_words: vec![], argon2, hash_threads: 1, hash_queue: queue };
        HashPool::new(&config, &Random::default())
    }

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let pool = pool(64, 1, 16);
        let phc = pool.hash(password("correct horse battery staple")).await.unwrap();
        assert_eq!(pool.verify(password("correct horse battery staple"), Some(&phc)).await.unwrap(), Verified::Yes);
        for wrong in ["correct horse battery stapl", "correct horse battery staple ", "Correct horse battery staple", "correct horse battery staple\0"] {
            assert_eq!(pool.verify(password(wrong), Some(&phc)).await.unwrap(), Verified::No, "{wrong}");
        }
    }

    #[tokio::test]
    async fn passwords_that_differ_after_72_bytes_or_a_nul_differ() {
        let pool = pool(64, 1, 16);
        let long = "a".repeat(72);
        let phc = pool.hash(password(&format!("{long}1"))).await.unwrap();
        assert_eq!(pool.verify(password(&format!("{long}2")), Some(&phc)).await.unwrap(), Verified::No);
        let phc = pool.hash(password("before\0after")).await.unwrap();
        assert_eq!(pool.verify(password("before\0"), Some(&phc)).await.unwrap(), Verified::No);
        assert_eq!(pool.verify(password("before"), Some(&phc)).await.unwrap(), Verified::No);
    }

    #[tokio::test]
    async fn an_account_without_a_password_opens_to_nothing() {
        let pool = pool(64, 1, 16);
        let nuls = "\0".repeat(72);
        for text in ["", "null", "undefined", "0", nuls.as_str()] {
            for stored in [None, Some(""), Some("null"), Some("$argon2id$")] {
                assert_eq!(pool.verify(password(text), stored).await.unwrap(), Verified::No, "{text:?} {stored:?}");
            }
        }
    }

    #[tokio::test]
    async fn parameters_of_another_day_are_noticed() {
        let phc = pool(64, 1, 16).hash(password("x")).await.unwrap();
        assert_eq!(pool(128, 1, 16).verify(password("x"), Some(&phc)).await.unwrap(), Verified::YesButWeaker);
        assert_eq!(pool(64, 2, 16).verify(password("x"), Some(&phc)).await.unwrap(), Verified::YesButWeaker);
        assert_eq!(pool(128, 1, 16).verify(password("y"), Some(&phc)).await.unwrap(), Verified::No);
    }

    #[tokio::test]
    async fn a_row_that_asks_for_four_gigabytes_gets_nothing() {
        let pool = pool(64, 1, 16);
        let began = Instant::now();
        let phc = "$argon2id$v=19$m=4194304,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(pool.verify(password("x"), Some(phc)).await.unwrap(), Verified::No);
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test]
    async fn nobody_costs_as_much_time_as_somebody() {
        let pool = pool(8192, 1, 16);
        let phc = pool.hash(password("right")).await.unwrap();
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..15 {
            for (which, stored) in [Some(phc.as_str()), None].into_iter().enumerate() {
                let began = Instant::now();
                assert_eq!(pool.verify(password("wrong"), stored).await.unwrap(), Verified::No);
                times[which].push(began.elapsed());
            }
        }
        let [somebody, nobody] = times.map(|mut times| {
            times.sort();
            times[times.len() / 2].as_secs_f64()
        });
        assert!((nobody / somebody - 1.0).abs() < 0.5, "somebody {somebody}, nobody {nobody}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_flood_of_passwords_meets_the_end_of_the_queue() {
        let pool = Arc::new(pool(8192, 2, 16));
        let tries: Vec<_> = (0..500)
            .map(|_| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.verify(password("x"), None).await })
            })
            .collect();
        let (mut done, mut busy) = (0, 0);
        for one in tries {
            match one.await.unwrap() {
                Ok(_) => done += 1,
                Err(HashError::Busy { retry_after }) => {
                    assert!(retry_after >= Duration::from_secs(1));
                    busy += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(done >= 16 && busy > 300, "{done} done, {busy} busy");
        assert_eq!(pool.waiting(), 0);
    }
}
