//! The workloads of this server, each beside the floor that the machine sets: what the same answer
//! costs when nothing but the unavoidable is done. Server and floor run one after the other, several
//! times, in one run; what counts is the ratio of their CPU time for each operation.
//!
//! `just bench`, or `cargo bench` (with `-- quick` for a short look). `just scale` measures the pace as tables grow, to a hundred thousand
//! people; `just scale 1000000` to a million, with ten million refresh tokens. `just bench postgres` measures on PostgreSQL, beside its
//! own tool.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::type_complexity,
    reason = "a measurement that cannot be made stops, and figures are approximate"
)]

#[path = "support/driver.rs"]
mod driver;
#[path = "support/floor.rs"]
mod floor;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/relay.rs"]
mod relay;
#[path = "support/scale.rs"]
mod scale;
#[path = "support/seed.rs"]
mod seed;
#[path = "support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use driver::{Load, Report, drive, verdict};
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
    if arguments.iter().any(|argument| argument == "scale") {
        let most = arguments.iter().filter_map(|argument| argument.parse().ok()).max().unwrap_or(100_000);
        return println!("\n{} goals missed", scale::run(most));
    }
    if arguments.iter().any(|argument| argument == "postgres") {
        return println!("\n{} goals missed", postgres::run());
    }
    let quick = arguments.iter().any(|argument| argument == "quick");
    let (runs, time) = if quick { (3, Duration::from_secs(1)) } else { (9, Duration::from_secs(2)) };
    let only = arguments.iter().skip(1).find(|argument| argument.starts_with('W') || *argument == "mixed").cloned();

    let first = Instant::now();
    let subject = Subject::start();
    let first_start = subject.first_start;
    let (again, idle) = subject.restart();
    eprintln!("prepared in {:.1} s", first.elapsed().as_secs_f64());
    let floor = Process::floor();

    println!("{:<34} {:>9} {:>9} {:>9} {:>9}  {:>12} {:>6}", "workload", "ops/s", "p50 ms", "p99 ms", "CPU µs", "ratio", "goal");
    let mut missed = 0;
    if only.as_deref().is_none_or(|only| "W10".starts_with(only)) {
        missed += usize::from(!stalled(&subject, runs));
    }
    for workload in workloads().into_iter().filter(|workload| only.as_deref().is_none_or(|only| workload.name.starts_with(only))) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        // A difference of a few per cent needs more pairs to be seen through the noise.
        for _ in 0..if workload.goal < 1.2 { runs * 2 + 1 } else { runs } {
            theirs.push(drive(&floor, workload.clients, time, |_| floor_of(workload.floor)));
            ours.push(drive(&subject.process, workload.clients, time, |client| (workload.ours)(&subject, client)));
        }
        let (ratio, chance) = Report::ratio(&ours, &theirs);
        let (ours, theirs) = (Report::median(&ours), Report::median(&theirs));
        let met = ratio <= workload.goal;
        missed += usize::from(!met);
        println!("{:<34} {theirs}", format!("  floor: {}", workload.floor_name));
        println!("{:<34} {ours}  {ratio:>6.2}× ±{chance:.2} {:>5}× {}", workload.name, workload.goal, verdict(met));
    }
    if only.as_deref().is_none_or(|only| only == "W5") {
        missed += by_cookie(&subject, (runs, time));
    }
    if only.as_deref().is_none_or(|only| only == "mixed") {
        missed += usize::from(!mixed(&subject, runs));
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
        println!("{what:<34} {value:>9.2} {unit:<4} goal {goal:>6} {}", verdict(value <= goal));
    }
    println!("\n{missed} goals missed");
}

/// A relay that hangs must not be noticed by whoever asks for a letter: their p99, beside the one with a
/// relay that works, in turns, at a quarter of the load that fills the server.
fn stalled(subject: &Subject, runs: usize) -> bool {
    let mut p99 = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        for (which, stalled) in [(0, false), (1, true)] {
            subject.relay.stall(stalled);
            p99[which].push(drive(&subject.process, 2, Duration::from_secs(1), |_| subject.person.letter()).p99);
        }
    }
    let [works, hangs] = p99.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    });
    let change = hangs / works - 1.0;
    println!(
        "{:<34} {works:>9.2} {hangs:>9.2} ms p99, {:+.0} %, goal 10 % {}",
        "W10, relay works / hangs",
        change * 100.0,
        verdict(change < 0.1)
    );
    println!("{:<34} {:>9}", "letters taken by the relay", subject.relay.taken());
    change < 0.1
}

