//! An app of `examples/`, started as its README says.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::development::{Development, free_port};

pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// A running app. Ended when dropped, with all that npm started for it.
pub struct Example {
    child: Child,
    pub origin: String,
}

impl Example {
    /// `npm start` in its folder, on a free port, for this house.
    pub async fn start(name: &str, development: &Development, environment: &[(&str, &str)]) -> Self {
        let port = free_port();
        let origin = format!("http://localhost:{port}");
        let child = Command::new("npm")
            .args(["start", "--", "--strictPort", "--port", &port.to_string()])
            .current_dir(format!("{FOLDER}/{name}"))
            .env("VITE_HOUSEKEY_ISSUER", &development.issuer)
            .env("HOUSEKEY_ISSUER", &development.issuer)
            .env("ORIGIN", &origin)
            .env("npm_config_logs_max", "0")
            .env_remove("CI")
            .envs(environment.iter().copied())
            // A group of its own, so that it can be ended whole. If this program is ended instead, stdin closes: Vite goes then.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let example = Self { child, origin };
        example.is_up(name).await;
        example
    }

    async fn is_up(&self, name: &str) {
        let began = Instant::now();
        while !reqwest::get(&self.origin).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(began.elapsed() < Duration::from_secs(30), "npm start in examples/{name} does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
