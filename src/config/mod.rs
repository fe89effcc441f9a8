//! Everything an operator can change, as the rest of the program sees it: parsed, checked, complete.
//!
//! `load` reads the layers (`default.toml` ← `housekey.toml` ← environment), `check` turns them into
//! a [`Config`] or into the list of everything that is wrong with them.

mod branding;
mod check;
mod client;
mod client_keys;
mod client_rules;
mod css;
mod custom_claims;
mod email;
mod entry;
mod environment;
mod file;
mod limits;
mod load;
mod methods;
mod named;
mod outline;
mod passkeys;
mod print;
mod problem;
mod provider;
mod read;
mod schema;
mod secret;
mod server;
mod setting;
mod svg;
#[cfg(test)]
mod tests;
mod word;

pub use branding::{Branding, Image, Links};
pub use client_keys::{ClientKeys, PROOF_ALGORITHMS, public_key};
pub use custom_claims::{CustomClaims, Place};
pub use entry::{ClientEntry, Fault, ProviderEntry, Secret};
pub use environment::Environment;
pub use limits::{Limits, Rate};
pub use load::{DEFAULTS, Layers, Loaded, Source, examine, load, load_text};
pub use outline::{Outline, outline};
pub use passkeys::{Passkeys, Reach};
pub use problem::{Problem, Problems};
pub use provider::provider_id;
pub use schema::schema;
pub use word::{
    Appearance, ClientAuth, ClientKind, Delivery, Dpop, IdTokenClaims, MethodName, Mode, Pkce, RefreshIn, SameSite, Shape, SignUp,
    SigningAlgorithm, TwoStep,
};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::types::{ClientId, IssuerUrl, ProviderId};

/// A complete, checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Development or production.
    pub mode: Mode,
    /// The `iss` of every token, and the beginning of every link.
    pub issuer: IssuerUrl,
    /// Where the embedded database and generated secrets live.
    pub data_dir: PathBuf,
    /// Which database.
    pub database: Database,
    /// Encrypts what the database holds sealed: 32 bytes, never in the database.
    pub master_key: MasterKey,
    /// The socket.
    pub server: Server,
    /// What is written to standard error.
    pub log: Log,
    /// How people sign in.
    pub sign_in: SignIn,
    /// Passkeys.
    pub passkeys: Passkeys,
    /// Letters.
    pub email: Email,
    /// What clients receive.
    pub tokens: Tokens,
    /// How often things may be tried.
    pub limits: Limits,
    /// How pages look and speak.
    pub branding: Branding,
    /// Clients that the file registers, beside those that `housekey client add` does.
    pub clients: BTreeMap<ClientId, ClientEntry>,
    /// Other login servers that people bring with them, in the order of the page.
    pub providers: Vec<(ProviderId, ProviderEntry)>,
}

/// Where rows are kept.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file, opened by this process.
    Sqlite(PathBuf),
    /// `postgres://…`; the password may come separately.
    Postgres(SecretString),
}

/// The key that seals columns, cookies and flows. Prints nothing.
#[derive(Clone)]
pub struct MasterKey(pub zeroize::Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

/// `[server]`
#[derive(Debug, Clone)]
pub struct Server {
    /// Where pages and endpoints are served.
    pub listen: SocketAddr,
    /// Where `/metrics` is served, if at all. Its own listener, so that it is never public by accident.
    pub metrics_listen: Option<SocketAddr>,
    /// Who may say what the caller's address is. Nobody by default.
    pub trusted_proxies: Vec<IpNet>,
    /// Private networks where providers may be.
    pub reachable_networks: Vec<IpNet>,
    /// Threads that serve requests. Zero: one for each core.
    pub workers: usize,
    /// How long a request's head and body may take to arrive.
    pub request_timeout: Duration,
    /// How long requests in flight may take to finish when the server stops.
    pub shutdown_timeout: Duration,
}

/// `[log]`
#[derive(Debug, Clone)]
pub struct Log {
    /// A `tracing` filter, for example `info` or `housekey=debug,info`.
    pub filter: String,
    /// JSON lines, or text.
    pub json: bool,
}

/// `[sign_in]`
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The ways in of our own, in the order of the page. There may be none beside providers.
    pub methods: Vec<MethodName>,
    /// Whether passkeys are offered beside them.
    pub passkey: bool,
    /// Who may create an account.
    pub sign_up: SignUp,
    /// And with addresses of which domains; none: of any.
    pub sign_up_domains: Vec<String>,
    /// How long a session lives at most.
    pub session: Duration,
    /// How long a session lives without use.
    pub session_idle: Duration,
    /// `[sign_in.password]`
    pub password: Password,
    /// `[sign_in.two_step]`
    pub two_step: TwoStep,
}

