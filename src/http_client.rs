//! Calls to other servers. Bounded in time and size, without redirects, and never to a private network that the operator
//! did not name: whoever can choose an address must not reach what only this machine can.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ipnet::IpNet;
use oauth2::http::{self, Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::config::Config;

/// A server that has not answered by then is taken for down.
const PATIENCE: Duration = Duration::from_secs(8);
/// The time for a connection alone.
const CONNECT: Duration = Duration::from_secs(4);
/// The same for who looks at us as a relying party does: jose and openid-client give up by then.
const OUTSIDER: Duration = Duration::from_secs(5);
/// No answer that we ask for comes near this.
const LARGEST: usize = 512 * 1024;

/// Makes calls to other servers. Cheap to share.
#[derive(Clone)]
pub struct HttpClient {
    /// Made for the first call: it holds the system's certificates, and most servers never call anybody.
    client: Arc<OnceLock<reqwest::Client>>,
    patience: Duration,
    reach: Arc<Reach>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// It took too long.
    #[error("{0} did not answer in time")]
    Slow(String),
    /// No connection, or one that broke.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// Who was called.
        host: String,
        /// What the network said.
        why: String,
    },
    /// The address is one that must not be called.
    #[error("{0} is not on the public internet: if it should be called, name its network in server.reachable_networks")]
    Private(String),
    /// Neither https, nor http to this machine in development.
    #[error("{0} is not an https address")]
    Insecure(String),
    /// More than anybody would send who means well.
    #[error("{0} sent too much")]
    TooLarge(String),
}

/// Which addresses may be called.
struct Reach {
    loopback: bool,
    /// Whether without TLS, too.
    plain: bool,
    networks: Vec<IpNet>,
}

impl HttpClient {
    /// For this configuration.
    pub fn new(config: &Config) -> Self {
        let reach = Reach { loopback: config.is_development(), plain: false, networks: config.server.reachable_networks.clone() };
        Self { client: Arc::default(), patience: PATIENCE, reach: Arc::new(reach) }
    }

    /// For looking at our own public address: this machine's, where the issuer is. Without TLS as well, to see whether
    /// anybody answers. For the command line alone: nobody else chooses what it calls.
    pub fn outsider(config: &Config) -> Self {
        let loopback = config.is_development() || config.issuer.is_loopback();
        let reach = Reach { loopback, plain: true, networks: config.server.reachable_networks.clone() };
        Self { client: Arc::default(), patience: OUTSIDER, reach: Arc::new(reach) }
    }

    fn client(&self) -> reqwest::Result<&reqwest::Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .timeout(self.patience)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent(concat!("housekey/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Resolver(Arc::clone(&self.reach))))
            .build()?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Sends a request and reads the whole answer, whatever its status. A redirect is an answer like any other.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NoAnswer> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        self.reach.admits_url(&request.uri().to_string())?;
        let failed = |error: reqwest::Error| failed(&host, &error);
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut answer = self.client().map_err(failed)?.execute(request).await.map_err(failed)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(failed)? {
            if body.len() + part.len() > LARGEST {
                return Err(NoAnswer::TooLarge(host));
            }
            body.extend_from_slice(&part);
        }
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// Asks for JSON.
    pub async fn get(&self, address: &str) -> Result<Response<Vec<u8>>, NoAnswer> {
        let request = Request::get(address).header(http::header::ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|error| NoAnswer::Unreachable { host: address.to_owned(), why: error.to_string() })?;
        self.send(request).await
    }
}

fn failed(host: &str, error: &reqwest::Error) -> NoAnswer {
    if error.is_timeout() {
        return NoAnswer::Slow(host.to_owned());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        if let Some(refused) = source.downcast_ref::<OutOfReach>() {
            return NoAnswer::Private(refused.0.clone());
        }
        cause = source;
    }
    NoAnswer::Unreachable { host: host.to_owned(), why: cause.to_string() }
}

impl Reach {
    /// Whether this address may be called. One that is a name is looked at again when it is resolved.
    fn admits_url(&self, text: &str) -> Result<(), NoAnswer> {
        let insecure = || NoAnswer::Insecure(text.chars().take(200).collect());
        let url = Url::parse(text).map_err(|_| insecure())?;
        let (address, local) = match url.host() {
            Some(Host::Domain(name)) => (None, name == "localhost" || name.ends_with(".localhost")),
            Some(Host::Ipv4(address)) => (Some(IpAddr::V4(address)), address.is_loopback()),
            Some(Host::Ipv6(address)) => (Some(IpAddr::V6(address)), address.is_loopback()),
            None => return Err(insecure()),
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && (self.plain || local && self.loopback)) {
            return Err(insecure());
        }
        match address {
            Some(address) if !self.admits(address) => Err(NoAnswer::Private(address.to_string())),
            _ => Ok(()),
        }
    }

    fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || (self.loopback && address.is_loopback()) || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// Names become addresses here, once: what was looked at is what is called.
struct Resolver(Arc<Reach>);

/// A name whose addresses all are out of reach.
#[derive(Debug, thiserror::Error)]
#[error("{0} is out of reach")]
struct OutOfReach(String);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let none = found.is_empty();
            let within: Vec<_> = found.into_iter().filter(|address| reach.admits(address.ip())).collect();
            if within.is_empty() && !none {
                return Err(Box::new(OutOfReach(name)) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(within.into_iter()) as Addrs)
        })
    }
}

