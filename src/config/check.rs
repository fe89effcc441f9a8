//! Turns the layers into a [`Config`], or into everything that is wrong with them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::Value;

use super::load::{Environment, Layers};
use super::problem::{Problem, Problems, nearest};
use super::read::Reader;
use super::secret::{master_key, secret};
use super::{
    Argon2, Config, Database, Email, Limits, Log, Mode, Password, Server, SignIn, SignUp, SigningAlgorithm, Tokens, TwoStep, branding, client,
};
use crate::random::Random;
use crate::types::{EmailAddress, IssuerUrl};

const DAY: u64 = 24 * 60 * 60;
const YEAR: u64 = 365 * DAY;

/// What the rules need to know about the rest.
pub(super) struct Surroundings<'a> {
    pub(super) mode: Mode,
    pub(super) env: &'a Environment,
    /// The folder of the file, for the files it names.
    pub(super) folder: &'a Path,
    /// Neither the issuer nor the socket leaves this machine.
    pub(super) on_loopback: bool,
}

pub(super) fn check(
    mode: Mode,
    layers: &Layers,
    (env, unknown): (&Environment, Vec<String>),
    folder: &Path,
    random: &Random,
) -> Result<(Config, Vec<String>), Problems> {
    let reader = Reader::new(layers);
    let server = server(&reader);
    let issuer = issuer(&reader, mode, server.listen);
    let on_loopback = server.listen.ip().is_loopback() && issuer.is_loopback();
    let around = Surroundings { mode, env, folder, on_loopback };
    if mode == Mode::Development && !on_loopback {
        let what = "development mode shows everything to everybody, so it stays on this machine";
        reader.add(Problem::new("server.listen, issuer", what).remedy("listen on 127.0.0.1 with a localhost issuer, or run: housekey serve"));
    }
    let data_dir = PathBuf::from(reader.text("data_dir"));
    let branding = branding::read(&reader, "branding", None, folder);
    let config = Config {
        mode,
        issuer,
        database: database(&reader, &data_dir, &around),
        master_key: master_key(&reader, &data_dir, &around, random),
        data_dir,
        server,
        log: log(&reader),
        sign_in: sign_in(&reader),
        email: Email { from: email_from(&reader) },
        tokens: tokens(&reader),
        limits: limits(&reader, &around),
        clients: client::read_all(&reader, &branding, &around),
        branding,
    };
    refuse_unknown(&reader, unknown);
    let problems = reader.into_problems();
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let mut warnings = Vec::new();
    if mode == Mode::Production && config.sign_in.sign_up == SignUp::Open {
        warnings.push("sign_in.sign_up is open, but this version sends letters in development only: people are told that sign-ups are closed. Make accounts with: housekey user add".into());
    }
    Ok((config, warnings))
}

fn issuer(reader: &Reader<'_>, mode: Mode, listen: SocketAddr) -> IssuerUrl {
    let text = reader.text("issuer");
    let fallback = format!("http://localhost:{}", listen.port());
    let text = match (text, mode) {
        ("", Mode::Development) => fallback.as_str(),
        (text, _) => text,
    };
    if text.is_empty() {
        reader.wrong("issuer", "is not set", "the address at which people reach this server, like https://auth.example.com");
    } else if let Err(why) = IssuerUrl::parse(text) {
        let remedy = match why {
            crate::types::UrlError::Insecure => format!("put TLS in front and set issuer to {}", text.replacen("http://", "https://", 1)),
            crate::types::UrlError::TrailingSlash => format!("{}: apps compare it character for character", text.trim_end_matches('/')),
            _ => "like https://auth.example.com".into(),
        };
        reader.wrong("issuer", format!("{text} {why}"), remedy);
    }
    IssuerUrl::parse(text).or_else(|_| IssuerUrl::parse(&fallback)).unwrap_or_else(|_| unreachable!("localhost is an issuer"))
}

