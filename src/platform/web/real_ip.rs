//! The client's address (3-rules "Real IP"): from exactly one configured header, walked right to left to the first hop
//! that is no trusted proxy; an unparsable hop stops the walk; every other forwarding header is ignored.

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// Which header and whom to believe.
#[derive(Debug, Clone, Default)]
pub struct RealIp {
    header: Option<HeaderName>,
    proxies: Vec<IpNet>,
}

impl RealIp {
    /// From configuration; an empty header name means that there is no proxy.
    #[must_use]
    pub fn new(header: &str, proxies: &[IpNet]) -> Self {
        Self { header: HeaderName::from_bytes(header.as_bytes()).ok(), proxies: proxies.to_vec() }
    }

    /// Whether a proxy is configured at all.
    #[must_use]
    pub fn behind_proxy(&self) -> bool {
        self.header.is_some()
    }

    /// The client's address: the peer's own unless the peer is a trusted proxy that names another.
    #[must_use]
    pub fn of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let Some(header) = &self.header else { return peer };
        let hops: Vec<&str> =
            headers.get_all(header).filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).collect();
        let mut client = canonical(peer);
        for hop in hops.into_iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = parse_hop(hop.trim()) else { break };
            client = canonical(address);
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|net| net.contains(&address))
    }
}

/// An IPv4 address written as IPv6 is the IPv4 address.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// `192.0.2.1`, `192.0.2.1:1234`, `[2001:db8::1]:1234`, and the `for=` of RFC 7239.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.split(';').find_map(|part| part.trim().strip_prefix("for=")).unwrap_or(hop).trim_matches('"');
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).and_then(|inner| inner.parse().ok()))
}

/// The group that limits count together: an IPv4 address, or the /64 of an IPv6 one.
#[must_use]
pub fn limit_group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let bits = v6.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(bits.into())
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use rstest::rstest;

    #[rstest]
    #[case::no_header("10.0.0.1", "", "10.0.0.1")]
    #[case::one_hop("10.0.0.1", "192.0.2.7", "192.0.2.7")]
    #[case::spoofed_left("10.0.0.1", "1.2.3.4, 192.0.2.7", "192.0.2.7")]
    #[case::two_proxies("10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7")]
    #[case::stranger_is_not_believed("192.0.2.9", "1.2.3.4", "192.0.2.9")]
    #[case::unparsable_stops("10.0.0.1", "192.0.2.7, unknown, 10.0.0.2", "10.0.0.2")]
    #[case::port("10.0.0.1", "192.0.2.7:4711", "192.0.2.7")]
    #[case::v6("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1")]
    #[case::mapped("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7")]
    fn walk(#[case] peer: &str, #[case] header: &str, #[case] expected: &str) {
        let real = RealIp::new("x-forwarded-for", &["10.0.0.0/8".parse().expect("a net")]);
        let mut headers = HeaderMap::new();
        if !header.is_empty() {
            headers.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(header).expect("a value"));
        }
        headers.insert(HeaderName::from_static("x-real-ip"), HeaderValue::from_static("6.6.6.6"));
        assert_eq!(real.of(peer.parse().expect("an address"), &headers).to_string(), expected);
    }

    #[test]
    fn without_configuration_nothing_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static("1.2.3.4"));
        let peer: IpAddr = "127.0.0.1".parse().expect("an address");
        assert_eq!(RealIp::default().of(peer, &headers), peer);
    }
}
