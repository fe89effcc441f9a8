//! A real browser, headless, driven through its driver.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

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
    // Ends in this order, also in a test that fails: the driver must still be there to end the browser.
    pub driver: WebDriver,
    _process: Driver,
    _profile: tempfile::TempDir,
}

impl Chromium {
    pub async fn open() -> Self {
        Self::open_with(json!({})).await
    }

    /// The same with settings of the browser's own (its "preferences").
    pub async fn open_with(preferences: Value) -> Self {
        Self::start(preferences, false).await
    }

    /// A window that keeps count of what it loads: see [`Chromium::received`].
    pub async fn open_counting() -> Self {
        Self::start(json!({}), true).await
    }

    async fn start(preferences: Value, counts: bool) -> Self {
        let (chrome, chromedriver) = find().expect("required before");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(chromedriver).arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let process = Driver(process);
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
            // A picture of what still moves shows neither what was nor what will be.
            "--force-prefers-reduced-motion",
            // Whatever a page asks for, nothing leaves this machine.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        capabilities.add_experimental_option("prefs", preferences).unwrap();
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::Warning).unwrap();
        if counts {
            capabilities.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        Self { driver, _process: process, _profile: profile }
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

    /// What only the browser's own protocol can do.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(command, parameters).await.unwrap()
    }

    /// A screen of that width, by day (`light`) or by night (`dark`).
    pub async fn screen(&self, width: u32, scheme: &str) {
        let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// How many pixels of the page are beside the screen.
    pub async fn overflow(&self) -> i64 {
        let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.driver.execute(wide, vec![]).await.unwrap().json().as_i64().unwrap()
    }

    /// What the console says since it was last asked. That a page tells of an error by its status is as it should be: only
    /// the files of a page have to be there. That the next page came before an animation had begun is the browser's own affair.
    pub async fn complaints(&self) -> Vec<String> {
        let mut log = self.driver.browser_log().await.unwrap();
        log.retain(|entry| {
            let address = entry.message.split([' ', '?']).next().unwrap_or("");
            if entry.message.contains("Transition was aborted") || entry.message.contains("Transition was skipped") {
                return false;
            }
            entry.source.as_deref() != Some("network") || address.rsplit('/').next().is_some_and(|file| file.contains('.'))
        });
        log.into_iter().map(|entry| entry.message).collect()
    }

    /// What came over the network until now, and how many bytes that was with all headers. Waits until nothing more comes.
    pub async fn received(&self) -> Vec<(String, u64)> {
        let (mut asked, mut came) = (BTreeMap::new(), BTreeMap::new());
        let mut quiet = 0;
        while quiet < 10 {
            let log = self.driver.get_log("performance").await.unwrap();
            quiet = if log.is_empty() { quiet + 1 } else { 0 };
            for entry in log {
                let event: Value = serde_json::from_str(&entry.message).unwrap();
                let (method, of) = (event["message"]["method"].as_str().unwrap_or(""), &event["message"]["params"]);
                let id = of["requestId"].as_str().unwrap_or("").to_owned();
                match method {
                    "Network.requestWillBeSent" => drop(asked.insert(id, of["request"]["url"].as_str().unwrap().to_owned())),
                    "Network.loadingFinished" => drop(came.insert(id, of["encodedDataLength"].as_f64().unwrap())),
                    _ => {}
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
        let bytes = |id: &String| came.get(id).copied().unwrap_or(0.0) as u64;
        asked.iter().filter(|(_, url)| url.starts_with("http")).map(|(id, url)| (url.clone(), bytes(id))).collect()
    }

    /// The page fits a phone, has a style by day and by night, and nothing to complain about. A picture of each goes to
    /// `target/shots/`, for looking at.
    pub async fn looks_right(&self, name: &str) {
        let shots = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/shots");
        std::fs::create_dir_all(&shots).unwrap();
        for (width, scheme, look) in [(1280, "light", "desktop"), (390, "light", "phone"), (390, "dark", "phone-dark")] {
            self.screen(width, scheme).await;
            assert!(self.overflow().await <= 0, "{name} scrolls sideways at {width} px");
            let styled = self.driver.execute("return getComputedStyle(document.body).backgroundColor", vec![]).await.unwrap();
            assert_ne!(styled.json().as_str(), Some("rgba(0, 0, 0, 0)"), "{name} has no style");
            self.driver.screenshot(&shots.join(format!("{name}-{look}.png"))).await.unwrap();
        }
        assert_eq!(self.complaints().await, Vec::<String>::new(), "{name}");
    }

    pub async fn close(self) {
        let _ = self.driver.clone().quit().await;
    }
}

/// The driver's process.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
