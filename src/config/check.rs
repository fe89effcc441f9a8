//! Turns the layers into a [`Config`], or into everything that is wrong with them.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::environment::Environment;
use super::load::Layers;
use super::problem::{Problem, Problems};
use super::read::Reader;
use super::secret::{master_key, secret};
use super::{
    Argon2, Config, Database, JudgeProvider, Log, MethodName, Mode, Password, SignIn, SignUp, SigningAlgorithm, Tokens, TwoStep, branding,
    client, email, limits, methods, passkeys, provider, server,
};
use crate::random::Random;
use crate::types::IssuerUrl;

/// OWASP's weakest advice for Argon2id, 7 MiB five times over: below, stolen hashes are cheap to try.
const LEAST_HASH_COST: u64 = 7168 * 5;

/// What there is to check.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) mode: Mode,
    pub(super) layers: &'a Layers,
    pub(super) env: &'a Environment,
    /// The folder of the file, for the files it names.
    pub(super) folder: &'a Path,
    /// Nothing if the check must leave nothing behind.
    pub(super) random: Option<&'a Random>,
    pub(super) judge: JudgeProvider,
}

/// What the rules need to know about the rest.
pub(super) struct Surroundings<'a> {
    pub(super) mode: Mode,
    pub(super) env: &'a Environment,
    pub(super) folder: &'a Path,
    /// Neither the issuer nor the socket leaves this machine.
    pub(super) on_loopback: bool,
}

impl Surroundings<'_> {
    pub(super) fn is_development(&self) -> bool {
        self.mode == Mode::Development
    }

    /// Where secrets may lie about: a developer's own machine.
    pub(super) fn is_lenient(&self) -> bool {
        self.is_development() && self.on_loopback
    }
}

/// The configuration and what to warn of; or all `problems`, those of the layers first.
pub(super) fn check(given: Given<'_>, problems: Vec<Problem>) -> Result<(Config, Vec<String>), Problems> {
    let Given { mode, layers, env, folder, random, judge } = given;
    let reader = Reader::new(layers, problems);
    let server = server::read(&reader);
    let issuer = server::issuer(&reader, mode, server.listen);
    let on_loopback = server.listen.ip().is_loopback() && issuer.as_ref().is_some_and(IssuerUrl::is_loopback);
    let around = Surroundings { mode, env, folder, on_loopback };
    if let Some(issuer) = &issuer {
        server::check_reach(&reader, issuer, &server, &around);
    }
    let data_dir = PathBuf::from(reader.text("data_dir"));
    let branding = branding::read(&reader, "branding", None, folder);
    let database = database(&reader, &data_dir, &around);
    let master_key = master_key(&reader, &data_dir, &around, random);
    let log = log(&reader);
    let methods = methods::read(&reader);
    let sign_in = sign_in(&reader, (methods.own, methods.passkey), &around);
    let passkeys = passkeys::read(&reader, issuer.as_ref());
    let email = email::read(&reader, &around);
    let tokens = tokens(&reader);
    let limits = limits::read(&reader, &around);
    let clients = client::read_all(&reader, &branding, &around);
    let providers = provider::read_all(&reader, &methods.providers, &around, judge);
    let problems = reader.into_problems();
    let Some(issuer) = issuer.filter(|_| problems.is_empty()) else {
        return Err(Problems(problems));
    };
    let config = Config {
        mode,
        issuer,
        data_dir,
        database,
        master_key,
        server,
        log,
        sign_in,
        passkeys,
        email,
        tokens,
        limits,
        branding,
        clients,
        providers,
    };
    let warnings = warnings(&config);
    Ok((config, warnings))
}

fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    if !config.sends_letters() && config.sign_in.sign_up == SignUp::Open {
        let told = if config.providers.is_empty() { "people are told" } else { "people without a trusted provider are told" };
        warnings.push(format!("sign_in.sign_up is open, but email.smtp is empty: {told} that sign-ups are closed"));
    }
    if !config.sends_letters() && config.sign_in.methods.contains(&MethodName::Email) {
        warnings.push("sign_in.methods has email, but email.smtp is empty: it is left out, and passwords cannot be reset by mail".into());
    }
    if config.sign_in.two_step == TwoStep::RequiredForAdmins {
        warnings.push(
            "sign_in.two_step.policy is required_for_admins, but this version has no admins: it asks those who have set it up".into(),
        );
    }
    warnings
}

fn log(reader: &Reader<'_>) -> Log {
    let filter = reader.text("log.filter");
    if let Err(why) = tracing_subscriber::EnvFilter::try_new(filter) {
        reader.wrong("log.filter", format!("\"{}\": {why}", filter.escape_debug()), "like info or info,housekey=debug");
    }
    let json = reader.word("log.format", |text| ["text", "json"].contains(&text).then_some(text == "json"), false);
    Log { filter: filter.to_owned(), json }
}

