//! A relying party that others wrote (`tests/peers/relying_parties/*.mjs`): one npm package each, used as its readers are told to.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::TestApp;
use super::relying_party::CALLBACK;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/relying_parties");

/// A running script. Ended when dropped.
pub struct Script {
    child: Child,
    stdin: ChildStdin,
    answers: Receiver<Value>,
}

impl Script {
    /// The script of that name as one of our clients.
    pub fn start(name: &str, app: &TestApp, client: &str, secret: Option<&str>) -> Self {
        Self::start_at(name, app, client, secret, CALLBACK)
    }

    /// The same with another address to come back to.
    pub fn start_at(name: &str, app: &TestApp, client: &str, secret: Option<&str>, redirect_uri: &str) -> Self {
        Self::of_issuer(name, &app.issuer, client, secret, redirect_uri)
    }

    /// The same beside whatever server is there.
    pub fn of_issuer(name: &str, issuer: &str, client: &str, secret: Option<&str>, redirect_uri: &str) -> Self {
        let mut child = Command::new("node")
            .arg(format!("{FOLDER}/{name}.mjs"))
            .args(["--issuer", issuer, "--client", client, "--redirect-uri", redirect_uri])
            .args(secret.into_iter().flat_map(|secret| ["--secret", secret]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (said, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = said.send(serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}")));
            }
        });
        Self { child, stdin, answers }
    }

    /// Has it do something, with these arguments: what it has then, or the error that it threw.
    pub fn tries(&mut self, what: &str, with: &[Value]) -> Result<Value, Value> {
        let line: Vec<_> = std::iter::once(&json!(what)).chain(with).cloned().collect();
        writeln!(self.stdin, "{}", Value::from(line)).unwrap();
        let answer = self.answers.recv_timeout(Duration::from_secs(20));
        let answer = answer.unwrap_or_else(|why| panic!("no answer to {what}: {why}"));
        answer.get("is").cloned().ok_or_else(|| answer["refused"].clone())
    }

    /// The same when it must not fail.
    pub fn does(&mut self, what: &str, with: &[Value]) -> Value {
        self.tries(what, with).unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// The same for what answers with a text.
    pub fn says(&mut self, what: &str, with: &[Value]) -> String {
        self.does(what, with).as_str().unwrap_or_else(|| panic!("{what} says no text")).to_owned()
    }

    /// Asks again until the answer passes.
    pub fn waits(&mut self, what: &str, passes: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let answer = self.does(what, &[]);
            if passes(&answer) {
                return answer;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{what} is still {answer:#}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
