//! `housekey serve`: the server for people.

use std::net::TcpListener;
use std::sync::Arc;

use clap::Args;

use super::connect;
use super::output::Failure;
use crate::clock::Clock;
use crate::config::{Loaded, Log};
use crate::server::{Extras, House, Running};
use crate::{installation, schedule};

/// Serves.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The issuer was changed on purpose, and every app has been told.
    #[arg(long)]
    accept_new_issuer: bool,
}

/// Runs until the process is told to stop.
pub(super) async fn run(serve: Serve, loaded: Loaded) -> Result<(), Failure> {
    write_log(&loaded.config.log);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let config = loaded.config;
    let (listen, metrics) = (config.server.listen, config.server.metrics_listen);
    let listener = bind(listen)?;
    let app = connect(config, Clock::default()).await?;
    installation::check(&app, serve.accept_new_issuer).await?.map_err(|changed| Failure::new(changed.to_string()))?;
    let house = House::build(Arc::new(app), None, Extras::default()).await?;
    if let Some(address) = metrics {
        house.serve_metrics(bind(address)?)?;
    }
    let running = house.serve(listener)?;
    tokio::spawn(schedule::run(Arc::clone(&house.app)));
    tracing::info!(issuer = %house.app.config.issuer, %listen, version = env!("CARGO_PKG_VERSION"), "housekey is ready");
    let ended = until_told(running).await;
    house.app.db.close().await;
    ended
}

/// Serves until SIGTERM or SIGINT, then lets every request in flight end.
pub(super) async fn until_told(running: Running) -> Result<(), Failure> {
    let broken = |error: std::io::Error| Failure::new(format!("the server broke off: {error}"));
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(broken)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: requests in flight will be finished");
    running.stop().await.map_err(broken)
}

/// Opens a listener, or says who else may have it.
pub(super) fn bind(address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::new(format!("Cannot listen on {address}: {error}."))
            .with_remedy("is another housekey running? Set server.listen to another port")
    })
}

/// Sends the log to standard error, so that standard output is for what was asked.
pub(super) fn write_log(log: &Log) {
    let filter = tracing_subscriber::EnvFilter::try_new(&log.filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    // A second call, as tests make, changes nothing.
    let _ = if log.json { builder.json().try_init() } else { builder.compact().with_target(false).try_init() };
}