fn server(reader: &Reader<'_>) -> Server {
    let address = |key: &str| {
        let text = reader.text(key);
        let parsed = text.parse::<SocketAddr>();
        if parsed.is_err() && !text.is_empty() {
            reader.wrong(key, format!("{text} is not an address and a port"), "like 127.0.0.1:8085 or [::]:8085");
        }
        parsed.ok()
    };
    let parse_net = |text: &str| {
        let net = text.parse::<ipnet::IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from));
        match net {
            Ok(net) if net.prefix_len() == 0 => Err("would believe everybody".to_owned()),
            Ok(net) => Ok(net),
            Err(_) => Err("is not a network like 10.0.0.0/8".to_owned()),
        }
    };
    Server {
        listen: address("server.listen").unwrap_or_else(|| {
            if reader.text("server.listen").is_empty() {
                reader.wrong("server.listen", "is empty", "like 127.0.0.1:8085");
            }
            SocketAddr::from(([127, 0, 0, 1], 8085))
        }),
        metrics_listen: address("server.metrics_listen"),
        trusted_proxies: reader.parsed("server.trusted_proxies", parse_net),
        workers: reader.number("server.workers", 0..=1024, 0),
        request_timeout: reader.duration("server.request_timeout", 1..=300),
        shutdown_timeout: reader.duration("server.shutdown_timeout", 1..=600),
    }
}

fn log(reader: &Reader<'_>) -> Log {
    let filter = reader.text("log.filter");
    if let Err(why) = tracing_subscriber::EnvFilter::try_new(filter) {
        reader.wrong("log.filter", format!("\"{filter}\": {why}"), "like info or info,housekey=debug");
    }
    let format = reader.text("log.format");
    if !matches!(format, "text" | "json") {
        reader.wrong("log.format", format!("\"{format}\" is not known"), "one of \"text\", \"json\"");
    }
    Log { filter: filter.to_owned(), json: format == "json" }
}

fn sign_in(reader: &Reader<'_>) -> SignIn {
    let methods = reader.list("sign_in.methods");
    for method in methods.iter().filter(|method| *method != "password") {
        reader.wrong("sign_in.methods", format!("\"{method}\" is not available in this version"), "methods = [\"password\"]");
    }
    if methods.is_empty() {
        reader.wrong("sign_in.methods", "leaves no way in", "methods = [\"password\"]");
    }
    let sign_up = reader.word("sign_in.sign_up", SignUp::parse, SignUp::ALL, SignUp::Closed);
    if sign_up == SignUp::Invite {
        reader.wrong("sign_in.sign_up", "\"invite\" is not available in this version", "\"open\" or \"closed\"");
    }
    let two_step = reader.word("sign_in.two_step.policy", TwoStep::parse, TwoStep::ALL, TwoStep::Optional);
    SignIn {
        methods,
        sign_up,
        session: reader.duration("sign_in.session", 300..=YEAR),
        session_idle: reader.duration("sign_in.session_idle", 300..=YEAR),
        password: password(reader, two_step),
        two_step,
    }
}

fn password(reader: &Reader<'_>, two_step: TwoStep) -> Password {
    let min_length = reader.number("sign_in.password.min_length", 8..=128, 15);
    if min_length < 15 && two_step != TwoStep::Required {
        let what = format!("{min_length} characters are too few where a password alone lets people in (NIST SP 800-63B-4)");
        reader.wrong("sign_in.password.min_length", what, "at least 15, or sign_in.two_step.policy = \"required\"");
    }
    let leaked = reader.text("sign_in.password.leaked_check");
    if !matches!(leaked, "offline" | "off") {
        reader.wrong("sign_in.password.leaked_check", format!("\"{leaked}\" is not known"), "one of \"offline\", \"off\"");
    }
    Password {
        min_length,
        leaked_check: leaked == "offline",
        context_words: reader.list("sign_in.password.context_words"),
        argon2: Argon2 {
            memory_kib: reader.number("sign_in.password.argon2.memory_kib", 64..=1_048_576, 19456),
            iterations: reader.number("sign_in.password.argon2.iterations", 1..=16, 2),
            parallelism: reader.number("sign_in.password.argon2.parallelism", 1..=8, 1),
        },
        hash_threads: reader.number("sign_in.password.hash_threads", 0..=256, 0),
        hash_queue: reader.number("sign_in.password.hash_queue", 1..=10_000, 64),
    }
}

