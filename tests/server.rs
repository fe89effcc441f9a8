//! The process: it starts fast, stops gently, and a kill loses nothing that was answered.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;

use crate::on_each_database;
use crate::support::development::free_port;
use crate::support::{Browser, On, PASSWORD, RelyingParty, TestApp, peer, person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_housekey");

/// The real program, serving for people on loopback. Ended when dropped.
pub struct Program {
    pub child: Child,
    pub issuer: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn environment(folder: &Path, port: u16) -> Vec<(&'static str, String)> {
    vec![
        ("HOUSEKEY_ISSUER", format!("http://localhost:{port}")),
        ("HOUSEKEY_SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("HOUSEKEY_DATA_DIR", folder.to_str().unwrap().to_owned()),
        ("HOUSEKEY_MASTER_KEY", "33".repeat(32)),
        ("HOUSEKEY_LIMITS__ENABLED", "false".into()),
        ("HOUSEKEY_SIGN_IN__PASSWORD__ARGON2__MEMORY_KIB", "256".into()),
        ("HOUSEKEY_SIGN_IN__PASSWORD__ARGON2__ITERATIONS", "1".into()),
    ]
}

pub fn command(folder: &Path, port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(environment(folder, port))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn start(folder: &Path, port: u16) -> Program {
    start_with(folder, port, &[])
}

pub fn start_with(folder: &Path, port: u16, more: &[(&str, &str)]) -> Program {
    let child = command(folder, port, &["serve"]).envs(more.iter().copied()).spawn().unwrap();
    let program = Program { child, issuer: format!("http://localhost:{port}") };
    let began = Instant::now();
    // It listens before it is ready: whoever connects early waits instead of being refused.
    while !answers(port) {
        assert!(began.elapsed() < Duration::from_secs(20), "it does not answer");
        std::thread::sleep(Duration::from_millis(10));
    }
    program
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut line = String::new();
    write!(stream, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok()
        && BufReader::new(stream).read_line(&mut line).is_ok()
        && line.starts_with("HTTP/1.1 200")
}

/// Runs a program that is expected to refuse, and gives what it said.
fn said(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("it starts instead of refusing");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn run(folder: &Path, port: u16, arguments: &[&str], input: &str) {
    let mut child = command(folder, port, arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{arguments:?}");
}

#[test]
fn killed_under_load_it_keeps_everything_it_answered() {
    peer::run(async {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        run(folder.path(), port, &["user", "add", "maya@okafor.example", "--password-stdin", "--verified"], PASSWORD);
        run(
            folder.path(),
            port,
            &["client", "add", "spa", "--kind", "spa", "--first-party", "--redirect-uri", "https://app.test/callback"],
            "",
        );
        let mut families: Vec<String> = Vec::new();
        for round in 0..3 {
            let mut program = start(folder.path(), port);
            let spa = RelyingParty { client: "spa", issuer: program.issuer.clone(), http: reqwest::Client::new() };
            // What was answered before the last kill is still there.
            for token in &mut families {
                let answer = spa.refresh(token).await;
                assert_eq!(answer.status, 200, "round {round}: {answer:?}");
                *token = answer.text("refresh_token").to_owned();
            }
            let browser = Browser::new(&program.issuer);
            let view = browser.sign_in("maya@okafor.example", PASSWORD).await;
            assert_eq!(view.url.path(), "/account");
            for _ in 0..4 {
                let tokens = spa.redeem(&spa.code(&browser).await).await;
                families.push(tokens.text("refresh_token").to_owned());
            }
            // Refresh as fast as possible, note every answer, and kill in the middle.
            let load = families.drain(..).map(|mut token| {
                let spa = RelyingParty { client: "spa", issuer: program.issuer.clone(), http: spa.http.clone() };
                tokio::spawn(async move {
                    loop {
                        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_id", "spa")];
                        let Ok(response) = spa.http.post(format!("{}/token", spa.issuer)).form(&fields).send().await else { return token };
                        let Ok(body) = response.json::<serde_json::Value>().await else { return token };
                        token = body["refresh_token"].as_str().unwrap().to_owned();
                    }
                })
            });
            let load: Vec<_> = load.collect();
            tokio::time::sleep(Duration::from_millis(300 + 150 * round)).await;
            program.child.kill().unwrap();
            program.child.wait().unwrap();
            for one in load {
                families.push(one.await.unwrap());
            }
            assert_eq!(families.len(), 4 * (usize::try_from(round).unwrap() + 1));
        }
        let program = start(folder.path(), port);
        let spa = RelyingParty { client: "spa", issuer: program.issuer.clone(), http: reqwest::Client::new() };
        for token in &families {
            // The last answer before the kill, or a rotation whose answer was lost: both go on.
            assert_eq!(spa.refresh(token).await.status, 200);
        }
    });
}

#[test]
fn told_to_stop_it_finishes_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut program = start(folder.path(), port);
    // A request whose body is still on its way when the signal comes.
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let body = "grant_type=refresh_token&client_id=spa&refresh_token=x";
    write!(
        stream,
        "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
        body.len(),
        &body[..10]
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let pid = program.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(200));
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 40"), "{line:?}");
    let began = Instant::now();
    let status = loop {
        if let Some(status) = program.child.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(15), "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success());
    assert!(
        !folder.path().join("housekey.db-wal").exists() || std::fs::metadata(folder.path().join("housekey.db-wal")).unwrap().len() == 0
    );
}

#[test]
fn a_client_that_says_half_a_thing_is_sent_away() {
    peer::run(async {
        let app = TestApp::with(On::Sqlite, "[server]\nrequest_timeout = \"1s\"").await;
        let port = app.issuer.rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
        for half in [
            "GET /sign-in HTTP/1.1\r\nHost:",
            "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nabc",
        ] {
            let answer = tokio::task::spawn_blocking(move || {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                stream.write_all(half.as_bytes()).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).map(|_| line)
            });
            let line = answer.await.unwrap().expect("an answer or an end within the time");
            assert!(line.is_empty() || line.starts_with("HTTP/1.1 4"), "{line}");
        }
        assert_eq!(app.browser().get("/sign-in").await.status, 200);
    });
}

#[test]
fn a_flood_of_passwords_slows_only_passwords() {
    peer::run(async {
        let settings = "[limits]\nenabled = false\n[sign_in.password]\nhash_queue = 4\nhash_threads = 1";
        let app = TestApp::with(On::Sqlite, settings).await;
        person(&app, "maya@okafor.example").await;
        let view = app.browser().get("/sign-in").await.form().fill("email", "nobody@okafor.example").submit().await;
        let flood = futures_util::future::join_all((0..150).map(|_| view.form_to("/sign-in/password").fill("password", "guess").submit()));
        let calm = async {
            let began = Instant::now();
            for _ in 0..20 {
                assert_eq!(app.browser().get("/sign-in").await.status, 200);
            }
            began.elapsed()
        };
        let (views, calm) = futures_util::future::join(flood, calm).await;
        let busy: Vec<_> = views.iter().filter(|view| view.status == 503).collect();
        assert!(views.iter().all(|view| matches!(view.status, 422 | 429 | 503)));
        assert!(!busy.is_empty() || views.iter().any(|view| view.status == 429));
        assert!(busy.iter().all(|view| view.header("retry-after").parse::<u64>().is_ok()));
        assert!(calm < Duration::from_secs(8), "{calm:?}");
    });
}

#[test]
fn the_issuer_does_not_change_by_accident_nor_the_master_key() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    drop(start(folder.path(), port));
    let refuse = |name: &str, value: &str, more: &[&str]| {
        let mut command = command(folder.path(), port, &["serve"]);
        command.args(more).env(name, value);
        let (code, text) = said(command);
        assert_eq!(code, Some(1));
        text
    };
    let text = refuse("HOUSEKEY_ISSUER", "http://localhost:1", &[]);
    assert!(
        text.contains("http://localhost:1") && text.contains(&format!("http://localhost:{port}")) && text.contains("--accept-new-issuer"),
        "{text}"
    );
    let text = refuse("HOUSEKEY_MASTER_KEY", &"44".repeat(32), &[]);
    assert!(text.contains("master key"), "{text}");
}

#[test]
fn production_refuses_what_is_not_safe() {
    let folder = tempfile::tempdir().unwrap();
    let refuse = |pairs: &[(&str, &str)], file: &str| {
        std::fs::write(folder.path().join("housekey.toml"), file).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg("serve").current_dir(folder.path()).env_clear().envs(pairs.iter().copied());
        let (code, text) = said(command);
        assert_eq!(code, Some(2), "{text}");
        text
    };
    let key = "55".repeat(32);
    let key = ("HOUSEKEY_MASTER_KEY", key.as_str());
    for (pairs, file, says) in [
        (vec![], "issuer = \"https://auth.example\"", "HOUSEKEY_MASTER_KEY"),
        (vec![key], "issuer = \"http://auth.example\"", "https"),
        (vec![key], "", "issuer"),
        (vec![key], "issuer = \"https://auth.example\"\n[limits]\nenabled = false", "limits.enabled"),
        (vec![key], "issuer = \"https://auth.example\"\ndatabase = \"postgres://u:secret@db/x\"", "HOUSEKEY_DATABASE_PASSWORD"),
        (
            vec![key],
            "issuer = \"https://auth.example\"\n[clients.web]\nkind = \"web\"\nredirect_uris = [\"https://a.example/\"]\nsecret = \"0123456789012345678901234\"",
            "HOUSEKEY_CLIENTS__WEB__SECRET",
        ),
        (vec![key], "issuer = \"https://auth.example\"\n[server]\ntrusted_proxies = [\"0.0.0.0/0\"]", "believe everybody"),
        (vec![key], "issuer = \"https://auth.example\"\n[tokens]\naccess_ttl = \"30s\"", "access_ttl"),
        (vec![key], "issuer = \"https://auth.example/\"", "slash"),
        (vec![key, ("HOUSEKEY_SERVR__LISTEN", "x")], "issuer = \"https://auth.example\"", "did you mean HOUSEKEY_SERVER__LISTEN"),
    ] {
        let text = refuse(&pairs, file);
        assert!(text.contains(says), "{says}: {text}");
        assert!(!text.contains("u:secret"), "{text}");
    }
}

#[test]
fn metrics_have_a_listener_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let (port, metrics) = (free_port(), free_port());
    let child =
        command(folder.path(), port, &["serve"]).env("HOUSEKEY_SERVER__METRICS_LISTEN", format!("127.0.0.1:{metrics}")).spawn().unwrap();
    let program = Program { child, issuer: format!("http://localhost:{port}") };
    peer::run(async move {
        let http = reqwest::Client::new();
        let began = Instant::now();
        while http.get(format!("{}/ready", program.issuer)).send().await.map_or(0, |response| response.status().as_u16()) != 200 {
            assert!(began.elapsed() < Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(http.get(format!("{}/metrics", program.issuer)).send().await.unwrap().status(), 404);
        let text = http.get(format!("http://127.0.0.1:{metrics}/metrics")).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("housekey_requests_total{status=\"2xx\"}"), "{text}");
    });
}

/// A whole journey with a talkative log, and nothing in it that must not be written down.
#[test]
fn the_log_keeps_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let (port, demo, provider) = (free_port(), free_port(), free_port());
    let log = folder.path().join("log");
    let child = command(folder.path(), port, &["dev", "--demo-port", &demo.to_string(), "--provider-port", &provider.to_string()])
        .env("HOUSEKEY_LOG__FILTER", "debug")
        .env("HOUSEKEY_LOG__FORMAT", "json")
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let program = Program { child, issuer: format!("http://localhost:{port}") };
    let began = Instant::now();
    while !answers(port) {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
    let minted = peer::run(async {
        let browser = Browser::new(&program.issuer);
        let view = browser.get("/sign-up").await.form().fill("email", "maya@okafor.example").submit().await;
        let view = view.form_to("/sign-up/password").fill("new-password", "lantern orbit walnut quiet").submit().await;
        let inbox = format!("{}/dev/inbox/latest?to=maya@okafor.example", program.issuer);
        let letter: serde_json::Value = reqwest::get(inbox).await.unwrap().json().await.unwrap();
        view.form_to("/sign-in/check").fill("code", letter["code"].as_str().unwrap()).submit().await;
        browser.get("/sign-out").await.form().press("Sign out").await;
        Browser::new(&program.issuer).sign_in("maya@okafor.example", PASSWORD).await;
        let start = format!("/sign-in?client_id=demo&redirect_uri=http%3A%2F%2Flocalhost%3A{demo}%2F&state=secretstate");
        let view = browser.get(&start).await;
        let to = browser.sign_in_from(view, "maya@okafor.example", "lantern orbit walnut quiet").await.refresh().unwrap();
        browser.get("/authorize?client_id=nobody&code=hkc_secret&state=secretstate").await;
        let cookies = ["__Host-hk-session", "__Host-hk-refresh-demo", "__Host-hk-browser"];
        let access_token = crate::support::relying_party::parameter(&to, "access_token").unwrap();
        cookies.map(|name| browser.cookie(name).unwrap()).into_iter().chain([access_token]).collect::<Vec<_>>()
    });
    drop(program);
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.lines().count() > 10 && text.contains("/sign-in/password"), "{text}");
    let typed = [PASSWORD, "lantern", "okafor", "secretstate"].map(str::to_owned);
    for secret in minted.into_iter().chain(typed) {
        assert!(!text.contains(&secret), "the log says {secret}");
    }
    assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

on_each_database!(clean_up_removes_what_is_over_and_nothing_else, |app: TestApp| async move {
    let count = async |table: &str| {
        let statement = sea_orm::Statement::from_string(app.app.db.backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
        app.app.db.read().query_one_raw(statement).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap()
    };
    person(&app, "maya@okafor.example").await;
    let browser = app.browser();
    browser.sign_in("maya@okafor.example", PASSWORD).await;
    browser
        .get("/sign-up")
        .await
        .form()
        .fill("email", "noor@okafor.example")
        .submit()
        .await
        .form()
        .fill("new-password", PASSWORD)
        .submit()
        .await;
    // A letter that is still on its way leaves its event when it has gone.
    app.settle();
    let tables = ["sessions", "email_challenges", "limit_buckets", "audit_events"];
    let mut before = Vec::new();
    for table in tables {
        before.push(count(table).await);
    }
    assert!(before.iter().all(|n| *n > 0), "{before:?}");
    assert_eq!(housekey::schedule::clean_up(&app.app).await.unwrap(), 0, "nothing is over yet");
    app.travel(Duration::from_hours(24 * 500));
    let gone = housekey::schedule::clean_up(&app.app).await.unwrap();
    assert!(i64::try_from(gone).unwrap() >= before.iter().sum(), "{gone} of {before:?}");
    for table in tables {
        assert_eq!(count(table).await, 0, "{table}");
    }
    assert_eq!(count("users").await, 1);
    assert_eq!(housekey::schedule::clean_up(&app.app).await.unwrap(), 0);
});
