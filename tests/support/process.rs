//! The program itself, as a second process on a test server's database: what operators call a replica.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::TestApp;
use super::development::free_port;

const LETTERS: &str = "letters";

/// A running `housekey serve`. Ended when dropped.
pub struct Process {
    child: Child,
    /// Where it listens; its issuer is the first server's.
    pub address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl TestApp {
    /// How many letters the second process has written; those of the first are in its inbox.
    pub fn letters_of_process(&self) -> usize {
        std::fs::read_dir(self.folder.path().join(LETTERS))
            .unwrap()
            .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "eml"))
            .count()
    }

    /// One more process, with the settings of this server and the clients of every test. Its time is the real one.
    pub async fn process(&self) -> Process {
        self.process_with(&[]).await
    }

    /// The same with these settings over the server's.
    pub async fn process_with(&self, settings: &[(&str, &str)]) -> Process {
        for (id, entry) in super::clients() {
            let mut work = self.app.begin(housekey::work::Actor::Operator).await.unwrap();
            housekey::oidc::client::insert(&mut work, &id, entry).await.unwrap();
            work.commit().await.unwrap();
        }
        let port = free_port();
        std::fs::write(self.folder.path().join("housekey.toml"), &self.toml).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_housekey"))
            .arg("serve")
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOUSEKEY_MASTER_KEY", super::app::MASTER_KEY)
            .env("HOUSEKEY_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("HOUSEKEY_EMAIL__FOLDER", self.folder.path().join(LETTERS))
            .env("HOUSEKEY_LOG__FILTER", "warn")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let process = Process { child, address: format!("http://localhost:{port}") };
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let began = Instant::now();
        while !http.get(format!("{}/health", process.address)).send().await.is_ok_and(|response| response.status().is_success()) {
            assert!(began.elapsed() < Duration::from_secs(20), "the second process does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process
    }
}
