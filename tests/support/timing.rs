//! Whether answers that look the same also take the same time: asked in turns, compared by medians and by Welch's t-test.

use std::time::{Duration, Instant};

use super::{Browser, Form};

/// What chance explains less often than this is a difference.
const LEAST: f64 = 0.01;
/// Of the slowest answers, something else on this machine was the reason.
const KEPT: f64 = 0.9;
/// However shared the machine is, an attempt ends.
const BUDGET: Duration = Duration::from_secs(21);
/// With fewer samples nothing is said.
const FEWEST: usize = 150;
const ATTEMPTS: usize = 3;

/// Asks for each of these kinds of question in turns, that many times, and holds that no kind takes longer than the first.
/// A difference that is real shows every time.
pub async fn take_the_same_time(what: &str, kinds: &[&str], samples: usize, ask: impl AsyncFn(usize, usize) -> Duration) {
    // Connections, caches.
    for round in 0..20 {
        for kind in 0..kinds.len() {
            ask(kind, round).await;
        }
    }
    for attempt in 1.. {
        let began = Instant::now();
        let mut times = vec![Vec::new(); kinds.len()];
        for round in 0..samples {
            if began.elapsed() > BUDGET && round >= FEWEST {
                break;
            }
            // Each kind is asked as often after each other one.
            for turn in 0..kinds.len() {
                let kind =
                    if round % 2 == 0 { (turn + round / 2) % kinds.len() } else { kinds.len() - 1 - (turn + round / 2) % kinds.len() };
                times[kind].push(ask(kind, round).await.as_secs_f64());
            }
        }
        let most = quantile(&times.concat(), KEPT);
        let kept: Vec<Vec<f64>> = times.iter().map(|times| times.iter().copied().filter(|time| *time <= most).collect()).collect();
        let mut differs = false;
        for kind in 1..kinds.len() {
            let (ratio, p) = (quantile(&times[kind], 0.5) / quantile(&times[0], 0.5), welch(&kept[0], &kept[kind]));
            eprintln!(
                "{what}: {} / {}: {ratio:.3} of {:.0} µs, p = {p:.3}, {} samples each",
                kinds[kind],
                kinds[0],
                quantile(&times[0], 0.5) * 1e6,
                times[0].len()
            );
            differs |= p <= LEAST;
        }
        if !differs {
            return;
        }
        assert!(attempt < ATTEMPTS, "{what}: whoever measures can tell {kinds:?} apart");
    }
}

/// A browser for each of these addresses, where it has been typed, and the form for its password.
pub async fn typed(base: &Browser, addresses: &[&str]) -> Vec<(Browser, Form)> {
    let mut typed = Vec::new();
    for address in addresses {
        let browser = base.another();
        let page = browser.get("/sign-in").await.form().fill("email", address).submit().await;
        typed.push((browser, page.form_to("/sign-in/password")));
    }
    typed
}

fn quantile(times: &[f64], which: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short list")]
    let at = ((sorted.len() - 1) as f64 * which) as usize;
    sorted[at]
}

/// How often chance alone makes a difference as large as this (two-sided; so many samples that the t distribution is the normal one).
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, spread_a) = moments(a);
    let (mean_b, spread_b) = moments(b);
    let t = (mean_a - mean_b).abs() / (spread_a + spread_b).sqrt();
    erfc(t / std::f64::consts::SQRT_2)
}

/// The mean, and the variance of the mean.
fn moments(times: &[f64]) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let n = times.len() as f64;
    let mean = times.iter().sum::<f64>() / n;
    (mean, times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
}

/// Abramowitz and Stegun, 7.1.26, for numbers that are not negative.
fn erfc(x: f64) -> f64 {
    let t = 1.0 / 0.327_591_1f64.mul_add(x, 1.0);
    let factors = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    factors.into_iter().fold(0.0, |sum: f64, factor| sum.mul_add(t, factor)) * t * (-x * x).exp()
}

#[test]
fn a_difference_is_seen_and_none_is_not() {
    let noisy = |mean: f64, by: u64| {
        let noise = |n: u64| {
            let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            f64::from(u32::try_from(mixed).unwrap()) / f64::from(1 << 24)
        };
        (by..by + 1000).map(|n| mean + noise(n)).collect::<Vec<_>>()
    };
    assert!(welch(&noisy(5.0, 0), &noisy(5.0, 5000)) > 0.01);
    assert!(welch(&noisy(5.0, 0), &noisy(5.1, 5000)) < 0.001);
    assert!((erfc(0.0) - 1.0).abs() < 1e-6 && (erfc(1.0) - 0.157_299).abs() < 1e-5 && erfc(4.0) < 1e-7);
}
