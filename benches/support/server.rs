//! The server under load: the release binary as a process of its own, on loopback, with a person and an app.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::driver::{Connection, Load, header};
use crate::relay::Relay;

const PASSWORD: &str = "four plain words and one more";
const EMAIL: &str = "maya@okafor.example";
const CLIENT: &str = "bench";
/// The same app with its refresh token in a cookie.
const COOKIE_CLIENT: &str = "bench-cookie";
/// The same with RSA signatures.
const RS256_CLIENT: &str = "bench-rs256";
/// A server that asks what tokens are worth, and has some of its own.
const SERVICE: &str = "bench-api";
const SECRET: &str = "a secret of thirty-two characters";
const ORIGIN: &str = "http://localhost:9";
const REDIRECT: &str = "http://localhost:9/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// As many clients as are driven at once.
const CHAINS: usize = 16;
const PLENTY: &str = "1000000/24h";
const HOUSEKEY: &str = env!("CARGO_BIN_EXE_housekey");

/// A running process and where it listens. Ended when dropped.
pub struct Process {
    child: Child,
    pub port: u16,
}

impl Process {
    fn spawn(mut command: Command, port: u16, path: &str) -> (Self, Duration) {
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stdin(Stdio::null()).spawn().expect("started");
        let process = Self { child, port };
        loop {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
                && Connection::open(port).ask(get(path).as_bytes()).starts_with("HTTP/1.1 200")
            {
                return (process, began.elapsed());
            }
            assert!(began.elapsed() < Duration::from_secs(20), "the server does not answer");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The floors, in a process of their own.
    pub fn floor() -> Self {
        let port = free_port();
        let mut command = pinned(std::env::current_exe().expect("this program").to_str().expect("a path"));
        command.args(["--floor", &port.to_string()]);
        Self::spawn(command, port, "/empty").0
    }

    /// CPU time of all its threads so far.
    pub fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("its threads");
        let nanos = tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?.split(' ').next()?.parse::<u64>().ok());
        Duration::from_nanos(nanos.sum())
    }

    pub fn resident_mib(&self) -> f64 {
        self.status("VmRSS:")
    }

    pub fn peak_mib(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// On the second core, if there is one: the load runs on the first.
fn pinned(program: &str) -> Command {
    pinned_to(1, program)
}

fn pinned_to(core: usize, program: &str) -> Command {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if cores > 1 && Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok() {
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string(), program]);
        return command;
    }
    Command::new(program)
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// Ours.
pub struct Subject {
    pub process: Process,
    pub first_start: Duration,
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
    pub person: Person,
    pub relay: Relay,
}

/// Somebody with an account, and what their browser and their apps send.
#[derive(Default)]
pub struct Person {
    sign_in: Vec<u8>,
    sign_in_again: Vec<u8>,
    letter: Vec<u8>,
    chains: Vec<Arc<Mutex<String>>>,
    cookies: Vec<Arc<Mutex<String>>>,
    cookies_of_browser: String,
    access_token: String,
}

impl Subject {
    /// Starts on an empty file, with one person, and apps.
    pub fn start() -> Self {
        Self::on(None)
    }

