//! Everything an operator can change, as the rest of the program sees it: parsed, checked, complete.
//!
//! `load` reads the layers (`default.toml` ← `housekey.toml` ← environment), `check` turns them into
//! a [`Config`] or into the list of everything that is wrong with them.

mod branding;
mod check;
mod client;
mod css;
mod email;
mod environment;
mod file;
mod load;
mod methods;
mod named;
mod outline;
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

pub use environment::Environment;
pub use load::{DEFAULTS, Layers, Loaded, Source, examine, load, load_text};
pub use outline::{Outline, outline};
pub use problem::{Problem, Problems};
pub use provider::provider_id;
pub use schema::schema;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::types::{ClientId, IssuerUrl, Origin, ProviderId, RedirectUri};

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

/// `housekey dev` or `housekey serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On a laptop: loopback, development inbox, errors that show everything.
    Development,
    /// For people.
    Production,
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

/// A way in that an operator can offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodName {
    /// A password.
    Password,
    /// A link and a code by mail.
    Email,
}

/// Who may create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// Anybody.
    Open,
    /// Only people who were invited.
    Invite,
    /// Nobody: accounts are made by operators.
    Closed,
}

/// Whether a second step is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoStep {
    /// Who has one is asked.
    Optional,
    /// Everybody.
    Required,
    /// Administrators.
    RequiredForAdmins,
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

/// A JWS algorithm (RFC 7518 §3.1, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// `[limits]`. Each is "so many in that time"; a burst may use them at once.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Whether limits hold at all. Cannot be false outside loopback.
    pub enabled: bool,
    /// Password attempts from one network address (IPv6: one /64).
    pub password_per_address: Rate,
    /// Password attempts on one account from anywhere.
    pub password_per_account: Rate,
    /// Password attempts in total.
    pub password_total: Rate,
    /// Consecutive failures after which a password no longer works until recovery. At most 100.
    pub password_failures: u32,
    /// Letters asked for from one network address.
    pub letters_per_address: Rate,
    /// Letters to one mailbox.
    pub letters_per_recipient: Rate,
    /// The same over a longer time.
    pub letters_per_recipient_daily: Rate,
    /// Letters in total.
    pub letters_total: Rate,
    /// Codes typed in from one network address.
    pub codes_per_address: Rate,
    /// Codes typed in for one mailbox, from anywhere.
    pub codes_per_account: Rate,
    /// Journeys to other login servers begun from one network address.
    pub sign_ins_per_address: Rate,
    /// Failed client authentications for one client.
    pub client_failures: Rate,
}

/// So many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many, all at once if need be.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// `[branding]`, and `[clients.ID.branding]` over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branding {
    /// The application's name, at most 40 characters.
    pub name: String,
    /// An SVG or PNG file of at most 100 kB: its bytes and media type.
    pub logo: Option<Image>,
    /// The same for dark pages.
    pub logo_dark: Option<Image>,
    /// The one colour, as `#rrggbb`.
    pub accent: String,
    /// The colour on dark pages; derived if absent.
    pub accent_dark: Option<String>,
    /// `doorway`, `card` or `plain`.
    pub shape: Shape,
    /// Corner radius in pixels, 0 to 20.
    pub radius: u8,
    /// Light, dark, or what the visitor's system says.
    pub appearance: Appearance,
    /// The text of an operator's own style sheet, appended after ours.
    pub css: Option<String>,
    /// Messages that the operator words differently: language → message id → text.
    pub copy: BTreeMap<String, BTreeMap<String, String>>,
    /// Links in the footer.
    pub links: Links,
}

/// A picture from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `image/svg+xml` or `image/png`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The outline of the hosted pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An archway.
    Doorway,
    /// A card.
    Card,
    /// Nothing.
    Plain,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appearance {
    /// As the visitor's system says.
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Links in the footer of every page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Terms of service.
    pub terms: Option<String>,
    /// Privacy notice.
    pub privacy: Option<String>,
    /// Help.
    pub help: Option<String>,
    /// The application's front page.
    pub home: Option<String>,
}

/// `[clients.ID]`, and what `housekey client add` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientEntry {
    /// What kind of program it is.
    pub kind: ClientKind,
    /// What people see; the identifier if absent.
    pub name: Option<String>,
    /// How it proves itself at the token endpoint.
    pub auth: ClientAuth,
    /// From the environment or a file, for `basic` and `post`.
    pub secret: Option<Secret>,
    /// Where answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a person may go after signing out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where its scripts run, beside the origins of the redirect URIs.
    pub origins: Vec<Origin>,
    /// How the person goes back to it.
    pub delivery: Delivery,
    /// Where its refresh token lives, with code delivery. With token delivery it is a cookie.
    pub refresh: RefreshIn,
    /// What its tokens are signed with.
    pub signing: Option<SigningAlgorithm>,
    /// Ours: no consent is asked, and token delivery is allowed.
    pub first_party: bool,
    /// The `aud` of its tokens; the identifier if absent.
    pub audience: Option<String>,
    /// Where a sign-in can be started from outside (OpenID Connect Core §4).
    pub initiate_login_uri: Option<RedirectUri>,
    /// Its own look.
    pub branding: Option<Branding>,
}

