//! The workloads of this server, each beside the floor that the machine sets: what the same answer
//! costs when nothing but the unavoidable is done. Server and floor run one after the other, several
//! times, in one run; what counts is the ratio of their CPU time for each operation.
//!
//! `just bench`, or `cargo bench` (with `-- quick` for a short look).

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::type_complexity,
    reason = "a measurement that cannot be made stops, and figures are approximate"
)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/floor.rs"]
mod floor;
#[path = "support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use driver::{Load, Report, drive};
use server::{Process, Subject};

/// One workload: how ours is asked, how the floor is asked, and the most that the ratio may be.
struct Workload {
    name: &'static str,
    floor_name: &'static str,
    goal: f64,
    clients: usize,
    ours: Box<dyn Fn(&Subject, usize) -> Load>,
    floor: &'static str,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--floor") {
        return floor::serve(&arguments[at + 1]);
    }
    let quick = arguments.iter().any(|argument| argument == "quick");
    let (runs, time) = if quick { (3, Duration::from_secs(1)) } else { (9, Duration::from_secs(2)) };
    let only = arguments.iter().skip(1).find(|argument| argument.starts_with('W')).cloned();

    let first = Instant::now();
    let subject = Subject::start();
    let first_start = subject.first_start;
    let (again, idle) = subject.restart();
    eprintln!("prepared in {:.1} s", first.elapsed().as_secs_f64());
    let floor = Process::floor();

    println!("{:<34} {:>9} {:>9} {:>9} {:>9}  {:>7} {:>6}", "workload", "ops/s", "p50 ms", "p99 ms", "CPU µs", "ratio", "goal");
    let mut missed = 0;
    for workload in workloads().into_iter().filter(|workload| only.as_deref().is_none_or(|only| workload.name.starts_with(only))) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            theirs.push(drive(&floor, workload.clients, time, |_| Load::get(workload.floor)));
            ours.push(drive(&subject.process, workload.clients, time, |client| (workload.ours)(&subject, client)));
        }
        let ratio = Report::ratio(&ours, &theirs);
        let (ours, theirs) = (Report::median(&ours), Report::median(&theirs));
        let met = ratio <= workload.goal;
        missed += usize::from(!met);
        println!("{:<34} {theirs}", format!("  floor: {}", workload.floor_name));
        println!("{:<34} {ours}  {ratio:>6.2}× {:>5}× {}", workload.name, workload.goal, if met { "" } else { "MISSED" });
    }
    let peak = subject.process.peak_mib();
    let binary = std::fs::metadata(env!("CARGO_BIN_EXE_housekey")).map_or(0, |file| file.len()) as f64 / 1e6;
    println!();
    for (what, value, goal, unit) in [
        ("first start, empty database", first_start.as_secs_f64(), 0.5, "s"),
        ("start with a database", again.as_secs_f64(), 0.1, "s"),
        ("resident memory, idle", idle, 35.0, "MiB"),
        ("resident memory, peak", peak, 90.0, "MiB"),
        ("binary", binary, 30.0, "MB"),
    ] {
        missed += usize::from(value > goal);
        println!("{what:<34} {value:>9.2} {unit:<4} goal {goal:>6} {}", if value > goal { "MISSED" } else { "" });
    }
    println!("\n{missed} goals missed");
}

fn workloads() -> Vec<Workload> {
    let load = |name, floor_name, goal, clients, floor, ours: Box<dyn Fn(&Subject, usize) -> Load>| Workload {
        name,
        floor_name,
        goal,
        clients,
        ours,
        floor,
    };
    vec![
        load("W1 discovery", "empty handler", 1.7, 8, "/empty", Box::new(|_, _| Load::get("/.well-known/openid-configuration"))),
        load("W2 JWKS", "empty handler", 1.6, 8, "/empty", Box::new(|_, _| Load::get("/.well-known/jwks.json"))),
        load("W3 sign-in page, new browser", "a template, two tokens, a cookie", 4.0, 8, "/page", Box::new(|_, _| Load::get("/sign-in"))),
        load("W5 refresh, EdDSA, durable", "a durable commit, two signatures", 2.6, 8, "/rotate", Box::new(server::Subject::refresh)),
        load("W7 password sign-in", "one Argon2id hash", 1.04, 2, "/argon2", Box::new(|subject, _| subject.sign_in())),
    ]
}