/// `[sign_in.password]`
#[derive(Debug, Clone)]
pub struct Password {
    /// The fewest characters of a new password.
    pub min_length: usize,
    /// Whether new passwords are compared with the bundled list of leaked ones.
    pub leaked_check: bool,
    /// Words that must not be what a password consists of, beside the application's name and the address.
    pub context_words: Vec<String>,
    /// Argon2id's cost.
    pub argon2: Argon2,
    /// Threads that hash. Zero: one fewer than cores, at least one.
    pub hash_threads: usize,
    /// How many may wait for a hash before the rest are told to come back later.
    pub hash_queue: usize,
}

/// The cost of one Argon2id hash (RFC 9106 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2 {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

/// `[email]`
#[derive(Debug, Clone)]
pub struct Email {
    /// The sender of letters, `Name <address>`.
    pub from: String,
    /// Who gets the answers, likewise; the sender if absent.
    pub reply_to: Option<String>,
    /// The relay that takes letters.
    pub smtp: Option<Smtp>,
    /// A folder that takes them instead.
    pub folder: Option<PathBuf>,
    /// Whether people are told of a sign-in at a browser that is new to their account.
    pub new_sign_in_notice: bool,
}

/// A mail relay (RFC 5321), as `email.smtp` names it.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// Who we are to it.
    pub user: Option<String>,
    /// And how we prove it.
    pub password: Option<SecretString>,
    /// Certificates to trust beside the system's, as PEM.
    pub ca: Option<Vec<u8>>,
}

/// How a connection to the relay is protected. None of them ever becomes a weaker one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte (RFC 8314 §3.3).
    Implicit,
    /// From `STARTTLS` on (RFC 3207), before anything of ours is said.
    StartTls,
    /// Not at all: for a relay on this machine.
    None,
}

/// `[tokens]`
#[derive(Debug, Clone)]
pub struct Tokens {
    /// What tokens are signed with where the client does not say otherwise.
    pub signing: SigningAlgorithm,
    /// How old a signing key gets before another takes over, if by itself.
    pub key_rotation: Option<Duration>,
    /// Lifetime of an access token. At least a minute: Convex's client loops below that.
    pub access_ttl: Duration,
    /// Lifetime of an ID token. At least a minute.
    pub id_ttl: Duration,
    /// How long refresh tokens can follow one another.
    pub refresh_ttl: Duration,
    /// How long a refresh token lives unused.
    pub refresh_idle: Duration,
    /// How long the replaced refresh token still answers with its successor. Zero is allowed.
    pub refresh_reuse_grace: Duration,
    /// Lifetime of an authorization code.
    pub code_ttl: Duration,
}

/// Says everything that is wrong with a provider. The catalogue stands above the configuration, so it is passed in.
pub type JudgeProvider = fn(&ProviderId, &ProviderEntry, development: bool) -> Vec<Fault>;

impl Config {
    /// Whether letters go anywhere.
    pub fn sends_letters(&self) -> bool {
        self.is_development() || self.email.smtp.is_some() || self.email.folder.is_some()
    }

    /// The ways in that can be used, in the order of the page.
    pub fn methods(&self) -> impl Iterator<Item = MethodName> + '_ {
        self.sign_in.methods.iter().copied().filter(|method| *method != MethodName::Email || self.sends_letters())
    }

    /// Whether people can sign in with passkeys: not at an address that is no name (WebAuthn §5.1.2).
    pub fn offers_passkeys(&self) -> bool {
        self.sign_in.passkey && self.issuer.is_named()
    }

    /// Whether people can sign in so.
    pub fn offers(&self, method: MethodName) -> bool {
        self.methods().any(|one| one == method)
    }

    /// Whether errors may show everything and the development inbox exists.
    pub fn is_development(&self) -> bool {
        self.mode == Mode::Development
    }
}
