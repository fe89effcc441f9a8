//! `housekey dev`: everything for a laptop, with nothing to set up.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use super::connect;
use super::output::Failure;
use super::serve::{bind, until_told, write_log};
use crate::clock::Clock;
use crate::config::Loaded;
use crate::demo::{self, DemoSettings};
use crate::dev::Inbox;
use crate::oidc::Client;
use crate::server::{Extras, House};
use crate::types::Origin;
use crate::{installation, schedule};

/// Serves on this machine, for a developer.
#[derive(Debug, Default, Args)]
pub(super) struct Dev {
    /// Where the demo app is served. Default: the port after the server's own.
    #[arg(long, value_name = "PORT")]
    demo_port: Option<u16>,
}

/// Runs until the process is told to stop.
pub(super) async fn run(dev: Dev, loaded: Loaded) -> Result<(), Failure> {
    let config = loaded.config;
    write_log(&config.log);
    let listen = config.server.listen;
    let listener = bind(listen)?;
    let demo_address = SocketAddr::new(listen.ip(), dev.demo_port.unwrap_or_else(|| listen.port().wrapping_add(1)));
    let demo_listener = bind(demo_address)?;
    let demo_origin = demo_origin(&config.issuer, demo_address.port())?;
    let inbox = Inbox::default();
    let app = connect(config, Clock::default()).await?;
    installation::check(&app, false).await?.map_err(|changed| Failure::new(changed.to_string()))?;
    let clients = demo::clients(demo_origin.as_str()).into_iter().map(|(id, entry)| Client::new(&app.crypto, id, entry)).collect();
    let house = House::build(Arc::new(app), Some(inbox), Extras { clients, provider: None }).await?;
    let running = house.serve(listener)?;
    let issuer = house.app.config.issuer.clone();
    let served = demo::serve(demo_listener, DemoSettings { issuer, origin: demo_origin.clone() });
    let served = served.map_err(|error| Failure::new(format!("the demo app cannot be served: {error}")))?;
    let demo_handle = served.handle();
    tokio::spawn(served);
    tokio::spawn(schedule::run(Arc::clone(&house.app)));
    greet(&house, &demo_origin);
    let ended = until_told(running).await;
    demo_handle.stop(true).await;
    house.app.db.close().await;
    ended
}

/// The demo app lives on the issuer's host, another port: the same site, so that cookies go along.
fn demo_origin(issuer: &crate::types::IssuerUrl, port: u16) -> Result<Origin, Failure> {
    let origin = issuer.origin();
    let host = origin.as_str().trim_start_matches("http://").trim_start_matches("https://");
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host);
    let text = format!("http://{host}:{port}");
    Origin::parse(&text).map_err(|why| Failure::new(format!("the demo app cannot be at {text}: it {why}")))
}

fn greet(house: &House, demo: &Origin) {
    let config = &house.app.config;
    let issuer = &config.issuer;
    let _ = writeln!(
        std::io::stdout().lock(),
        "housekey {}  development\n  Sign-in     {}\n  Demo app    {demo}\n  Dev inbox   {}\n  Issuer      {issuer}   (tokens: {})\nLetters are not sent: they are in the dev inbox. Ctrl-C stops.",
        env!("CARGO_PKG_VERSION"),
        issuer.join("/sign-in"),
        issuer.join("/dev/inbox"),
        config.tokens.signing,
    );
}