    /// The same on an empty database of PostgreSQL, if there is one. It has the core that is the server's otherwise.
    pub fn on(postgres: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (port, relay) = (free_port(), Relay::start());
        let environment: Vec<_> = [
            ("HOUSEKEY_ISSUER", format!("http://localhost:{port}")),
            ("HOUSEKEY_DATA_DIR", folder.path().to_str().expect("a path").to_owned()),
            ("HOUSEKEY_SERVER__LISTEN", format!("127.0.0.1:{port}")),
            ("HOUSEKEY_SERVER__WORKERS", "1".into()),
            ("HOUSEKEY_SIGN_IN__PASSWORD__HASH_THREADS", "1".into()),
            // Counted as in production, and never reached.
            ("HOUSEKEY_LIMITS__PASSWORD_PER_ADDRESS", PLENTY.into()),
            ("HOUSEKEY_LIMITS__PASSWORD_PER_ACCOUNT", PLENTY.into()),
            ("HOUSEKEY_LIMITS__PASSWORD_TOTAL", PLENTY.into()),
            ("HOUSEKEY_LIMITS__LETTERS_PER_ADDRESS", PLENTY.into()),
            ("HOUSEKEY_LIMITS__LETTERS_PER_RECIPIENT", PLENTY.into()),
            ("HOUSEKEY_LIMITS__LETTERS_PER_RECIPIENT_DAILY", PLENTY.into()),
            ("HOUSEKEY_LIMITS__LETTERS_TOTAL", PLENTY.into()),
            ("HOUSEKEY_EMAIL__SMTP", format!("smtp+plain://localhost:{}", relay.port)),
            ("HOUSEKEY_MASTER_KEY", "11".repeat(32)),
            // As long as the whole measurement.
            ("HOUSEKEY_TOKENS__ACCESS_TTL", "1d".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(postgres.map(|url| ("HOUSEKEY_DATABASE".to_owned(), url)))
        .collect();
        let (process, first_start) = Process::spawn(serve(&environment, folder.path()), port, "/health");
        let mut subject = Self { process, first_start, folder, environment, person: Person::default(), relay };
        let spa = ["--kind", "spa", "--redirect-uri", REDIRECT, "--first-party"];
        for (id, more) in [
            (CLIENT, ["--alg", "EdDSA"].as_slice()),
            (COOKIE_CLIENT, &["--alg", "EdDSA", "--refresh", "cookie"]),
            (RS256_CLIENT, &["--alg", "RS256"]),
        ] {
            subject.run(&[["client", "add", id].as_slice(), &spa, more].concat(), "");
        }
        let service = ["--kind", "service", "--auth", "post", "--audience", CLIENT, "--alg", "EdDSA", "--secret-stdin"];
        subject.run(&[["client", "add", SERVICE].as_slice(), &service].concat(), SECRET);
        subject.person = subject.join(EMAIL);
        subject
    }

    /// How long a second start takes, on the database that is there now, and the memory it then holds.
    pub fn restart(&self) -> (Duration, f64) {
        let start = |_| {
            let (process, time) = self.beside();
            (time, process.resident_mib())
        };
        let mut starts: Vec<_> = (0..5).map(start).collect();
        starts.sort_by_key(|a| a.0);
        starts[2]
    }

    /// The file of its tables.
    pub fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("housekey.db")
    }

    /// One more server on the same database, and how long it took to start.
    pub fn beside(&self) -> (Process, Duration) {
        let port = free_port();
        let mut environment = self.environment.clone();
        environment.push(("HOUSEKEY_SERVER__LISTEN".into(), format!("127.0.0.1:{port}")));
        Process::spawn(serve(&environment, self.folder.path()), port, "/health")
    }

    fn run(&self, arguments: &[&str], input: &str) {
        use std::io::Write;
        let mut command = Command::new(HOUSEKEY);
        command.args(arguments).current_dir(self.folder.path()).envs(self.environment.clone()).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("started");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        assert!(child.wait().expect("ended").success(), "{arguments:?}");
    }

    /// Somebody gets an account, signs in once through the pages, and lets its clients in by that session, so many of each kind.
    fn join(&self, email: &str) -> Person {
        self.run(&["user", "add", email, "--password-stdin", "--verified"], PASSWORD);
        let mut person = Person::default();
        let mut connection = Connection::open(self.process.port);
        let page = connection.ask(get("/sign-in").as_bytes()).to_owned();
        let browser = cookie(&page, "__Host-hk-browser").expect("a cookie");
        let (flow, csrf) = (field(&page, "flow"), field(&page, "csrf"));
        let answer = connection.ask(&post("/sign-in", &browser, &format!("csrf={csrf}&flow={flow}&email={email}"))).to_owned();
        let next = header(answer.as_bytes(), "location").expect("a redirect").to_owned();
        let flow = next.split_once("flow=").expect("a flow").1.to_owned();
        let body = format!("csrf={csrf}&flow={flow}&username=x&password={}", PASSWORD.replace(' ', "+"));
        person.sign_in = post("/sign-in/password", &browser, &body);
        person.letter = post("/sign-in/email", &browser, &format!("csrf={csrf}&flow={flow}"));
        let answer = connection.ask(&person.sign_in).to_owned();
        let session = cookie(&answer, "__Host-hk-session").expect("signed in");
        let devices = cookie(&answer, "__Host-hk-device").expect("a device");
        person.sign_in_again = post("/sign-in/password", &format!("{browser}; {devices}"), &body);
        person.cookies_of_browser = format!("{browser}; {session}");
        let answer = redeem(&mut connection, CLIENT, &person.cookies_of_browser);
        let token = answer.split_once("\"access_token\":\"").expect("a token").1;
        person.access_token = token.chars().take_while(|c| *c != '"').collect();
        for _ in 0..CHAINS {
            let token = refresh_token(&redeem(&mut connection, CLIENT, &format!("{browser}; {session}")));
            person.chains.push(Arc::new(Mutex::new(token)));
            let answer = redeem(&mut connection, COOKIE_CLIENT, &format!("{browser}; {session}"));
            person.cookies.push(Arc::new(Mutex::new(refresh_cookie(&answer))));
        }
        person
    }

    /// Somebody else, who is signed in at so many browsers, each with an app of its own.
    pub fn busy_person(&self, sessions: usize) -> Person {
        let person = self.join("busy@okafor.example");
        let mut connection = Connection::open(self.process.port);
        for _ in 1..sessions {
            let answer = connection.ask(&person.sign_in_again).to_owned();
            let session = cookie(&answer, "__Host-hk-session").expect("signed in");
            redeem(&mut connection, CLIENT, &session);
        }
        person
    }
}

impl Person {
    /// The same by cookie.
    pub fn refresh_by_cookie(&self, client: usize) -> Load {
        let request = |cookie: &str| {
            let head = format!("Origin: {ORIGIN}\r\nX-Housekey-Client: {COOKIE_CLIENT}\r\nCookie: {cookie}");
            format!("POST /session/token HTTP/1.1\r\nHost: localhost\r\n{head}\r\nContent-Length: 0\r\n\r\n").into_bytes()
        };
        let cookie = Arc::clone(&self.cookies[client]);
        let first = request(&cookie.lock().expect("a cookie"));
        let next = move |answer: &str| {
            let successor = refresh_cookie(answer);
            let request = request(&successor);
            *cookie.lock().expect("a cookie") = successor;
            Some(request)
        };
        Load { request: first, next: Box::new(next) }
    }