fn email_from(reader: &Reader<'_>) -> String {
    let from = reader.text("email.from");
    let address = from.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(from);
    let local = address.ends_with("@localhost");
    if from.chars().any(char::is_control) || !(local || EmailAddress::parse(address).is_ok()) {
        reader.wrong("email.from", format!("{} is not a sender", from.escape_debug()), "like Fieldnotes <hello@fieldnotes.example>");
    }
    from.to_owned()
}

fn tokens(reader: &Reader<'_>) -> Tokens {
    Tokens {
        signing: reader.word("tokens.signing", SigningAlgorithm::parse, SigningAlgorithm::ALL, SigningAlgorithm::Rs256),
        access_ttl: reader.duration("tokens.access_ttl", 60..=DAY),
        id_ttl: reader.duration("tokens.id_ttl", 60..=DAY),
        refresh_ttl: reader.duration("tokens.refresh_ttl", 300..=YEAR),
        refresh_idle: reader.duration("tokens.refresh_idle", 300..=YEAR),
        refresh_reuse_grace: reader.duration("tokens.refresh_reuse_grace", 0..=60),
        code_ttl: reader.duration("tokens.code_ttl", 10..=600),
    }
}

fn limits(reader: &Reader<'_>, around: &Surroundings<'_>) -> Limits {
    let enabled = reader.yes_no("limits.enabled", true);
    if !enabled && !around.on_loopback {
        reader.wrong("limits.enabled", "limits can be switched off on this machine only", "raise single limits instead");
    }
    Limits {
        enabled,
        password_per_address: reader.rate("limits.password_per_address"),
        password_per_account: reader.rate("limits.password_per_account"),
        password_total: reader.rate("limits.password_total"),
        password_failures: reader.number("limits.password_failures", 1..=100, 100),
        sign_up_per_address: reader.rate("limits.sign_up_per_address"),
        letters_per_recipient: reader.rate("limits.letters_per_recipient"),
        letters_total: reader.rate("limits.letters_total"),
        codes_per_address: reader.rate("limits.codes_per_address"),
        client_failures: reader.rate("limits.client_failures"),
    }
}

fn database(reader: &Reader<'_>, data_dir: &Path, around: &Surroundings<'_>) -> Database {
    let text = reader.text("database");
    let sqlite = || Database::Sqlite(data_dir.join("housekey.db"));
    if text.is_empty() {
        return sqlite();
    }
    let Some(mut url) = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql")) else {
        reader.wrong("database", "is neither empty (SQLite) nor a postgres:// address", "postgres://user@host/database");
        return sqlite();
    };
    if url.password().is_some() && reader.is_in_file("database") && !around.on_loopback {
        reader.wrong("database", "has a password in the file", "leave it out there, and set HOUSEKEY_DATABASE_PASSWORD or HOUSEKEY_DATABASE_PASSWORD_FILE");
    }
    if let Some(password) = secret(reader, "HOUSEKEY_DATABASE_PASSWORD", around) {
        use secrecy::ExposeSecret;
        let _ = url.set_password(Some(password.expose_secret()));
    }
    Database::Postgres(SecretString::from(url.to_string()))
}

/// Whatever nobody asked for is a mistake, and probably a misspelt setting.
fn refuse_unknown(reader: &Reader<'_>, variables: Vec<String>) {
    let asked = reader.asked();
    for key in reader.keys().filter(|key| !reader.was_asked(key)) {
        if let Some(Value::Table(_)) = reader.value(key).filter(|_| key.starts_with("clients.")) {
            continue;
        }
        let remedy = match nearest(key, asked.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "housekey config schema lists every setting".into(),
        };
        reader.wrong(key, "is not a setting", remedy);
    }
    let names: Vec<_> = asked.iter().map(|key| format!("HOUSEKEY_{}", key.to_uppercase().replace('.', "__"))).collect();
    for name in variables {
        let near = nearest(&name, names.iter().map(String::as_str).chain(["HOUSEKEY_MASTER_KEY", "HOUSEKEY_DATABASE_PASSWORD"]));
        let remedy = near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean {near}?"));
        reader.add(Problem::new(name, "this variable is not a setting").remedy(remedy));
    }
}

