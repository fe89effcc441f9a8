//! Where the server is reached: the issuer and the socket. Development stays on this machine, and
//! nothing leaves it unencrypted.

use std::net::SocketAddr;

use ipnet::IpNet;

use super::check::Surroundings;
use super::problem::Problem;
use super::read::Reader;
use super::{Mode, Server};
use crate::types::{IssuerUrl, UrlError};

/// The issuer, if there is one. Development has one without being told.
pub(super) fn issuer(reader: &Reader<'_>, mode: Mode, listen: SocketAddr) -> Option<IssuerUrl> {
    let here = format!("http://localhost:{}", listen.port());
    let text = match (reader.text("issuer"), mode) {
        ("", Mode::Development) => here.as_str(),
        (text, _) => text,
    };
    if text.is_empty() {
        if matches!(reader.value("issuer"), Some(toml::Value::String(_))) {
            reader.wrong("issuer", "is not set", "the address at which people reach this server, like https://auth.example.com");
        }
        return None;
    }
    let refuse = |why: UrlError| {
        let remedy = match why {
            UrlError::Insecure => format!("put TLS in front and set issuer to {}", text.replacen("http://", "https://", 1)),
            UrlError::TrailingSlash => format!("{}: apps compare it character for character", text.trim_end_matches('/')),
            _ => "like https://auth.example.com".into(),
        };
        // An address with a password in it is not repeated.
        let shown = if why == UrlError::Credentials { "the address".to_owned() } else { text.escape_debug().to_string() };
        reader.wrong("issuer", format!("{shown} {why}"), remedy);
    };
    IssuerUrl::parse(text).map_err(refuse).ok()
}

/// `[server]`
pub(super) fn read(reader: &Reader<'_>) -> Server {
    let address = |key: &str| {
        let text = reader.text(key);
        let parsed = text.parse::<SocketAddr>();
        if parsed.is_err() && !text.is_empty() {
            reader.wrong(key, format!("{text} is not an address and a port"), "like 127.0.0.1:8085 or [::]:8085");
        }
        parsed.ok()
    };
    let trusted = |text: &str| network(text, "would believe everybody, and anybody could pretend to be anyone");
    let reachable = |text: &str| network(text, "would let a provider's addresses lead anywhere in your own network");
    let listen = address("server.listen");
    if matches!(reader.value("server.listen"), Some(toml::Value::String(text)) if text.is_empty()) {
        reader.wrong("server.listen", "is empty", "like 127.0.0.1:8085");
    }
    let metrics_listen = address("server.metrics_listen");
    if listen.is_some() && listen == metrics_listen && listen.is_some_and(|address| address.port() != 0) {
        reader.wrong("server.metrics_listen", "is server.listen: everybody could read the metrics", "another port");
    }
    Server {
        listen: listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8085))),
        metrics_listen,
        trusted_proxies: reader.parsed("server.trusted_proxies", trusted, "name the proxy's own address or network, like 10.0.0.0/8"),
        reachable_networks: reader.parsed(
            "server.reachable_networks",
            reachable,
            "name the provider's address or network, like 10.0.0.0/8",
        ),
        workers: reader.number("server.workers", 0),
        request_timeout: reader.duration("server.request_timeout"),
        shutdown_timeout: reader.duration("server.shutdown_timeout"),
    }
}

/// A network or one address; `all` says why it must not be everything.
fn network(text: &str, all: &'static str) -> Result<IpNet, &'static str> {
    let net = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    match net {
        Ok(net) if net.prefix_len() == 0 => Err(all),
        Ok(net) => Ok(net),
        Err(_) if text == "*" => Err(all),
        Err(_) => Err("is not a network"),
    }
}

/// Refuses what would be reached from elsewhere without protection.
pub(super) fn check_reach(reader: &Reader<'_>, issuer: &IssuerUrl, server: &Server, around: &Surroundings<'_>) {
    if around.on_loopback {
        return;
    }
    if around.mode == Mode::Development {
        let what = "development mode shows everything to everybody, so it stays on this machine";
        reader
            .add(Problem::new("issuer, server.listen", what).remedy("listen on 127.0.0.1 with a localhost issuer, or run: housekey serve"));
    } else if !issuer.is_https() {
        let what = format!("{issuer} is served on {}, which other machines reach, without encryption", server.listen);
        reader.wrong("issuer", what, "put TLS in front and set issuer to its https address, or listen on 127.0.0.1");
    }
}
