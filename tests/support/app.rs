//! A whole server of its own for each test: real sockets, its own database, a clock that can travel.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use housekey::app::App;
use housekey::clock::Clock;
use housekey::config::{Environment, Mode, load_text};
use housekey::db::Db;
use housekey::dev::Inbox;
use housekey::oidc::Client;
use housekey::random::Random;
use housekey::server::{Extras, House, Running};
use housekey::types::{EmailAddress, Envelope};

use super::browser::Browser;
use super::postgres::Postgres;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A running server. Stopped when dropped.
pub struct TestApp {
    pub app: Arc<App>,
    pub issuer: String,
    pub clock: Clock,
    pub inbox: Inbox,
    pub house: House,
    running: Option<Running>,
    pub folder: tempfile::TempDir,
    pub toml: String,
}

/// For every server of a test.
pub const MASTER_KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";

/// Small enough for tests, big enough to be Argon2.
const FAST: &str = "
[sign_in.password.argon2]
memory_kib = 256
iterations = 1
";

/// The secrets that these settings need.
fn environment(toml: &str) -> Environment {
    let relay = toml.contains("smtp = ").then(|| ("HOUSEKEY_EMAIL__SMTP_PASSWORD".to_owned(), super::smtp::PASSWORD.to_owned()));
    let secret = |(id, variable): (&str, &str)| {
        toml.contains(&format!("[providers.{id}]\nclient_id")).then(|| (variable.to_owned(), "secret".to_owned()))
    };
    let providers = [("github", "HOUSEKEY_PROVIDERS__GITHUB__CLIENT_SECRET"), ("google", "HOUSEKEY_PROVIDERS__GOOGLE__CLIENT_SECRET")];
    Environment::of(
        relay
            .into_iter()
            .chain(providers.into_iter().filter_map(secret))
            .chain([("HOUSEKEY_MASTER_KEY".to_owned(), MASTER_KEY.to_owned())]),
    )
}

impl TestApp {
    pub async fn start(on: On) -> Self {
        Self::with(on, "").await
    }

    /// A server with these settings over the usual ones.
    pub async fn with(on: On, toml: &str) -> Self {
        Self::in_mode(on, Mode::Development, toml).await
    }

    pub async fn in_mode(on: On, mode: Mode, toml: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        Self::at(listener, issuer, (on, mode), toml).await
    }

    /// A server whose issuer is somebody in front of it, and the port that it listens on itself.
    pub async fn behind(issuer: &str, mode: Mode) -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let toml = format!("server.listen = \"127.0.0.1:{port}\"\n");
        (Self::at(listener, issuer.to_owned(), (On::Sqlite, mode), &toml).await, port)
    }

    async fn at(listener: TcpListener, issuer: String, (on, mode): (On, Mode), toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match on {
            On::Sqlite => {
                super::template::copy_to(&folder.path().join("housekey.db")).await;
                String::new()
            }
            On::Postgres => Postgres::get().expect("required before").fresh_database().await,
        };
        let head = format!("issuer = \"{issuer}\"\ndata_dir = \"{}\"\ndatabase = \"{database}\"\n", folder.path().display());
        let toml = format!("{head}{toml}\n{FAST}");
        let env = environment(&toml);
        let config =
            load_text(mode, Some((folder.path().join("housekey.toml"), toml.clone())), &env, &Random::default(), housekey::upstream::judge)
                .unwrap_or_else(|problems| panic!("{problems}"))
                .config;
        let (clock, inbox) = (Clock::default(), Inbox::default());
        let db = Db::connect(&config.database).await.unwrap();
        db.migrate().await.unwrap();
        let app = Arc::new(App::new(config, db, clock.clone(), Random::default()).unwrap());
        housekey::installation::check(&app, false).await.unwrap().unwrap();
        let clients = super::clients().into_iter().map(|(id, entry)| Client::new(&app.crypto, id, entry)).collect();
        let development = mode == Mode::Development;
        let house =
            House::build(Arc::clone(&app), development.then(|| inbox.clone()), Extras { clients, ..Extras::default() }).await.unwrap();
        let running = house.serve(listener).unwrap();
        Self { app, issuer, clock, inbox, house, running: Some(running), folder, toml }
    }

    /// A second replica on the same database; its issuer is the first one's.
    pub async fn replica(&self) -> (House, Running, String) {
        let toml = self.toml.clone();
        self.replica_of(toml).await
    }

    /// The same with other settings.
    pub async fn replica_with(&self, toml: &str) -> (House, Running, String) {
        let head: String = self.toml.lines().take(3).map(|line| format!("{line}\n")).collect();
        self.replica_of(format!("{head}{toml}\n{FAST}")).await
    }

    async fn replica_of(&self, toml: String) -> (House, Running, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let env = environment(&toml);
        let file = (self.folder.path().join("housekey.toml"), toml);
        let config = load_text(Mode::Development, Some(file), &env, &Random::default(), housekey::upstream::judge).unwrap().config;
        let db = Db::connect(&config.database).await.unwrap();
        let app = Arc::new(App::new(config, db, self.clock.clone(), Random::default()).unwrap());
        let clients = super::clients().into_iter().map(|(id, entry)| Client::new(&app.crypto, id, entry)).collect();
        let house = House::build(app, Some(self.inbox.clone()), Extras { clients, ..Extras::default() }).await.unwrap();
        let running = house.serve(listener).unwrap();
        (house, running, address)
    }

    /// Registers one more first-party SPA, as the command line would beside the running server.
    pub async fn register(&self, id: &str) {
        let (_, entry) = super::clients().into_iter().find(|(id, _)| id.as_str() == "spa").unwrap();
        let id = housekey::types::ClientId::parse(id).unwrap();
        let mut work = self.app.begin(housekey::work::Actor::Operator).await.unwrap();
        assert!(housekey::oidc::client::insert(&mut work, &id, entry).await.unwrap());
        work.commit().await.unwrap();
    }

    /// The address of its PostgreSQL; empty where it has a file.
    pub fn database(&self) -> String {
        let line = self.toml.lines().find_map(|line| line.strip_prefix("database = \"")).unwrap();
        line.trim_end_matches('"').to_owned()
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.issuer)
    }

    /// Reads the signing keys again now, as the server does by itself every two seconds.
    pub async fn learn_keys(&self) {
        self.house.learn_keys().await.unwrap();
    }

    pub fn travel(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Waits until what was left for later is done.
    pub fn settle(&self) {
        let settled = async {
            for _ in 0..1000 {
                let standing = housekey::job::letters(&self.app.db).await.unwrap();
                if standing.waiting <= standing.failing {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            panic!("letters are still on their way");
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(settled));
    }

    /// The latest letter to an address.
    pub fn letter_to(&self, address: &str) -> Envelope {
        self.settle();
        let to = EmailAddress::parse(address).unwrap();
        self.inbox.latest(Some(&to)).unwrap_or_else(|| panic!("no letter to {address}")).1
    }

    /// How many letters have been written.
    pub fn letters(&self) -> usize {
        self.settle();
        self.inbox.list().len()
    }
}

/// Hundreds of them stand in one process, one after the other: none leaves threads or connections behind.
impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        running.quit();
        let end = async {
            running.handle.stop(false).await;
            self.app.db.close().await;
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(end));
    }
}