impl ClientEntry {
    /// An entry with the defaults of its kind, and nothing registered yet.
    pub fn new(kind: ClientKind) -> Self {
        Self {
            kind,
            name: None,
            auth: if kind.is_public() { ClientAuth::None } else { ClientAuth::Basic },
            secret: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            origins: Vec::new(),
            delivery: Delivery::Code,
            refresh: RefreshIn::Body,
            signing: None,
            first_party: false,
            audience: None,
            initiate_login_uri: None,
            branding: None,
        }
    }
}

/// `[providers.ID]`: another login server, and who we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEntry {
    /// The provider of the catalogue that it is; the identifier if absent.
    pub like: Option<String>,
    /// The text of a file of the operator's own, in the form of the catalogue's, instead.
    pub file: Option<String>,
    /// What its button says; the brand's name if absent.
    pub name: Option<String>,
    /// Who we are there.
    pub client_id: String,
    /// And how we prove it, from the environment or a file. Apple: the `.p8` key.
    pub client_secret: Option<Secret>,
    /// What else the provider needs to know, as its file in the catalogue says.
    pub settings: BTreeMap<String, String>,
    /// What is asked for, if not what the catalogue says.
    pub scopes: Option<Vec<String>>,
    /// Whether an address that it calls confirmed may open an account that exists, if not as the catalogue says.
    pub trust_email: Option<bool>,
    /// Whether its tokens are kept, sealed, for apps to use.
    pub keep_tokens: bool,
}

/// Something wrong with an entry, found by who knows what the entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting below the entry, for example `client_id` or `settings.tenant`.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Says everything that is wrong with a provider. The catalogue stands above the configuration, so it is passed in.
pub type JudgeProvider = fn(&ProviderId, &ProviderEntry, development: bool) -> Vec<Fault>;

/// A secret that comparisons go through in constant time elsewhere; equal here only to tell configurations apart.
#[derive(Debug, Clone)]
pub struct Secret(pub SecretString);

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        use secrecy::ExposeSecret;
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.expose_secret().as_bytes(), other.0.expose_secret().as_bytes()).is_ok()
    }
}
impl Eq for Secret {}

/// What kind of program a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// Scripts in a browser. Public.
    Spa,
    /// A program on a person's device. Public.
    Native,
    /// A server with a secret.
    Web,
    /// A program that acts for itself.
    Service,
}

/// How a client proves itself at the token endpoint (OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// Not at all: PKCE binds the code instead.
    None,
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
    /// `private_key_jwt`
    PrivateKeyJwt,
}

/// How the signed-in person goes back to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// An authorization code (RFC 6749 §4.1).
    Code,
    /// An access token in the fragment and a refresh cookie; first-party only.
    Token,
}

/// Where a client's refresh token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshIn {
    /// In the token endpoint's answer: the client keeps it.
    Body,
    /// In a cookie of ours, which no script reads; first-party apps of the same site only.
    Cookie,
}

/// Gives an enum of words its spelling in files, in the database and on the command line.
macro_rules! spelled {
    ($($name:ident { $($variant:ident = $text:literal),* $(,)? })*) => {$(
        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The value spelled so.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

spelled! {
    Mode { Development = "development", Production = "production" }
    MethodName { Password = "password", Email = "email" }
    SignUp { Open = "open", Invite = "invite", Closed = "closed" }
    TwoStep { Optional = "optional", Required = "required", RequiredForAdmins = "required_for_admins" }
    SigningAlgorithm { Rs256 = "RS256", Es256 = "ES256", EdDsa = "EdDSA" }
    Shape { Doorway = "doorway", Card = "card", Plain = "plain" }
    Appearance { Auto = "auto", Light = "light", Dark = "dark" }
    ClientKind { Spa = "spa", Native = "native", Web = "web", Service = "service" }
    ClientAuth { None = "none", Basic = "basic", Post = "post", PrivateKeyJwt = "private_key_jwt" }
    Delivery { Code = "code", Token = "token" }
    RefreshIn { Body = "body", Cookie = "cookie" }
}

impl Config {
    /// Whether letters go anywhere.
    pub fn sends_letters(&self) -> bool {
        self.is_development() || self.email.smtp.is_some() || self.email.folder.is_some()
    }

    /// The ways in that can be used, in the order of the page.
    pub fn methods(&self) -> impl Iterator<Item = MethodName> + '_ {
        self.sign_in.methods.iter().copied().filter(|method| *method != MethodName::Email || self.sends_letters())
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
