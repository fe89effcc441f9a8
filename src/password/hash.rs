//! Hashing with Argon2id on threads of its own, so that a flood of sign-ins slows down nothing else.
//!
//! Memory is bounded by the number of threads, waiting by the length of the line; whoever finds the
//! line full is told when to come back. Never call this with a transaction open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

pub use super::phc::PasswordHash;
use super::phc::{OUTPUT, SALT, Stored};
use super::queue::{Abandonable, Next, Queue};
use super::typed::Password;
use crate::config;
use crate::random::Random;

/// How long a thread without work keeps its memory.
const IDLE: Duration = Duration::from_secs(30);

/// The threads that hash, and the line before them. Dropping it ends both.
pub struct HashPool {
    shared: Arc<Shared>,
    params: Params,
    dummy: PasswordHash,
    random: Random,
    threads: usize,
}

struct Shared {
    queue: Queue<Job>,
    done: AtomicU64,
    busy_nanos: AtomicU64,
}

/// Why there is no answer about a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The line is full.
    #[error("too many passwords are being checked")]
    Busy {
        /// For `Retry-After`: whole seconds, at least one.
        retry_after: Duration,
    },
    /// The server is stopping, or there was no memory.
    #[error("a password could not be hashed")]
    Failed,
}

/// Whether a password is the one that was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It is not.
    No,
    /// It is.
    Yes,
    /// It is, but was hashed at another cost than the configured one: hash it again and store that.
    YesButWeaker,
}

/// Who is signed in does not wait for those who sign in: on a busy core a thread that hashes gets a quarter of the others' time.
/// Where the system does not let us, nothing changes.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(why) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 5) {
        tracing::debug!(%why, "a thread that hashes passwords stays as important as the others");
    }
}

impl HashPool {
    /// Starts the threads.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "config::check lets only possible costs through; without threads nobody can sign in"
    )]
    pub fn new(config: &config::Password, random: &Random) -> Self {
        let config::Argon2 { memory_kib, iterations, parallelism } = config.argon2;
        let params = Params::new(memory_kib, iterations, parallelism, Some(OUTPUT)).expect("a possible cost of Argon2");
        let threads = if config.hash_threads == 0 {
            // One core is left for everything else: hashing also fills the caches that others need.
            thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
        } else {
            config.hash_threads
        };
        let shared = Arc::new(Shared { queue: Queue::new(config.hash_queue), done: AtomicU64::new(0), busy_nanos: AtomicU64::new(0) });
        for number in 0..threads {
            let (shared, keep) = (Arc::clone(&shared), params.block_count());
            let worker = move || {
                step_back();
                shared.work(keep);
            };
            thread::Builder::new().name(format!("password-hash-{number}")).spawn(worker).expect("a thread");
        }
        let dummy = PasswordHash::new(&params, &random.bytes::<SALT>(), &random.bytes::<OUTPUT>());
        Self { shared, params, dummy, random: random.clone(), threads }
    }

    /// Hashes a new password with a fresh salt at the configured cost.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let salt: [u8; SALT] = self.random.bytes();
        let hash = self.derive(password, self.params.clone(), salt.to_vec(), OUTPUT).await?;
        Ok(PasswordHash::new(&self.params, &salt, &hash))
    }

    /// Compares a password with what is stored. Where nothing is stored, or nothing that can be
    /// believed, a hash that nobody's password has is compared: the answer is no, after the same work.
    pub async fn verify(&self, password: Password, stored: Option<&str>) -> Result<Verified, HashError> {
        let believed = Stored::parse(stored.unwrap_or_else(|| self.dummy.as_str()), &self.params).or_else(|why| {
            tracing::error!(%why, "a stored password hash was not believed");
            Stored::parse(self.dummy.as_str(), &self.params)
        });
        let stored = believed.map_err(|_| HashError::Failed)?;
        let same_cost = stored.is_like(&self.params);
        let hash = self.derive(password, stored.params, stored.salt, stored.hash.len()).await?;
        Ok(match (verify_slices_are_equal(&hash, &stored.hash), same_cost) {
            (Err(_), _) => Verified::No,
            (Ok(()), true) => Verified::Yes,
            (Ok(()), false) => Verified::YesButWeaker,
        })
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.shared.queue.len()
    }

    /// How many hashes were computed since the start.
    pub fn done(&self) -> u64 {
        self.shared.done.load(Ordering::Relaxed)
    }

    /// How many threads hash.
    pub fn threads(&self) -> usize {
        self.threads
    }

    async fn derive(&self, password: Password, params: Params, salt: Vec<u8>, length: usize) -> Result<Output, HashError> {
        let (answer, asker) = oneshot::channel();
        let job = Job { password, params, salt, length, answer };
        self.shared.queue.push(job).map_err(|_| HashError::Busy { retry_after: self.retry_after() })?;
        asker.await.unwrap_or(Err(HashError::Failed))
    }

    /// How long a full line takes, judged by the hashes so far.
    fn retry_after(&self) -> Duration {
        let each = self.shared.busy_nanos.load(Ordering::Relaxed) / self.done().max(1);
        let line = each.saturating_mul(self.waiting() as u64) / self.threads.max(1) as u64;
        Duration::from_secs(line.div_ceil(1_000_000_000).clamp(1, 30))
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl std::fmt::Debug for HashPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashPool").field("params", &self.params).field("threads", &self.threads).finish_non_exhaustive()
    }
}

type Output = Zeroizing<Vec<u8>>;

struct Job {
    password: Password,
    params: Params,
    salt: Vec<u8>,
    length: usize,
    answer: oneshot::Sender<Result<Output, HashError>>,
}

impl Abandonable for Job {
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}

impl Shared {
    /// What a thread does all its life. It keeps memory for a hash of the configured cost from one
    /// job to the next, because asking the system for fresh pages costs up to a third of a hash.
    fn work(&self, keep: usize) {
        let mut memory = Vec::new();
        loop {
            match self.queue.next(IDLE) {
                Next::Job(job) => self.answer(job, &mut memory),
                Next::Idle => memory = Vec::new(),
                Next::Closed => return,
            }
            trim(&mut memory, keep);
        }
    }

    fn answer(&self, job: Job, memory: &mut Vec<Block>) {
        let begun = Instant::now();
        let Job { password, params, salt, length, answer } = job;
        let derived = derive(&password, params, &salt, length, memory);
        if derived.is_none() {
            tracing::error!("a password could not be hashed: no memory");
        }
        let spent = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.busy_nanos.fetch_add(spent, Ordering::Relaxed);
        self.done.fetch_add(1, Ordering::Relaxed);
        // Nobody listens any more if the request was cancelled meanwhile.
        let _ = answer.send(derived.ok_or(HashError::Failed));
    }
}

/// One row may have asked for more memory than the configuration does; that is not kept.
fn trim(memory: &mut Vec<Block>, keep: usize) {
    if memory.len() > keep {
        memory.truncate(keep);
        memory.shrink_to_fit();
    }
}

fn derive(password: &Password, params: Params, salt: &[u8], length: usize, memory: &mut Vec<Block>) -> Option<Output> {
    let blocks = params.block_count();
    if memory.len() < blocks {
        // Refused memory must be an answer, not the end of the process.
        memory.try_reserve_exact(blocks - memory.len()).ok()?;
        memory.resize(blocks, Block::new());
    }
    let mut output = Zeroizing::new(vec![0; length]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into_with_memory(password.as_str().as_bytes(), salt, &mut output, memory).ok()?;
    Some(output)
}

#[cfg(test)]
mod tests;
