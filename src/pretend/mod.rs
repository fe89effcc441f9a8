//! The pretend provider: another site to sign in with, where you are whoever you say you are. Development only.
//!
//! A small, strict OpenID provider at an origin of its own, so that signing in with someone else works on a
//! laptop with no account anywhere. It knows nothing of the rest of the program; its pages are `templates/pretend/`.

use std::future::ready;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::{StatusCode, header};
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};
use secrecy::SecretString;

use self::grant::{Access, Code};
use self::key::Key;
use self::memory::Memory;
use self::view::NoticePage;
use crate::clock::Clock;
use crate::random::Random;
use crate::types::{Origin, RedirectUri};

mod authorize;
mod client;
mod discovery;
mod grant;
mod key;
mod memory;
mod parameters;
mod people;
mod refused;
mod request;
mod userinfo;
mod view;

/// The pages' files: path, media type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("/style.css", "text/css; charset=utf-8", include_str!("../../templates/pretend/style.css")),
    ("/icon.svg", "image/svg+xml", include_str!("../../templates/pretend/icon.svg")),
];
/// The largest body that is read.
const LARGEST: usize = 64 * 1024;
/// A code goes from a redirect straight to the token endpoint.
const CODE_LIVES: Duration = Duration::from_mins(1);
/// How long an access token and an ID token are good for.
const TOKEN_LIVES: Duration = Duration::from_mins(10);

/// Where the provider is, and its one client.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is served, as browsers write it. This is its issuer.
    pub origin: Origin,
    /// Who may send people here.
    pub client_id: String,
    /// How that client proves itself at the token endpoint.
    pub client_secret: SecretString,
    /// Where people may be sent back to, character for character.
    pub redirect_uris: Vec<String>,
}

/// What a request is answered with.
struct Provider {
    settings: Settings,
    key: Key,
    clock: Clock,
    random: Random,
    codes: Memory<Code>,
    tokens: Memory<Access>,
}

/// Serves the provider on one thread until the server is stopped. Its caller handles signals.
pub fn serve(listener: TcpListener, settings: Settings) -> std::io::Result<Server> {
    serve_at(listener, settings, Clock::default())
}

fn serve_at(listener: TcpListener, settings: Settings, clock: Clock) -> std::io::Result<Server> {
    let policy = content_security_policy(&settings.redirect_uris);
    let key = Key::generate().map_err(std::io::Error::other)?;
    let (codes, tokens) = (Memory::new(CODE_LIVES), Memory::new(TOKEN_LIVES));
    let provider = web::Data::new(Provider { settings, key, clock, random: Random::default(), codes, tokens });
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add((header::CONTENT_SECURITY_POLICY, policy.clone()))
            .add((header::CACHE_CONTROL, "no-store"))
            .add((header::REFERRER_POLICY, "no-referrer"))
            .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        App::new().app_data(provider.clone()).app_data(web::PayloadConfig::new(LARGEST)).wrap(headers).configure(routes)
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).keep_alive(Duration::from_secs(30)).listen(listener)?.run())
}

fn routes(config: &mut web::ServiceConfig) {
    for &(path, media_type, content) in FILES {
        let file = move || ready(HttpResponse::Ok().content_type(media_type).body(content));
        config.route(path, web::get().to(file));
    }
    config
        .route("/", web::get().to(async || view::respond(StatusCode::OK, &NoticePage::ABOUT)))
        .route("/.well-known/openid-configuration", web::get().to(discovery::get_configuration))
        .route("/jwks", web::get().to(discovery::get_jwks))
        .route("/authorize", web::get().to(authorize::get_authorize))
        .route("/authorize", web::post().to(authorize::post_authorize))
        .route("/token", web::post().to(grant::post_token))
        .route("/userinfo", web::get().to(userinfo::get_userinfo))
        .route("/userinfo", web::post().to(userinfo::get_userinfo))
        .route("/health", web::get().to(async || HttpResponse::Ok().body("ok")))
        .default_service(web::to(async || view::respond(StatusCode::NOT_FOUND, &NoticePage::NOTHING_HERE)));
}

/// The form's answer is a redirect to the client, and browsers hold that to `form-action` as well.
fn content_security_policy(redirect_uris: &[String]) -> String {
    let mut back: Vec<_> = redirect_uris.iter().filter_map(|uri| Some(RedirectUri::parse(uri).ok()?.origin()?.to_string())).collect();
    back.sort();
    back.dedup();
    let back: String = back.iter().map(|origin| format!(" {origin}")).collect();
    format!("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{back}; base-uri 'none'; frame-ancestors 'none'")
}

#[cfg(test)]
mod tests;
