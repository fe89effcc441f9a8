//! What the hash pool promises: nobody waits behind the dead, and memory is lent again.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

fn config(memory_kib: u32, iterations: u32) -> config::Password {
    let argon2 = config::Argon2 { memory_kib, iterations, parallelism: 1 };
    config::Password { min_length: 15, leaked_check: true, context_words: vec![], argon2, hash_threads: 1, hash_queue: 16 }
}

fn pool(memory_kib: u32, iterations: u32) -> HashPool {
    HashPool::new(&config(memory_kib, iterations), &Random::seeded(1))
}

fn password(text: &str) -> Password {
    Password::parse(text.to_owned()).unwrap()
}

/// A hash that takes long enough for others to arrive meanwhile.
fn slow_pool() -> HashPool {
    pool(2048, 60)
}

async fn until(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never happened");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn the_right_password_and_no_other() {
    let pool = pool(64, 1);
    let stored = pool.hash(password("quiet lantern above the mill")).await.unwrap();
    let verify = async |text: &str| pool.verify(password(text), Some(stored.as_str())).await.unwrap();
    assert_eq!(verify("quiet lantern above the mill").await, Verified::Yes);
    for other in ["Quiet lantern above the mill", "quiet lantern above the mill ", "quiet lantern above the mill\0", "quiet", ""] {
        assert_eq!(verify(other).await, Verified::No, "{other:?}");
    }
    let again = pool.hash(password("quiet lantern above the mill")).await.unwrap();
    assert_ne!(stored, again, "each has its own salt");
    assert_eq!(pool.done(), 8);
}

#[tokio::test]
async fn agrees_with_another_implementation() {
    // The reference implementation's own test vector, which the crate's documentation also quotes.
    let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let pool = pool(64, 1);
    assert_eq!(pool.verify(password("password"), Some(stored)).await, Ok(Verified::YesButWeaker));
    assert_eq!(pool.verify(password("differentpassword"), Some(stored)).await, Ok(Verified::No));
}

#[tokio::test]
async fn raised_parameters_ask_for_a_new_hash_once() {
    let stored = pool(64, 1).hash(password("quiet lantern")).await.unwrap();
    let raised = pool(128, 2);
    assert_eq!(raised.verify(password("quiet lantern"), Some(stored.as_str())).await, Ok(Verified::YesButWeaker));
    assert_eq!(raised.verify(password("wrong"), Some(stored.as_str())).await, Ok(Verified::No));
    let rehashed = raised.hash(password("quiet lantern")).await.unwrap();
    assert_eq!(raised.verify(password("quiet lantern"), Some(rehashed.as_str())).await, Ok(Verified::Yes));
}

#[tokio::test]
async fn passwords_that_begin_alike_are_different() {
    let pool = pool(64, 1);
    let beginning = "a".repeat(72);
    let stored = pool.hash(password(&format!("{beginning}1"))).await.unwrap();
    assert_eq!(pool.verify(password(&format!("{beginning}2")), Some(stored.as_str())).await, Ok(Verified::No));
    assert_eq!(pool.verify(password(&beginning), Some(stored.as_str())).await, Ok(Verified::No));
    let stored = pool.hash(password("before\0after")).await.unwrap();
    assert_eq!(pool.verify(password("before\0other"), Some(stored.as_str())).await, Ok(Verified::No));
    assert_eq!(pool.verify(password("before"), Some(stored.as_str())).await, Ok(Verified::No));
}