/// Networks that are not the public internet (RFC 6890 and the registries it began, and what carries IPv4 in IPv6).
const NOT_PUBLIC: &[(IpAddr, u8)] = &[
    (v4(0, 0, 0, 0), 8),
    (v4(10, 0, 0, 0), 8),
    (v4(100, 64, 0, 0), 10),
    (v4(127, 0, 0, 0), 8),
    (v4(169, 254, 0, 0), 16),
    (v4(172, 16, 0, 0), 12),
    (v4(192, 0, 0, 0), 24),
    (v4(192, 0, 2, 0), 24),
    (v4(192, 88, 99, 0), 24),
    (v4(192, 168, 0, 0), 16),
    (v4(198, 18, 0, 0), 15),
    (v4(198, 51, 100, 0), 24),
    (v4(203, 0, 113, 0), 24),
    (v4(224, 0, 0, 0), 3),
    (v6(0x2001, 0), 23),
    (v6(0x2001, 0xdb8), 32),
    (v6(0x2002, 0), 16),
    (v6(0x3fff, 0), 20),
];

const fn v4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(std::net::Ipv4Addr::new(a, b, c, d))
}

const fn v6(a: u16, b: u16) -> IpAddr {
    IpAddr::V6(std::net::Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0))
}

/// Whether everybody could call this address.
fn is_public(address: IpAddr) -> bool {
    // All of IPv6 that is given out begins so (RFC 4291 §2.4).
    let given_out = match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => address.segments()[0] & 0xe000 == 0x2000,
    };
    let not_public = |(network, length): &(IpAddr, u8)| IpNet::new(*network, *length).is_ok_and(|network| network.contains(&address));
    given_out && !NOT_PUBLIC.iter().any(not_public)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// V-119.
    #[test]
    fn only_the_public_internet_is_reached() {
        for (address, public) in [
            ("1.1.1.1", true),
            ("172.15.0.1", true),
            ("2606:4700::1111", true),
            ("::ffff:1.1.1.1", true),
            ("127.0.0.1", false),
            ("127.1.2.3", false),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.100.100.200", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("2002:7f00:1::", false),
            ("2001:0:1::", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("ff02::1", false),
        ] {
            let reach = Reach { loopback: false, plain: false, networks: Vec::new() };
            assert_eq!(reach.admits(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn what_the_operator_names_is_reached_as_well_and_loopback_in_development_only() {
        let reach = |loopback| Reach { loopback, plain: false, networks: vec!["10.1.0.0/16".parse().unwrap()] };
        assert!(reach(false).admits("10.1.2.3".parse().unwrap()));
        assert!(!reach(true).admits("10.2.0.1".parse().unwrap()));
        assert!(reach(true).admits("127.0.0.1".parse().unwrap()));
        for (address, admitted, in_development) in [
            ("https://accounts.example.com/token", true, true),
            ("http://accounts.example.com/token", false, false),
            ("http://localhost:9000/token", false, true),
            ("http://127.0.0.1:9000/token", false, true),
            ("http://10.1.2.3/token", false, false),
            ("https://10.1.2.3/token", true, true),
            ("https://[::1]/", false, true),
            ("https://2130706433/", false, true),
            ("https://169.254.169.254/latest", false, false),
            ("ftp://example.com/", false, false),
            ("file:///etc/passwd", false, false),
        ] {
            assert_eq!(reach(false).admits_url(address).is_ok(), admitted, "{address}");
            assert_eq!(reach(true).admits_url(address).is_ok(), in_development, "{address}");
        }
        let outsider = Reach { plain: true, ..reach(false) };
        for (address, admitted) in [
            ("http://auth.example.com/", true),
            ("http://127.0.0.1/", false),
            ("http://169.254.169.254/latest", false),
            ("ftp://a.example/", false),
        ] {
            assert_eq!(outsider.admits_url(address).is_ok(), admitted, "{address}");
        }
    }
}
