//! Walks at random through every form and link of every page, by several people at several browsers, in every order that nobody
//! meant (`security.md` A-37, V-88): whatever is asked, whenever, what must hold holds.
//!
//! A run prints its seeds; `HOUSEKEY_WALK_SEED` repeats one world of it, `HOUSEKEY_WALKS` says how many walks there are to be.

mod ask;
mod chance;
mod errands;
mod evidence;
mod fill;
mod house;
mod law;
mod learn;
mod page;
mod people;
mod routes;
mod state;
mod steps;
mod trace;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use house::{House, VARIANTS};
use routes::Reached;
use trace::{BEGUN, OVER};
use world::World;

use crate::support::peer;

/// Steps of a walk.
const LENGTH: usize = 12;
/// Walks in one world: the same people, and all forms of theirs.
const WALKS: usize = 10;
/// Servers at once.
const LANES: u64 = 2;
/// Worlds before a server is replaced by one with other settings.
const WORLDS: u64 = 6;
/// How long an ordinary run goes on.
const BUDGET: Duration = Duration::from_secs(40);

/// What a lane has seen.
#[derive(Default)]
struct Seen {
    walks: usize,
    steps: usize,
    reached: Reached,
}

/// One world, from its seed.
async fn world(house: &House, seed: u64, all: &mut Seen) {
    let mut world = World::begin(house, seed).await;
    for _ in 0..WALKS {
        BEGUN.fetch_add(1, Ordering::Relaxed);
        world.arrive();
        for tab in 0..world.tabs.len() {
            world.come_in(tab).await;
        }
        let mut tab = 0;
        for _ in 0..LENGTH {
            tab = world.step(tab).await;
        }
        all.walks += 1;
    }
    all.steps += world.steps;
    all.reached.add(std::mem::take(&mut world.reached));
}

fn number(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_str().unwrap().parse().unwrap())
}

/// Takes seeds until there are enough walks, or the time is over. A server's settings follow from the seed.
async fn lane(seeds: &AtomicU64, last: Option<u64>, began: Instant) -> Seen {
    let mut seen = Seen::default();
    loop {
        let first = seeds.fetch_add(WORLDS, Ordering::Relaxed);
        let house = House::open(first / WORLDS % VARIANTS).await;
        for seed in first..first + WORLDS {
            let enough = last.map_or_else(|| began.elapsed() > BUDGET, |last| seed >= last);
            if enough || OVER.load(Ordering::Relaxed) {
                return seen;
            }
            world(&house, seed, &mut seen).await;
        }
    }
}

#[test]
fn nobody_gets_in_by_a_way_that_nobody_meant() {
    if let Some(seed) = number("HOUSEKEY_WALK_SEED") {
        return peer::run(async { world(&House::open(seed / WORLDS % VARIANTS).await, seed, &mut Seen::default()).await });
    }
    let began = Instant::now();
    // Another part of the seeds each time, but never one that cannot be said.
    let first = began_at() * WORLDS * VARIANTS;
    let last = number("HOUSEKEY_WALKS").map(|walks| first + walks.div_ceil(u64::try_from(WALKS).unwrap()));
    let seeds = AtomicU64::new(first);
    eprintln!("walks from seed {first}");
    let lanes: Vec<Seen> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(|| peer::run(lane(&seeds, last, began)))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut all = Seen::default();
    for seen in lanes {
        (all.walks, all.steps) = (all.walks + seen.walks, all.steps + seen.steps);
        all.reached.add(seen.reached);
    }
    eprintln!("{} walks, {} steps, no violation, {:.0?}\n{}", all.walks, all.steps, began.elapsed(), all.reached.report());
    assert!(all.walks > 20, "the walks stand still");
}

/// Which thousand of seeds it is today.
fn began_at() -> u64 {
    housekey::clock::Clock::default().now().seconds().unsigned_abs() % 1_000_000
}