#[tokio::test]
async fn an_account_without_a_password_has_no_password() {
    let pool = pool(64, 1);
    let nothings = ["", "null", "undefined", "0", "\0", "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"];
    for text in nothings.map(str::to_owned).into_iter().chain(["\0".repeat(72)]) {
        for stored in [None, Some(""), Some("null"), Some("$"), Some("$argon2id$v=19$m=64,t=1,p=1$$")] {
            assert_eq!(pool.verify(password(&text), stored).await, Ok(Verified::No), "{text:?} {stored:?}");
        }
    }
    assert_eq!(pool.done(), 35, "each took as long as a real one");
}

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_wrong_password() {
    let pool = pool(4096, 2);
    let stored = pool.hash(password("quiet lantern")).await.unwrap();
    let (mut unknown, mut wrong) = (f64::MAX, f64::MAX);
    for _ in 0..30 {
        for (fastest, stored) in [(&mut unknown, None), (&mut wrong, Some(stored.as_str()))] {
            let begun = Instant::now();
            assert_eq!(pool.verify(password("wrong"), stored).await, Ok(Verified::No));
            // The fastest of many: a busy machine only adds.
            *fastest = fastest.min(begun.elapsed().as_secs_f64());
        }
    }
    assert!((0.7..1.43).contains(&(unknown / wrong)), "{unknown} and {wrong}");
}

#[tokio::test]
async fn a_row_that_asks_for_too_much_gets_nothing() {
    let pool = pool(64, 1);
    let begun = Instant::now();
    for mad in ["m=4194304,t=2,p=1", "m=64,t=4294967295,p=1", "m=1024,t=1,p=100"] {
        let row = format!("$argon2id$v=19${mad}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(pool.verify(password("any"), Some(&row)).await, Ok(Verified::No));
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "4 GiB would take longer");
}

#[tokio::test]
async fn a_flood_is_sent_away_and_the_rest_is_served() {
    let pool = Arc::new(slow_pool());
    let flood = (0..500).map(|_| {
        let pool = Arc::clone(&pool);
        tokio::spawn(async move { pool.hash(password("quiet lantern")).await })
    });
    let mut served = 0;
    for answer in flood.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            Ok(_) => served += 1,
            Err(HashError::Busy { retry_after }) => assert!((1..=30).contains(&retry_after.as_secs()) && retry_after.subsec_nanos() == 0),
            Err(error) => panic!("{error}"),
        }
    }
    assert!((16..=30).contains(&served), "sixteen wait and one or two are hashed meanwhile, but {served} were served");
    assert_eq!((pool.done(), pool.waiting()), (served, 0));
}

#[tokio::test]
async fn a_cancelled_request_is_not_hashed() {
    let pool = slow_pool();
    let mut first = pin!(pool.hash(password("one")));
    assert!(poll_once(first.as_mut()).is_pending());
    until(|| pool.waiting() == 0).await;
    for _ in 0..100 {
        let mut gone = Box::pin(pool.hash(password("two")));
        assert!(poll_once(gone.as_mut()).is_pending(), "who left makes room for who comes");
    }
    let last = pool.hash(password("three"));
    let (first, last) = futures_util::future::join(first, last).await;
    assert!(first.is_ok() && last.is_ok());
    assert_eq!(pool.done(), 2);
}

#[test]
fn memory_for_an_unusual_row_is_given_back() {
    let (small, large) = (Params::new(64, 1, 1, Some(OUTPUT)).unwrap(), Params::new(4096, 1, 1, Some(OUTPUT)).unwrap());
    let mut memory = Vec::new();
    for (params, blocks) in [(&small, 64), (&large, 4096), (&small, 4096)] {
        assert!(derive(&password("any"), params.clone(), &[0; SALT], OUTPUT, &mut memory).is_some());
        assert_eq!(memory.len(), blocks);
    }
    trim(&mut memory, small.block_count());
    assert_eq!((memory.len(), memory.capacity()), (64, 64));
}

#[tokio::test]
async fn dropping_the_pool_ends_its_threads_and_answers_who_waits() {
    let pool = slow_pool();
    let shared = Arc::downgrade(&pool.shared);
    let mut askers = Vec::new();
    for _ in 0..3 {
        let (answer, asker) = oneshot::channel();
        let job = Job { password: password("any"), params: pool.params.clone(), salt: vec![0; SALT], length: OUTPUT, answer };
        assert!(pool.shared.queue.push(job).is_ok());
        askers.push(asker);
    }
    drop(pool);
    assert!(askers.pop().unwrap().await.is_err(), "nobody waits for ever");
    until(|| shared.strong_count() == 0).await;
}
