//! Build the application, bind, serve, stop gracefully.

pub mod assets;
mod edge;
pub mod failed;
pub mod health;
mod measure;
mod real_ip;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as Actix, HttpServer, web};

use self::health::Readiness;
use self::measure::Measures;
use crate::app::App;
use crate::dev::Inbox;
use crate::error::{Error, Result};
use crate::job::Worker;
use crate::key::Keys;
use crate::mail::Transport;
use crate::oidc::discovery::Discovery;
use crate::oidc::{Client, Clients};
use crate::passkey::Ceremony;
use crate::password::HashPool;
use crate::upstream::{Upstream, Upstreams};
use crate::{routes, schedule};

/// Everything a server is made of, before it has a socket.
pub struct House {
    /// The ground.
    pub app: Arc<App>,
    keys: web::Data<Keys>,
    clients: web::Data<Clients>,
    pool: web::Data<HashPool>,
    upstreams: web::Data<Upstreams>,
    ceremony: Option<web::Data<Ceremony>>,
    discovery: web::Data<Discovery>,
    measures: web::Data<Measures>,
    readiness: web::Data<Readiness>,
    inbox: Option<web::Data<Inbox>>,
    workers: Vec<Worker>,
}

/// What a development server brings along.
#[derive(Default)]
pub struct Extras {
    /// Its demo app.
    pub clients: Vec<Client>,
    /// Another login server.
    pub provider: Option<Upstream>,
}

/// A server that runs.
pub struct Running {
    /// Ends it.
    pub handle: ServerHandle,
    /// Done when it has ended.
    pub ended: tokio::task::JoinHandle<std::io::Result<()>>,
    readiness: web::Data<Readiness>,
    stop_after: Duration,
    workers: Vec<Worker>,
    working: Vec<tokio::task::JoinHandle<()>>,
}

impl House {
    /// Loads keys and clients. `inbox`: where letters end up in development; `extras`: what a
    /// development server brings along.
    pub async fn build(app: Arc<App>, inbox: Option<Inbox>, extras: Extras) -> Result<Self> {
        let keys = web::Data::new(Keys::load(&app).await?);
        let clients = web::Data::new(Clients::new(&app, extras.clients));
        // The JWKS never waits for the database: what it says is known before the first request.
        clients.all(&app).await?;
        let pool = web::Data::new(HashPool::new(&app.config.sign_in.password, &app.random));
        let otherwise = inbox.as_ref().map_or(Transport::Nowhere, |inbox| Transport::Memory(inbox.outgoing()));
        let transport = Transport::new(&app.config.email, &app.config.issuer.host(), otherwise)?;
        Ok(Self {
            workers: schedule::workers(&app, transport, (keys.clone().into_inner(), clients.clone().into_inner())),
            keys,
            clients,
            pool,
            upstreams: web::Data::new(Upstreams::new(&app.config).and(extras.provider)),
            discovery: web::Data::new(Discovery::new(&app.config)),
            ceremony: Ceremony::new(&app)?.map(web::Data::new),
            measures: web::Data::new(Measures::new()?),
            readiness: web::Data::new(Readiness::default()),
            inbox: inbox.map(web::Data::new),
            app,
        })
    }

