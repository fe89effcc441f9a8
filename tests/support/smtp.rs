//! A real SMTP server (`tests/peers/smtp.mjs`), with certificates of its own and faults on demand.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::certificate::Certificate;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/smtp.mjs");

pub const USER: &str = "relay-user";
pub const PASSWORD: &str = "relay-password-1";

/// A relay. Ended when dropped.
pub struct Relay {
    pub port: u16,
    /// The certificate of the authority that signed the relay's.
    pub ca: PathBuf,
    tls: &'static str,
    child: Child,
    stdin: Mutex<ChildStdin>,
    events: Arc<Mutex<Vec<Value>>>,
    _folder: tempfile::TempDir,
}

impl Relay {
    /// `tls`: `implicit` or `starttls`. `name`: whose certificate it shows; `localhost` is the right one.
    pub fn start(tls: &'static str, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let made = Certificate::of(name);
        let ca = file("ca.pem", made.authority.pem());
        let (cert, key) = (file("cert.pem", made.own.pem()), file("key.pem", made.key.serialize_pem()));
        let mut child = Command::new("node")
            .arg(SCRIPT)
            .args(["--tls", tls, "--auth", &format!("{USER}:{PASSWORD}"), "--cert"])
            .arg(cert)
            .arg("--key")
            .arg(key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let (stdout, seen) = (child.stdout.take().unwrap(), Arc::clone(&events));
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                seen.lock().unwrap().push(serde_json::from_str::<Value>(&line).unwrap());
            }
        });
        let stdin = Mutex::new(child.stdin.take().unwrap());
        let mut relay = Self { port: 0, ca, tls, child, stdin, events, _folder: folder };
        let listening = relay.wait_for("listening", |_| true);
        relay.port = u16::try_from(listening["port"].as_u64().unwrap()).unwrap();
        relay
    }

    /// `[email]` for this relay.
    pub fn toml(&self) -> String {
        let scheme = if self.tls == "implicit" { "smtps" } else { "smtp" };
        format!(
            "[email]\nfrom = \"Fieldnotes <hello@fieldnotes.example>\"\nsmtp = \"{scheme}://{USER}@localhost:{}\"\nsmtp_ca = \"{}\"\n",
            self.port,
            self.ca.display()
        )
    }

    /// Behaves so from now on.
    pub fn fault(&self, fault: &str) {
        let before = self.count("fault");
        writeln!(self.stdin.lock().unwrap(), "{}", json!({ "fault": fault })).unwrap();
        let began = Instant::now();
        while self.count("fault") == before {
            assert!(began.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn all(&self, name: &str) -> Vec<Value> {
        self.events.lock().unwrap().iter().filter(|event| event["event"] == name).cloned().collect()
    }

    pub fn count(&self, name: &str) -> usize {
        self.all(name).len()
    }

    /// Waits for such an event.
    pub fn wait_for(&self, name: &str, passes: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            if let Some(event) = self.all(name).into_iter().find(&passes) {
                return event;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "no {name}: {:?}", self.events.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