    /// A chain of refreshes: each answer brings the next request.
    pub fn refresh(&self, client: usize) -> Load {
        let request = |token: &str| post("/token", "", &format!("grant_type=refresh_token&client_id={CLIENT}&refresh_token={token}"));
        // The chain goes on where the last run left it.
        let token = Arc::clone(&self.chains[client]);
        let first = request(&token.lock().expect("a token"));
        let next = move |answer: &str| {
            let successor = refresh_token(answer);
            let request = request(&successor);
            *token.lock().expect("a token") = successor;
            Some(request)
        };
        Load { request: first, next: Box::new(next) }
    }

    /// Who is signed in goes to the app with a code, which the app exchanges: two requests, of which the driver counts each.
    pub fn single_sign_on(&self, rs256: bool) -> Load {
        let client = if rs256 { RS256_CLIENT } else { CLIENT };
        let first = authorize(client, &self.cookies_of_browser);
        let again = first.clone();
        let next = move |answer: &str| {
            if let Some(to) = header(answer.as_bytes(), "location") {
                return Some(exchange(client, to));
            }
            assert!(answer.contains("\"id_token\":"), "{answer}");
            Some(again.clone())
        };
        Load { request: first, next: Box::new(next) }
    }

    /// What an access token says of its person.
    pub fn userinfo(&self) -> Load {
        let request = format!("GET /userinfo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", self.access_token);
        Load::again(request.into_bytes(), "HTTP/1.1 200")
    }

