//! Who is calling, as far as the network tells.

use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// The peer of a request and the request's name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Caller {
    /// The network address, behind trusted proxies the one they name.
    pub address: IpAddr,
    /// What the log and error pages call this request.
    pub request_id: String,
}

impl Caller {
    /// The address as limits count it: one IPv4 address, or one IPv6 /64, which is what one customer holds.
    pub fn network(&self) -> IpAddr {
        match self.address.to_canonical() {
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            ip @ IpAddr::V4(_) => ip,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_with_a_64_is_one_network_and_a_mapped_ipv4_is_itself() {
        for (address, network) in
            [("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("::1", "::")]
        {
            let caller = Caller { address: address.parse().unwrap(), request_id: String::new() };
            assert_eq!(caller.network(), network.parse::<IpAddr>().unwrap(), "{address}");
        }
    }
}
