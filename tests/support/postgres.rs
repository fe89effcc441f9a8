//! One private PostgreSQL for the whole test process, on loopback; a database of its own for each test,
//! copied from a migrated one. `TEST_DATABASE_URL` names a server to use instead.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use housekey::config::Database;
use housekey::db::Db;
use sea_orm::ConnectionTrait;
use tokio::sync::OnceCell;

/// A server with an administrator's address, without a database name.
pub struct Postgres {
    admin: String,
    template: OnceCell<String>,
    number: AtomicU32,
}

impl Postgres {
    /// The server, started at the first call; nothing if this machine has none.
    pub fn get() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
        let make = |admin| Self { admin, template: OnceCell::new(), number: AtomicU32::new(0) };
        SERVER
            .get_or_init(|| std::env::var_os("TEST_DATABASE_URL").and_then(|url| url.into_string().ok()).or_else(start).map(make))
            .as_ref()
    }

    /// A migrated database that nobody else uses.
    pub async fn fresh_database(&self) -> String {
        let template = self.template.get_or_init(|| self.make_template()).await;
        let name = format!("t{}_{}", std::process::id(), self.number.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        format!("{}/{name}", self.admin)
    }

    /// An empty database that nobody else uses.
    pub async fn empty_database(&self) -> String {
        let name = format!("e{}_{}", std::process::id(), self.number.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name}")).await;
        format!("{}/{name}", self.admin)
    }

    async fn make_template(&self) -> String {
        let name = format!("template_{}", std::process::id());
        self.run(&format!("CREATE DATABASE {name}")).await;
        let db = Db::connect(&Database::Postgres(format!("{}/{name}", self.admin).into())).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        name
    }

    async fn run(&self, sql: &str) {
        let db = sea_orm::Database::connect(format!("{}/postgres", self.admin)).await.unwrap();
        // A template that somebody is still connected to cannot be copied for a moment.
        for _ in 0..50 {
            match db.execute_unprepared(sql).await {
                Ok(_) => break,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        db.close().await.unwrap();
    }
}

fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<_> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.sort();
    versions.into_iter().rev().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// Starts a cluster in a folder of its own. A watchdog ends it when this process ends, however it ends.
fn start() -> Option<String> {
    let bin = binaries()?;
    let folder = tempfile::tempdir().ok()?.keep();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).ok()?;
    let data = folder.join("data");
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    let command = |program: &str| {
        let program = bin.join(program);
        if root {
            // PostgreSQL refuses to run as root.
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        }
    };
    let made =
        command("initdb").args(["-D"]).arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]).output().ok()?;
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let child = command("postgres")
        .args(["-D"])
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400", "-c", "shared_buffers=64MB"])
        .arg("-c")
        .arg(format!("unix_socket_directories={}", folder.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let watch = format!(
        "while kill -0 {} 2>/dev/null; do sleep 0.5; done; kill -QUIT {}; sleep 1; rm -rf {}",
        std::process::id(),
        child.id(),
        folder.display()
    );
    Command::new("sh").args(["-c", &watch]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(20) {
        let ready = Command::new(bin.join("pg_isready")).args(["-h", "127.0.0.1", "-p", &port.to_string()]).output();
        if ready.is_ok_and(|output| output.status.success()) {
            return Some(format!("postgres://postgres@127.0.0.1:{port}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("PostgreSQL does not answer");
}
