//! The pace on PostgreSQL, beside the database's own tool with the very statement that a refresh makes: what is lost on the way
//! from a request to the statement. The database has the second core, everything else the first.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::driver::{Report, drive, verdict};
use crate::server::{Subject, free_port};

/// Rows that the database's tool updates at random.
const ROWS: usize = 200_000;
const TIME: Duration = Duration::from_secs(3);
const RUNS: usize = 5;

/// A database server of its own, on loopback. Ended when dropped.
struct Postgres {
    child: Child,
    bin: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A fast shutdown, so that its processes and shared memory go with it.
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Postgres {
    fn start() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
        let bin = versions.map(|entry| entry.expect("a folder").path().join("bin")).max().expect("a version");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("open to its user");
        let port = free_port();
        let as_its_user = |program: &str| {
            let mut command = Command::new("taskset");
            command.args(["-c", "1", "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(bin.join(program));
            command
        };
        let data = folder.path().join("data");
        let made = as_its_user("initdb").arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]).output().expect("ran");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut command = as_its_user("postgres");
        command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=512MB"]);
        command.arg("-c").arg(format!("unix_socket_directories={}", folder.path().display()));
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("started");
        let postgres = Self { child, bin, folder, port };
        let began = Instant::now();
        while !postgres.tool("pg_isready").output().is_ok_and(|answer| answer.status.success()) {
            assert!(began.elapsed() < Duration::from_secs(20), "PostgreSQL does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        postgres
    }

    /// One of its tools, on the first core.
    fn tool(&self, program: &str) -> Command {
        let mut command = Command::new("taskset");
        command.env("PGDATABASE", "postgres").args(["-c", "0"]).arg(self.bin.join(program)).args([
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "-p",
            &self.port.to_string(),
        ]);
        command
    }

    fn run(&self, sql: &str) -> String {
        let output = self.tool("psql").args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().expect("ran");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// The statement of one refresh, as the database saw it.
    fn statement_of(&self, refresh: impl FnOnce()) -> String {
        let log = |what: &str| {
            self.run(&format!("ALTER SYSTEM SET log_statement = '{what}'"));
            self.run("SELECT pg_reload_conf()");
            std::thread::sleep(Duration::from_millis(300));
        };
        log("mod");
        refresh();
        log("none");
        let log = std::fs::read_to_string(self.folder.path().join("log")).expect("its log");
        let line = log.lines().find(|line| line.contains("UPDATE token_families SET generation")).expect("a refresh");
        line[line.find("UPDATE token_families").expect("a statement")..].to_owned()
    }

    /// How many of these statements a second its own tool gets through.
    fn bench(&self, script: &std::path::Path, clients: usize) -> f64 {
        let seconds = TIME.as_secs().to_string();
        let output =
            self.tool("pgbench").args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-T", &seconds, "-f"]).arg(script).output();
        let output = output.expect("ran");
        let said = String::from_utf8_lossy(&output.stdout);
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next()?.parse().ok());
        assert!(rate.is_some(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        rate.unwrap_or_default()
    }
}

/// Says how many goals were missed.
pub fn run() -> usize {
    // The load too has the first core: what is started from now on inherits it.
    let _ = Command::new("taskset").args(["-cp", "0", &std::process::id().to_string()]).stdout(Stdio::null()).status();
    let postgres = Postgres::start();
    let subject = Subject::on(Some(format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", postgres.port)));
    let refresh = |time| drive(&subject.process, 8, time, |client| subject.person.refresh(client));
    let statement = postgres.statement_of(|| {
        refresh(Duration::from_millis(100));
    });
    println!("{statement}\n");
    let script = postgres.folder.path().join("rotate.sql");
    std::fs::write(&script, as_script(&postgres, &statement)).expect("written");
    println!("{:<34} {:>9} {:>9} {:>9} {:>9}  {:>8} {:>6}", "PostgreSQL", "ops/s", "p50 ms", "p99 ms", "CPU µs", "part", "goal");
    let mut missed = 0;
    for clients in [4, 8, 16] {
        let (mut tool, mut ours, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            tool.push(postgres.bench(&script, clients));
            ours.push(drive(&subject.process, clients, TIME, |client| subject.person.refresh(client)));
            parts.push(ours[ours.len() - 1].per_second / tool[tool.len() - 1]);
        }
        for all in [&mut tool, &mut parts] {
            all.sort_by(f64::total_cmp);
        }
        let met = parts[RUNS / 2] >= 0.6;
        missed += usize::from(!met);
        println!("  pgbench, {clients:>2} clients {:>21.0}", tool[RUNS / 2]);
        let ours = Report::median(&ours);
        println!("{:<34} {ours}  {:>7.0} % {:>5}% {}", format!("W5 refresh, {clients} clients"), parts[RUNS / 2] * 100.0, 60, verdict(met));
    }
    replicas(&subject);
    missed
}

/// Two servers on one database, on the one core that one of them had: how much they get done together, of what one does alone. Less than
/// all of it, because a core that turns from one to the other loses something; that two cores do twice as much has to be seen on a machine
/// with more of them.
fn replicas(subject: &Subject) {
    let (second, _) = subject.beside();
    let servers = [&subject.process, &second];
    let half = |at: usize| drive(servers[at], 4, TIME, |client| subject.person.refresh(at * 4 + client)).per_second;
    let mut parts = Vec::new();
    for _ in 0..RUNS {
        let alone = drive(servers[0], 8, TIME, |client| subject.person.refresh(client)).per_second;
        let together = std::thread::scope(|scope| {
            let other = scope.spawn(|| half(1));
            half(0) + other.join().expect("the other half")
        });
        parts.push(together / alone);
    }
    parts.sort_by(f64::total_cmp);
    println!("{:<78} {:>7.0} %", "two replicas on the core of one, 8 clients in all", parts[RUNS / 2] * 100.0);
}

/// The statement for the database's own tool: a row at random, the same columns, values as long as real ones.
fn as_script(postgres: &Postgres, statement: &str) -> String {
    postgres.run(&format!(
        "INSERT INTO token_families SELECT (jsonb_populate_record(used, jsonb_build_object('id', lpad(to_hex(n), 32, '0')))).* \
         FROM (SELECT f FROM token_families f WHERE client_id = 'bench' AND successor IS NOT NULL LIMIT 1) one(used), generate_series(1, {ROWS}) n"
    ));
    postgres.run("VACUUM ANALYZE token_families");
    let successor = postgres.run("SELECT length(successor) FROM token_families WHERE successor IS NOT NULL LIMIT 1");
    let bytes = |length: &str| format!("decode(repeat('a5', {length}), 'hex')");
    let now = "(extract(epoch FROM now()) * 1000)::bigint";
    let values = [
        "lpad(to_hex(:n::bigint), 32, '0')::uuid".to_owned(),
        "current_hash".to_owned(),
        now.to_owned(),
        "'bench'".to_owned(),
        format!("{now} + 10000"),
        bytes("32"),
        bytes(&successor),
        format!("{now} + 100000000"),
        "'body'".to_owned(),
        "NULL::text".to_owned(),
    ];
    let mut script = format!("\\set n random(1, {ROWS})\n");
    let mut rest = statement;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let number: usize = after[..digits].parse().expect("a place");
        let _ = write!(script, "{before}{}", values[number - 1]);
        rest = &after[digits..];
    }
    script.push_str(rest);
    script.push_str(";\n");
    script
}
