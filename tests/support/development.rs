//! `housekey dev`, as its README says, on free ports; and a person who comes to its pages in a real browser.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::chromium::Chromium;

pub const EMAIL: &str = "maya@okafor.example";
pub const PASSWORD: &str = "lantern orbit walnut quiet";

/// A development server. Ended when dropped.
pub struct Development {
    child: Child,
    pub issuer: String,
    pub demo: String,
    pub provider: String,
    settings: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

impl Drop for Development {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// As it comes, but for access tokens of a minute.
pub async fn develop() -> Development {
    develop_with(&[("HOUSEKEY_TOKENS__ACCESS_TTL", "60s")]).await
}

/// With these settings.
pub async fn develop_with(settings: &[(&str, &str)]) -> Development {
    develop_at(free_port(), "", settings).await
}

/// With these settings and a configuration file, at this port.
pub async fn develop_at(port: u16, toml: &str, settings: &[(&str, &str)]) -> Development {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("housekey.toml"), toml).unwrap();
    let (demo, provider) = (free_port(), free_port());
    let mut settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    settings.push(("HOUSEKEY_SERVER__LISTEN".to_owned(), format!("127.0.0.1:{port}")));
    let child = Command::new(env!("CARGO_BIN_EXE_housekey"))
        .args(["dev", "--demo-port", &demo.to_string(), "--provider-port", &provider.to_string()])
        .current_dir(folder.path())
        .env_clear()
        .envs(settings.clone())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while [demo, provider].into_iter().any(|port| std::net::TcpStream::connect(("127.0.0.1", port)).is_err()) {
        assert!(began.elapsed() < Duration::from_secs(20), "housekey dev does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    Development {
        child,
        issuer: format!("http://localhost:{port}"),
        demo: format!("http://localhost:{demo}"),
        provider: format!("http://localhost:{provider}"),
        settings,
        folder,
    }
}

impl Development {
    /// What a command of the same program says, about the same house.
    pub fn command(&self, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_housekey"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().envs(self.settings.clone());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// An account for the person, who is called Maya.
    pub fn with_maya(self) -> Self {
        self.command(&["user", "add", EMAIL, "--name", "Maya", "--verified", "--password-stdin"], PASSWORD);
        self
    }
}

/// What the latest letter carries, as an end-to-end test of somebody's own app would read it.
pub async fn carried(development: &Development, what: &str) -> String {
    carried_to(development, EMAIL, what).await
}

/// The same for another address.
pub async fn carried_to(development: &Development, address: &str, what: &str) -> String {
    let url = format!("{}/dev/inbox/latest?to={address}", development.issuer);
    let letter: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    letter[what].as_str().unwrap().to_owned()
}

pub async fn sign_up(browser: &Chromium, development: &Development) {
    browser.click("a[href*='/sign-up']").await;
    fill_in_sign_up(browser, development).await;
}

/// From the page that asks for an address, by the letter's code, as far as the app.
pub async fn fill_in_sign_up(browser: &Chromium, development: &Development) {
    browser.fill("#email", EMAIL).await;
    browser.click("main button[type=submit]").await;
    browser.fill("#new-password", PASSWORD).await;
    browser.click("main button[type=submit]").await;
    browser.find("#code").await;
    browser.fill("#code", &carried(development, "code").await).await;
    browser.click("form[action$='/sign-in/check'] button[type=submit]").await;
}

pub async fn sign_in(browser: &Chromium) {
    browser.fill("#email", EMAIL).await;
    browser.click("main button[type=submit]").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main button[type=submit]").await;
}
