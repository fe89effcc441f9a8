//! Nobody answered. Before `housekey serve` runs that is how it should be, so it is looked at whether anything listens
//! where the server would: what does not run is no fault, what runs and is not reached is one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::{CHECK, about, way};
use crate::config::Config;
use crate::doctor::Finding;
use crate::http_client::NoAnswer;

/// This machine answers itself at once.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What it means that there is no answer.
pub(super) async fn finding(config: &Config, why: &NoAnswer) -> Finding {
    let issuer = config.issuer.as_str();
    let finding = match why {
        NoAnswer::Private(_) => Finding::note(
            CHECK,
            format!("{issuer} leads from here to a private address: it was not looked at, and Convex's cloud cannot reach it"),
            "if that is meant, name the network in server.reachable_networks and run this again; else point the name at a public address",
        ),
        NoAnswer::Unreachable { why, .. } if is_about_tls(why) => Finding::broken(CHECK, format!("{issuer}: {why}"), tls(config, why)),
        _ if !listens(config.server.listen).await => idle(config, &why.to_string()),
        NoAnswer::Slow(_) => Finding::broken(
            CHECK,
            format!(
                "{issuer} does not answer within five seconds, although something listens at {}: apps give up by then",
                config.server.listen
            ),
            way::pass_on(config),
        ),
        _ => Finding::broken(
            CHECK,
            format!("{why}, although something listens at {}", config.server.listen),
            format!("let the name lead to the proxy and its port be open; {}", way::pass_on(config)),
        ),
    };
    about(issuer, finding)
}

/// A proxy that waits for us to start.
pub(super) async fn behind_a_proxy(config: &Config, status: u16) -> Option<Finding> {
    if !(502..=504).contains(&status) || listens(config.server.listen).await {
        return None;
    }
    Some(about(config.issuer.as_str(), idle(config, &format!("the proxy in front answers {status}"))))
}

fn idle(config: &Config, why: &str) -> Finding {
    let listen = config.server.listen;
    let says =
        format!("housekey serve is not running here ({why}; nothing listens at {listen}): its public address could not be looked at");
    Finding::note(CHECK, says, "start it and run this again")
}

async fn listens(mut address: SocketAddr) -> bool {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) });
    }
    matches!(tokio::time::timeout(AT_ONCE, tokio::net::TcpStream::connect(address)).await, Ok(Ok(_)))
}

/// Something answered, and not as it should: whether ours runs does not matter then.
fn is_about_tls(why: &str) -> bool {
    let lower = why.to_lowercase();
    ["certificate", "alert", "corrupt message", "handshake"].iter().any(|word| lower.contains(word))
}

fn tls(config: &Config, why: &str) -> String {
    let (lower, host) = (why.to_lowercase(), config.issuer.host());
    if !lower.contains("certificate") {
        format!("the proxy in front must speak TLS 1.2 or 1.3 at {}", config.issuer.origin())
    } else if lower.contains("expired") {
        "renew the certificate of the proxy in front, and let it be renewed by itself".to_owned()
    } else if lower.contains("not valid for") {
        format!("the proxy in front needs a certificate for {host}")
    } else {
        format!("the proxy in front needs a certificate for {host} from an authority that everybody trusts, sent with its whole chain")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_listens_everywhere_listens_here() {
        let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
        assert!(listens(listener.local_addr().unwrap()).await);
        let closed = listener.local_addr().unwrap();
        drop(listener);
        assert!(!listens(closed).await);
    }
}