    /// Serves on an open listener until told to stop.
    pub fn serve(&self, listener: TcpListener) -> Result<Running> {
        let bind = |error| Error::broken("cannot serve", Box::new(error) as Box<dyn std::error::Error + Send + Sync>);
        let app = web::Data::from(Arc::clone(&self.app));
        let (keys, clients, pool) = (self.keys.clone(), self.clients.clone(), self.pool.clone());
        let (upstreams, buttons) = (self.upstreams.clone(), web::Data::new(self.upstreams.buttons()));
        let (discovery, measures, readiness, inbox) =
            (self.discovery.clone(), self.measures.clone(), self.readiness.clone(), self.inbox.clone());
        let ceremony = self.ceremony.clone();
        let settings = &self.app.config.server;
        let prefix = self.app.config.issuer.path().to_owned();
        let mut server = HttpServer::new(move || {
            let (inbox, ceremony) = (inbox.clone(), ceremony.clone());
            Actix::new()
                .app_data(app.clone())
                .app_data(keys.clone())
                .app_data(clients.clone())
                .app_data(pool.clone())
                .app_data(upstreams.clone())
                .app_data(buttons.clone())
                .app_data(discovery.clone())
                .app_data(measures.clone())
                .app_data(readiness.clone())
                .app_data(web::PayloadConfig::new(64 * 1024))
                .wrap(from_fn(edge::edge))
                .configure(|config| {
                    if let Some(ceremony) = ceremony {
                        config.app_data(ceremony);
                    }
                    let developers = |config: &mut web::ServiceConfig| {
                        if let Some(inbox) = inbox {
                            config.app_data(inbox).configure(routes::for_developers);
                        }
                    };
                    if prefix.is_empty() {
                        config.configure(developers).configure(routes::routes);
                    } else {
                        config.service(web::scope(&prefix).configure(developers).configure(routes::routes));
                        config.configure(routes::outside_the_prefix(&prefix));
                    }
                })
        })
        .disable_signals()
        .client_request_timeout(settings.request_timeout)
        .shutdown_timeout(settings.shutdown_timeout.as_secs());
        if settings.workers > 0 {
            server = server.workers(settings.workers);
        }
        let server = server.listen(listener).map_err(bind)?.run();
        let handle = server.handle();
        Ok(Running {
            handle,
            ended: tokio::spawn(server),
            readiness: self.readiness.clone(),
            workers: self.workers.clone(),
            working: self.work(),
            stop_after: if self.app.config.is_development() { Duration::ZERO } else { Duration::from_millis(500) },
        })
    }

    /// Has begun what goes on beside requests.
    fn work(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let (keys, clients, app) = (self.keys.clone().into_inner(), self.clients.clone().into_inner(), Arc::clone(&self.app));
        let learning = tokio::spawn(async move { tokio::join!(keys.keep_learning(&app), clients.keep_learning(&app)) });
        let learning = tokio::spawn(async move { drop(learning.await) });
        self.workers.iter().map(|worker| tokio::spawn(worker.clone().run(Arc::clone(&self.app)))).chain([learning]).collect()
    }

    /// Reads the signing keys again, as every replica does by itself every few seconds.
    pub async fn learn_keys(&self) -> Result<()> {
        self.keys.learn(&self.app).await
    }

    /// Serves `/metrics` on a listener of its own.
    pub fn serve_metrics(&self, listener: TcpListener) -> Result<tokio::task::JoinHandle<std::io::Result<()>>> {
        let bind = |error| Error::broken("cannot serve metrics", Box::new(error) as Box<dyn std::error::Error + Send + Sync>);
        let (measures, pool, app) = (self.measures.clone(), self.pool.clone(), web::Data::from(Arc::clone(&self.app)));
        let server = HttpServer::new(move || {
            let metrics = web::resource("/metrics").route(web::get().to(measure::get_metrics));
            Actix::new().app_data(app.clone()).app_data(measures.clone()).app_data(pool.clone()).service(metrics)
        });
        Ok(tokio::spawn(server.workers(1).disable_signals().listen(listener).map_err(bind)?.run()))
    }
}

impl Running {
    /// Does nothing more that was left for later.
    pub fn quit(&self) {
        for working in &self.working {
            working.abort();
        }
    }

    /// Stops: not ready from now on, a moment for load balancers to notice, then every request in flight to its end.
    pub async fn stop(self) -> std::io::Result<()> {
        self.readiness.stop();
        tokio::time::sleep(self.stop_after).await;
        self.handle.stop(true).await;
        for worker in &self.workers {
            worker.finish(Duration::from_secs(10)).await;
        }
        self.quit();
        self.ended.await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }
}
