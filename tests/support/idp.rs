//! A real OpenID provider (`tests/peers/idp.mjs`), with pages of its own on which people say who they are.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/idp.mjs");

const CLIENT: &str = "housekey at the provider";
/// What HTTP's basic authentication would take for something else, if it were not encoded first (RFC 6749 §2.3.1).
const SECRET: &str = "a secret: with spaces, 100% & a +";

/// A provider at an address of its own. Ended when dropped.
pub struct IdProvider {
    pub issuer: String,
    port: u16,
    child: Option<Child>,
}

impl IdProvider {
    /// Chooses the address. Nobody answers there yet: to be started, it has to know where people are sent back to.
    pub fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { issuer: format!("http://localhost:{port}"), port, child: None }
    }

    /// Settings that let people come from here.
    pub fn toml(&self, id: &str, more: &str) -> String {
        let issuer = &self.issuer;
        format!(
            "[providers.{id}]\nlike = \"oidc\"\nname = \"{id}\"\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\n{more}\n[providers.{id}.settings]\nissuer = \"{issuer}\"\n"
        )
    }

    /// Answers from now on.
    pub fn start(&mut self, redirect_uri: &str) {
        let mut child = Command::new("node")
            .arg(SCRIPT)
            .args(["--port", &self.port.to_string(), "--client", CLIENT, "--secret", SECRET, "--redirect-uri", redirect_uri])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        self.child = Some(child);
        let (said, heard) = mpsc::channel();
        std::thread::spawn(move || said.send(BufReader::new(stdout).lines().next()));
        let line = heard.recv_timeout(Duration::from_secs(20)).expect("the provider does not listen");
        assert_eq!(line.expect("the provider has ended").unwrap(), "listening");
    }

    /// Is gone.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for IdProvider {
    fn drop(&mut self) {
        self.stop();
    }
}