    /// A server asks what an access token is worth.
    pub fn introspection(&self) -> Load {
        let body = format!("token={}&client_id={SERVICE}&client_secret={}", self.access_token, SECRET.replace(' ', "+"));
        let next = |answer: &str| {
            assert!(answer.contains("\"active\":true"), "{answer}");
            None
        };
        Load { request: post("/introspect", "", &body), next: Box::new(next) }
    }

    /// A server gets a token of its own.
    pub fn client_credentials() -> Load {
        let body = format!("grant_type=client_credentials&client_id={SERVICE}&client_secret={}", SECRET.replace(' ', "+"));
        Load::again(post("/token", "", &body), "HTTP/1.1 200")
    }

    /// The form that asks for a letter, again and again.
    pub fn letter(&self) -> Load {
        Load::again(self.letter.clone(), "HTTP/1.1 303")
    }

    /// The form with the password, again and again: each makes a session. At a browser that knows the person, or
    /// at one that is new to them, which their mailbox is told.
    pub fn sign_in(&self, known: bool) -> Load {
        Load::again(if known { &self.sign_in_again } else { &self.sign_in }.clone(), "HTTP/1.1 303")
    }
}

/// A code for whoever is signed in, and its exchange.
fn redeem(connection: &mut Connection, client: &str, cookies: &str) -> String {
    let answer = connection.ask(&authorize(client, cookies)).to_owned();
    let to = header(answer.as_bytes(), "location").expect("sent back").to_owned();
    connection.ask(&exchange(client, &to)).to_owned()
}

fn authorize(client: &str, cookies: &str) -> Vec<u8> {
    let path = format!(
        "/authorize?client_id={client}&redirect_uri={REDIRECT}&response_type=code&scope=openid+email+offline_access&code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n").into_bytes()
}

fn exchange(client: &str, to: &str) -> Vec<u8> {
    let code = to.split_once("code=").and_then(|(_, rest)| rest.split('&').next()).expect("a code");
    let body = format!("grant_type=authorization_code&client_id={client}&code={code}&redirect_uri={REDIRECT}&code_verifier={VERIFIER}");
    let request = String::from_utf8(post("/token", "", &body)).expect("text").replacen("\r\n", &format!("\r\nOrigin: {ORIGIN}\r\n"), 1);
    request.into_bytes()
}

fn refresh_cookie(answer: &str) -> String {
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    cookie(answer, "__Host-hk-refresh").expect("a refresh cookie")
}

fn serve(environment: &[(String, String)], folder: &std::path::Path) -> Command {
    let core = usize::from(!environment.iter().any(|(name, _)| name == "HOUSEKEY_DATABASE"));
    let mut command = pinned_to(core, HOUSEKEY);
    command.arg("serve").current_dir(folder).envs(environment.iter().cloned()).env("HOUSEKEY_LOG__FILTER", "warn").stderr(Stdio::null());
    command
}

fn post(path: &str, cookie: &str, body: &str) -> Vec<u8> {
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn cookie(answer: &str, name: &str) -> Option<String> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: ").filter(|rest| rest.starts_with(name)))
        .and_then(|rest| rest.split(';').next())
        .map(str::to_owned)
}

fn field(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\"")).expect("a field");
    page[at..].split_once("value=\"").expect("a value").1.split('"').next().expect("its end").to_owned()
}

fn refresh_token(answer: &str) -> String {
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer.split_once("\"refresh_token\":\"").expect("a refresh token").1.split('"').next().expect("its end").to_owned()
}
