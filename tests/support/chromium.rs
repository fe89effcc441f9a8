//! A real browser, headless, driven through its driver.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use thirtyfour::prelude::*;

/// The browser and its driver, if this machine has both. `CHROME` and `CHROMEDRIVER` name others.
pub fn find() -> Option<(PathBuf, PathBuf)> {
    let find = |variable: &str, names: &[&str]| {
        std::env::var_os(variable).map(PathBuf::from).or_else(|| {
            let folders = std::env::var_os("PATH")?;
            let folders: Vec<_> = std::env::split_paths(&folders).collect();
            names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.exists()))
        })
    };
    Some((find("CHROME", &["chromium", "google-chrome"])?, find("CHROMEDRIVER", &["chromedriver"])?))
}

/// A browser window. Call [`Chromium::close`] at the end.
pub struct Chromium {
    pub driver: WebDriver,
    process: Child,
    _profile: tempfile::TempDir,
}

impl Chromium {
    pub async fn open() -> Self {
        let (chrome, chromedriver) = find().expect("required before");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(chromedriver).arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the driver does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(chrome.to_str().unwrap()).unwrap();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        Self { driver, process, _profile: profile }
    }

    /// Waits until an element is there and seen.
    pub async fn find(&self, css: &str) -> WebElement {
        let wait = self.driver.query(By::Css(css)).wait(Duration::from_secs(15), Duration::from_millis(50)).and_displayed().first().await;
        match wait {
            Ok(element) => element,
            Err(error) => {
                let at = self.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default();
                let text = match self.driver.find(By::Css("body")).await {
                    Ok(body) => body.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                panic!("no {css} at {at}: {error}\n{text}");
            }
        }
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    pub async fn fill(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.unwrap();
    }

    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Waits until an element says something that passes. The page may be another one by then.
    pub async fn wait_for(&self, css: &str, passes: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let text = match self.driver.find(By::Css(css)).await {
                Ok(element) => element.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if passes(&text) {
                return text;
            }
            assert!(began.elapsed() < Duration::from_secs(15), "{css} still says {text:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn close(mut self) {
        let _ = self.driver.clone().quit().await;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}