fn sign_in(reader: &Reader<'_>, (methods, passkey): (Vec<MethodName>, bool), around: &Surroundings<'_>) -> SignIn {
    let two_step = reader.word("sign_in.two_step.policy", TwoStep::parse, TwoStep::Optional);
    SignIn {
        methods,
        passkey,
        sign_up: reader.word("sign_in.sign_up", SignUp::parse, SignUp::Closed),
        sign_up_domains: reader.parsed("sign_in.sign_up_domains", domain, "like example.com, without an @"),
        session: reader.duration("sign_in.session"),
        session_idle: reader.within("sign_in.session_idle", "sign_in.session"),
        password: password(reader, two_step, around),
        two_step,
    }
}

/// A domain as addresses are compared by it.
fn domain(text: &str) -> Result<String, &'static str> {
    let address = crate::types::EmailAddress::parse(&format!("x@{text}")).map_err(|_| "is not a domain")?;
    Ok(address.domain().to_owned())
}

fn password(reader: &Reader<'_>, two_step: TwoStep, around: &Surroundings<'_>) -> Password {
    let min_length = reader.number("sign_in.password.min_length", 15);
    if (8..15).contains(&min_length) && two_step != TwoStep::Required {
        let what = format!("{min_length} characters are too few where a password alone lets people in (NIST SP 800-63B-4)");
        reader.wrong("sign_in.password.min_length", what, "at least 15, or sign_in.two_step.policy = \"required\"");
    }
    let leaked_check = |text: &str| ["offline", "off"].contains(&text).then_some(text == "offline");
    Password {
        min_length,
        leaked_check: reader.word("sign_in.password.leaked_check", leaked_check, true),
        context_words: reader.list("sign_in.password.context_words"),
        argon2: argon2(reader, around),
        hash_threads: reader.number("sign_in.password.hash_threads", 0),
        hash_queue: reader.number("sign_in.password.hash_queue", 64),
    }
}

fn argon2(reader: &Reader<'_>, around: &Surroundings<'_>) -> Argon2 {
    let argon2 = Argon2 {
        memory_kib: reader.number("sign_in.password.argon2.memory_kib", 19456),
        iterations: reader.number("sign_in.password.argon2.iterations", 2),
        parallelism: reader.number("sign_in.password.argon2.parallelism", 1),
    };
    if u64::from(argon2.memory_kib) * u64::from(argon2.iterations) < LEAST_HASH_COST && !around.on_loopback {
        let what = format!("{} KiB, {} times over, make stolen passwords cheap to guess", argon2.memory_kib, argon2.iterations);
        reader.wrong("sign_in.password.argon2.memory_kib", what, "at least 19456 with iterations = 2, or 7168 with iterations = 5");
    }
    argon2
}

fn tokens(reader: &Reader<'_>) -> Tokens {
    Tokens {
        signing: reader.word("tokens.signing", SigningAlgorithm::parse, SigningAlgorithm::Rs256),
        key_rotation: reader.duration_or_never("tokens.key_rotation"),
        access_ttl: reader.duration("tokens.access_ttl"),
        id_ttl: reader.duration("tokens.id_ttl"),
        refresh_ttl: reader.duration("tokens.refresh_ttl"),
        refresh_idle: reader.within("tokens.refresh_idle", "tokens.refresh_ttl"),
        refresh_reuse_grace: reader.duration("tokens.refresh_reuse_grace"),
        code_ttl: reader.duration("tokens.code_ttl"),
    }
}

fn database(reader: &Reader<'_>, data_dir: &Path, around: &Surroundings<'_>) -> Database {
    let text = reader.text("database");
    let sqlite = || Database::Sqlite(data_dir.join("housekey.db"));
    let password = secret(reader, "HOUSEKEY_DATABASE_PASSWORD", around);
    if text.is_empty() {
        if password.is_some() {
            let problem = Problem::new("HOUSEKEY_DATABASE_PASSWORD", "is set, but the database is a file without a password");
            reader.add(problem.remedy("remove it, or set database to postgres://user@host/database"));
        }
        return sqlite();
    }
    let Some(mut url) = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host()) else {
        reader.wrong("database", "is neither empty (SQLite) nor a postgres:// address", "postgres://user@host/database");
        return sqlite();
    };
    let has_password = url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password");
    let instead = "leave it out there, and set HOUSEKEY_DATABASE_PASSWORD or HOUSEKEY_DATABASE_PASSWORD_FILE";
    if has_password && reader.is_in_file("database") && !around.is_lenient() {
        reader.wrong("database", "has a password in the file", instead);
    } else if has_password && password.is_some() {
        reader.wrong("database", "has a password, and HOUSEKEY_DATABASE_PASSWORD is set as well", "leave it out of the address");
    }
    if let Some(password) = password {
        use secrecy::ExposeSecret;
        // Setting it escapes everything but %, which whoever connects would then resolve.
        if url.set_password(Some(&password.expose_secret().replace('%', "%25"))).is_err() {
            reader.wrong("database", "names nobody whose password it could be", "postgres://user@host/database");
        }
    }
    Database::Postgres(SecretString::from(url.to_string()))
}
