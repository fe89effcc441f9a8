//! `housekey dev`: everything for a laptop, with nothing to set up.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use secrecy::SecretString;

use super::connect;
use super::output::Failure;
use super::serve::{bind, until_told, write_log};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Loaded, ProviderEntry, Secret};
use crate::demo::{self, DemoSettings};
use crate::dev::{self, Inbox};
use crate::oidc::Client;
use crate::server::{Extras, House};
use crate::types::{IssuerUrl, Origin, ProviderId};
use crate::upstream::{self, Upstream};
use crate::{installation, pretend, schedule};

/// Serves on this machine, for a developer.
#[derive(Debug, Default, Args)]
pub(super) struct Dev {
    /// Where the demo app is served. Default: the port after the server's own.
    #[arg(long, value_name = "PORT")]
    demo_port: Option<u16>,
    /// Where the pretend provider is served, for signing in with someone else. Default: the port after the demo app's.
    #[arg(long, value_name = "PORT")]
    provider_port: Option<u16>,
}

/// Runs until the process is told to stop.
pub(super) async fn run(asked: Dev, loaded: Loaded) -> Result<(), Failure> {
    let config = loaded.config;
    write_log(&config.log);
    let listen = config.server.listen;
    let listener = bind(listen)?;
    let demo_address = SocketAddr::new(listen.ip(), asked.demo_port.unwrap_or_else(|| listen.port().wrapping_add(1)));
    let demo_listener = bind(demo_address)?;
    let demo_origin = origin_at(&config.issuer, demo_address.port())?;
    let provider_address = SocketAddr::new(listen.ip(), asked.provider_port.unwrap_or_else(|| demo_address.port().wrapping_add(1)));
    let provider_listener = bind(provider_address)?;
    let provider_origin = origin_at(&config.issuer, provider_address.port())?;
    let inbox = Inbox::default();
    let app = connect(config, Clock::default()).await?;
    installation::check(&app, false).await?.map_err(|changed| Failure::new(changed.to_string()))?;
    let demo_clients = demo::clients(demo_origin.as_str()).into_iter().map(|(id, entry)| Client::new(&app.crypto, id, entry));
    let clients = demo_clients.chain(dev::client(&app.crypto)).collect();
    let (upstream, settings) = pretend_provider(&app, &provider_origin)?;
    let house = House::build(Arc::new(app), Some(inbox), Extras { clients, provider: Some(upstream) }).await?;
    let running = house.serve(listener)?;
    let issuer = house.app.config.issuer.clone();
    let served = demo::serve(demo_listener, DemoSettings { issuer, origin: demo_origin.clone() });
    let served = served.map_err(|error| Failure::new(format!("the demo app cannot be served: {error}")))?;
    let demo_handle = served.handle();
    tokio::spawn(served);
    let served = pretend::serve(provider_listener, settings);
    let served = served.map_err(|error| Failure::new(format!("the pretend provider cannot be served: {error}")))?;
    let provider_handle = served.handle();
    tokio::spawn(served);
    tokio::spawn(schedule::run(Arc::clone(&house.app)));
    greet(&house, &demo_origin, &provider_origin);
    let ended = until_told(running).await;
    demo_handle.stop(true).await;
    provider_handle.stop(true).await;
    house.app.db.close().await;
    ended
}

/// What lives on the issuer's host, at another port: the same site, so that cookies go along.
fn origin_at(issuer: &IssuerUrl, port: u16) -> Result<Origin, Failure> {
    let origin = issuer.origin();
    let host = origin.as_str().trim_start_matches("http://").trim_start_matches("https://");
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host);
    let text = format!("http://{host}:{port}");
    Origin::parse(&text).map_err(|why| Failure::new(format!("nothing can be served at {text}: it {why}")))
}

/// The pretend provider, as this server knows it and as it knows this server. Their secret is of this run alone.
fn pretend_provider(app: &App, origin: &Origin) -> Result<(Upstream, pretend::Settings), Failure> {
    let secret = SecretString::from(crate::key::b64(app.random.bytes::<24>()));
    let id = ProviderId::parse("pretend").ok_or_else(|| Failure::new("the pretend provider has no name"))?;
    let entry = ProviderEntry {
        like: Some("oidc".to_owned()),
        file: None,
        name: Some("Pretend".to_owned()),
        client_id: "housekey".to_owned(),
        client_secret: Some(Secret(secret.clone())),
        settings: [("issuer".to_owned(), origin.to_string())].into(),
        scopes: None,
        trust_email: Some(true),
        keep_tokens: false,
    };
    let redirect_uris = vec![upstream::redirect_uri(app, &id)];
    let fault = |faults: Vec<crate::config::Fault>| Failure::new(faults.into_iter().map(|fault| fault.what).collect::<Vec<_>>().join("; "));
    let upstream = Upstream::new(&id, &entry, true).map_err(fault)?;
    let settings = pretend::Settings { origin: origin.clone(), client_id: entry.client_id, client_secret: secret, redirect_uris };
    Ok((upstream, settings))
}

fn greet(house: &House, demo: &Origin, provider: &Origin) {
    let config = &house.app.config;
    let issuer = &config.issuer;
    let _ = writeln!(
        std::io::stdout().lock(),
        "housekey {}  development\n  Sign-in     {}\n  Demo app    {demo}\n  Provider    {provider}   (a pretend one, for “Continue with …”)\n  Dev inbox   {}\n  All pages   {}\n  Issuer      {issuer}   (tokens: {})\n  Your app    client_id {}, at any port of this machine\nLetters are not sent: they are in the dev inbox. Ctrl-C stops.",
        env!("CARGO_PKG_VERSION"),
        issuer.join("/sign-in"),
        issuer.join("/dev/inbox"),
        issuer.join("/dev/pages"),
        config.tokens.signing,
        dev::CLIENT,
    );
}
