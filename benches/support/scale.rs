//! How the server keeps its pace as its tables grow: the same requests to servers with more and more people, in turns, and what a row
//! costs on the disk.

use std::time::{Duration, Instant};

use crate::driver::{Load, Report, drive, verdict};
use crate::seed::{self, TOKENS};
use crate::server::Subject;

/// People at the smallest server.
const FEW: usize = 10_000;

struct Size {
    people: usize,
    subject: Subject,
}

/// Up to so many people. Says how many goals were missed.
pub fn run(most: usize) -> usize {
    let sizes: Vec<_> = [FEW, 100_000, 1_000_000].into_iter().filter(|people| *people <= most).map(grown).collect();
    let mut missed = 0;
    let workloads: [(&str, fn(&Subject, usize) -> Load); 4] = [
        ("W4 single sign-on", |subject, _| subject.person.single_sign_on(false)),
        ("W5 refresh", |subject, client| subject.person.refresh(client)),
        ("W6 userinfo", |subject, _| subject.person.userinfo()),
        ("W8 introspection", |subject, _| subject.person.introspection()),
    ];
    println!(
        "\n{:<22} {:>10} {:>9} {:>9} {:>9} {:>9}  {:>6} {:>6}",
        "workload", "people", "ops/s", "p50 ms", "p99 ms", "CPU µs", "CPU", "p99"
    );
    for (name, load) in workloads {
        let mut reports: Vec<Vec<Report>> = vec![Vec::new(); sizes.len()];
        for _ in 0..15 {
            for (at, size) in sizes.iter().enumerate() {
                reports[at].push(drive(&size.subject.process, 8, Duration::from_secs(1), |client| load(&size.subject, client)));
            }
        }
        for (at, size) in sizes.iter().enumerate() {
            let (cpu, _) = Report::ratio(&reports[at], &reports[0]);
            let p99 = Report::median_p99(&reports[at]) / Report::median_p99(&reports[0]);
            let goal = if size.people > 100_000 { 1.25 } else { 1.15 };
            let met = cpu <= goal && p99 <= goal;
            missed += usize::from(!met);
            let report = Report::median(&reports[at]);
            println!("{name:<22} {:>10} {report}  {cpu:>5.2}× {p99:>5.2}×  goal {goal} {}", size.people, verdict(met));
        }
    }
    println!();
    for Size { people, subject } in &sizes {
        let (start, idle) = subject.restart();
        let met = start < Duration::from_millis(200);
        missed += usize::from(!met);
        let start = start.as_secs_f64();
        println!("start with {people:>8} people {start:>8.3} s  goal 0.2  {} idle {idle:.1} MiB", verdict(met));
    }
    missed += usize::from(!clean_up(sizes.last().expect("a size")));
    missed
}

/// A server with so many people, each with a session and ten families of refresh tokens that have been used.
fn grown(people: usize) -> Size {
    let began = Instant::now();
    let subject = Subject::start();
    // One family that has been used, for the others to be like it.
    drive(&subject.process, 1, Duration::from_millis(100), |client| subject.person.refresh(client));
    let bytes = seed::grow(&subject.database(), people);
    let per_row = bytes / (people * TOKENS) as f64;
    println!(
        "{people} people, {} refresh tokens: seeded in {:.0} s; a token's row with its indexes {per_row:.0} bytes, goal 350 {}",
        people * TOKENS,
        began.elapsed().as_secs_f64(),
        verdict(per_row <= 350.0)
    );
    Size { people, subject }
}

/// A tenth of the tokens is over: their rows go in small batches beside requests, whose p99 must not double.
fn clean_up(size: &Size) -> bool {
    let second = Duration::from_secs(1);
    let refresh = |time| drive(&size.subject.process, 2, time, |client| size.subject.person.refresh(client));
    let before: Vec<_> = (0..5).map(|_| refresh(second)).collect();
    let over = seed::expire(&size.subject.database(), size.people * TOKENS / 10);
    // What runs every few minutes by itself runs a minute after the start of one more server.
    let (again, _) = size.subject.beside();
    let began = Instant::now();
    let left = || seed::left(&size.subject.database(), &over);
    while left() == over.count && began.elapsed() < Duration::from_mins(2) {
        std::thread::sleep(Duration::from_millis(200));
    }
    let began = Instant::now();
    let mut during = Vec::new();
    while left() > 0 && began.elapsed() < Duration::from_mins(5) {
        during.push(refresh(second));
    }
    drop(again);
    let left = left();
    let (calm, busy) = (Report::median_p99(&before), Report::median_p99(&during));
    let met = busy <= 2.0 * calm && left == 0;
    println!(
        "clean-up of {} rows beside refreshes: p99 {calm:.2} ms before, {busy:.2} ms during; {left} left after {:.0} s {}",
        over.count,
        began.elapsed().as_secs_f64(),
        verdict(met)
    );
    met
}