/// A refresh by cookie does what one by the token endpoint does, and looks at an origin besides. And neither gets slower as a
/// person signs in at more and more places. Says how many goals were missed.
fn by_cookie(subject: &Subject, (runs, time): (usize, Duration)) -> usize {
    let (mut cookie, mut body) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        body.push(drive(&subject.process, 8, time, |client| subject.person.refresh(client)));
        cookie.push(drive(&subject.process, 8, time, |client| subject.person.refresh_by_cookie(client)));
    }
    let (ratio, chance) = Report::ratio(&cookie, &body);
    println!("{:<34} {}", "  beside it: W5", Report::median(&body));
    let few = Report::median(&cookie);
    println!("{:<34} {few}  {ratio:>6.2}× ±{chance:.2} {:>5}× {}", "W5 refresh by cookie", 1.1, verdict(ratio <= 1.1));
    let busy = subject.busy_person(1000);
    let (mut one, mut thousand) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        one.push(drive(&subject.process, 8, time, |client| subject.person.refresh_by_cookie(client)));
        thousand.push(drive(&subject.process, 8, time, |client| busy.refresh_by_cookie(client)));
    }
    let slower = Report::median_p99(&thousand) / Report::median_p99(&one) - 1.0;
    let many = Report::median(&thousand);
    let flat = slower < 0.25;
    println!("{:<34} {many}  p99 {:+.0} %, goal 25 % {}", "W5 by cookie, 1,000 sessions to 1", slower * 100.0, verdict(flat));
    usize::from(ratio > 1.1) + usize::from(!flat)
}

/// Who is signed in must not wait for those who sign in: the p99 of user info while password hashes fill the core.
fn mixed(subject: &Subject, runs: usize) -> bool {
    let time = Duration::from_secs(2);
    let (mut asked, mut signed_in) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        std::thread::scope(|scope| {
            let sign_ins = scope.spawn(|| drive(&subject.process, 4, time, |_| subject.person.sign_in(true)));
            asked.push(drive(&subject.process, 2, time, |_| subject.person.userinfo()));
            signed_in.push(sign_ins.join().expect("sign-ins"));
        });
    }
    let p99 = Report::median_p99(&asked);
    let met = p99 <= 5.0;
    println!("{:<34} {}", "  beside it: W7", Report::median(&signed_in));
    println!("{:<34} {}  p99 goal 5 ms {}", "mixed: W6 while W7 saturates", Report::median(&asked), verdict(met));
    met
}

/// The floor of a workload; that of a single sign-on has two requests as well.
fn floor_of(path: &str) -> Load {
    let second = match path {
        "/sso" => "/rotate",
        "/sso-rs256" => "/rotate-rs256",
        path => return Load::get(path),
    };
    let [commit, rotate] = ["/commit", second].map(|path| Load::get(path).request);
    let mut now_second = false;
    let next = move |answer: &str| {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        now_second = !now_second;
        Some(if now_second { rotate.clone() } else { commit.clone() })
    };
    Load { request: Load::get("/commit").request, next: Box::new(next) }
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
        load(
            "W5 refresh, EdDSA, durable",
            "a durable commit, two signatures",
            2.6,
            8,
            "/rotate",
            Box::new(|subject, client| subject.person.refresh(client)),
        ),
        load(
            "W4 single sign-on, EdDSA",
            "a commit, then one with two signatures",
            2.7,
            8,
            "/sso",
            Box::new(|subject, _| subject.person.single_sign_on(false)),
        ),
        load(
            "W4 single sign-on, RS256",
            "the same with RSA",
            1.35,
            8,
            "/sso-rs256",
            Box::new(|subject, _| subject.person.single_sign_on(true)),
        ),
        load(
            "W6 userinfo, EdDSA",
            "a signature checked, a row read",
            1.5,
            8,
            "/userinfo",
            Box::new(|subject, _| subject.person.userinfo()),
        ),
        load(
            "W8 introspection, EdDSA",
            "a signature checked, a row read",
            1.5,
            8,
            "/userinfo",
            Box::new(|subject, _| subject.person.introspection()),
        ),
        load("W9 client_credentials, EdDSA", "a signature", 2.5, 8, "/sign", Box::new(|_, _| server::Person::client_credentials())),
        load("W10 mail sign-in begun", "one durable commit", 3.0, 8, "/commit", Box::new(|subject, _| subject.person.letter())),
        load("W7 password sign-in", "one Argon2id hash", 1.04, 2, "/argon2", Box::new(|subject, _| subject.person.sign_in(true))),
        // With the letter that tells the mailbox: written, kept and delivered meanwhile.
        load("W7 and a letter, new browser", "one Argon2id hash", 1.1, 2, "/argon2", Box::new(|subject, _| subject.person.sign_in(false))),
    ]
}
