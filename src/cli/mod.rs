//! The command line. Every command reads the same configuration as the server, prints what it did (with
//! `--json` for programs), and ends an error with its remedy. Exit codes: 0 done, 1 failed, 2 asked wrongly.

mod client;
mod config;
mod dev;
mod doctor;
mod health;
mod key;
mod mail;
mod output;
mod provider;
mod serve;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::output::{Failure, Output};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Environment, Loaded, Mode, load};
use crate::db::Db;
use crate::random::Random;
use crate::upstream;

/// A login server that a small team hosts itself.
#[derive(Debug, Parser)]
#[command(name = "housekey", version, about, disable_help_subcommand = true)]
struct Arguments {
    /// The configuration file. Default: housekey.toml in this folder, if it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a development server with a demo app: loopback, no configuration needed. This is also what `housekey` alone does.
    Dev(dev::Dev),
    /// Run the server for people.
    Serve(serve::Serve),
    /// Register and change apps.
    #[command(subcommand)]
    Client(Box<client::ClientCommand>),
    /// Let people sign in with other login servers.
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Look after people.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Look at signing keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Try, look at and count letters.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Find out why something does not work: configuration, database, mail, providers, the public address as an outsider
    /// sees it, clocks, apps, what an app tells Convex; or why a token is refused.
    Doctor(doctor::Doctor),
    /// Check, print or describe the configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Bring the database up to date and stop. The server does this by itself when it starts.
    Migrate,
    /// Ask a running server whether it can serve. For containers and load balancers.
    Health(health::Health),
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    // Before anything makes a TLS connection: one provider for all.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.fail(&Failure::new(format!("cannot start: {error}"))),
    };
    match runtime.block_on(dispatch(arguments, &output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.fail(&failure),
    }
}

async fn dispatch(arguments: Arguments, output: &Output) -> Result<(), Failure> {
    let file = arguments.config;
    match arguments.command.unwrap_or(Command::Dev(dev::Dev::default())) {
        Command::Dev(dev) => Box::pin(dev::run(dev, settings(Mode::Development, file.as_deref())?)).await,
        Command::Serve(serve) => Box::pin(serve::run(serve, settings(Mode::Production, file.as_deref())?)).await,
        Command::Config(command) => config::run(command, file, output),
        Command::Health(health) => health::run(&health, output).await,
        Command::Key(key::KeyCommand::New) => key::new(output),
        Command::Key(command) => key::run(command, &open(file).await?, output).await,
        Command::Provider(command) => Box::pin(provider::run(command, file, output)).await,
        Command::Client(command) => client::run(*command, &open(file).await?, output).await,
        Command::User(command) => user::run(command, &open(file).await?, output).await,
        Command::Mail(command) => mail::run(command, &open(file).await?, output).await,
        Command::Doctor(doctor) => Box::pin(doctor::run(doctor, file, output)).await,
        Command::Migrate => {
            open(file).await?;
            output.say("The database is up to date.", &serde_json::json!({ "status": "current" }))
        }
    }
}

/// Reads the configuration, or says everything that is wrong with it.
fn settings(mode: Mode, file: Option<&Path>) -> Result<Loaded, Failure> {
    load(mode, file, &Environment::of_process(), &Random::default(), upstream::judge)
        .map_err(|problems| Failure::asked_wrongly(problems.to_string()))
}

/// The application without a socket, for commands that look after rows. Production's rules hold if
/// there is a production configuration; else the development server's database is meant.
async fn open(file: Option<PathBuf>) -> Result<App, Failure> {
    let production = load(Mode::Production, file.as_deref(), &Environment::of_process(), &Random::default(), upstream::judge);
    let config = match production {
        Ok(loaded) => loaded.config,
        Err(_) => settings(Mode::Development, file.as_deref())?.config,
    };
    start(config, Clock::default()).await
}

/// Connects, migrates, and makes sure that this is the database this configuration belongs to.
async fn start(config: Config, clock: Clock) -> Result<App, Failure> {
    let app = connect(config, clock).await?;
    crate::installation::check(&app, false).await?.map_err(|changed| Failure::new(changed.to_string()))?;
    Ok(app)
}

async fn connect(config: Config, clock: Clock) -> Result<App, Failure> {
    let database = |error: sea_orm::DbErr| {
        Failure::new(format!("The database cannot be opened: {error}"))
            .with_remedy("check `database` and `data_dir`: housekey config print")
    };
    let db = Db::connect(&config.database).await.map_err(database)?;
    if !db.is_current().await {
        db.migrate().await.map_err(database)?;
    }
    Ok(App::new(config, db, clock, Random::default())?)
}
