//! Where a change was made from: the session and the network, sealed under the account's own key like the values.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::env::Sealer;
use crate::kernel::ids::{Change, Id};

/// Where a change was made from. Both empty: by the product itself, by staff, or before this was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Public id of the session.
    pub session: Option<String>,
    /// The network's prefix, e.g. `192.0.2.0/24`: never a whole address.
    pub network: Option<String>,
}

impl Place {
    /// A session, where there is one, and the prefix of an address: /24 of an IPv4 one, /48 of an IPv6 one.
    #[must_use]
    pub fn new(session: Option<&str>, ip: IpAddr) -> Self {
        let ip = ip.to_canonical();
        let length = if ip.is_ipv4() { 24 } else { 48 };
        let network = IpNet::new(ip, length).ok().map(|net| net.trunc().to_string());
        Self { session: session.map(str::to_owned), network }
    }

    pub(super) fn seal(&self, sealer: &Sealer, change: &Id<Change>) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let plain = serde_json::to_vec(self).ok()?;
        Some(sealer.seal(&plain, &super::place("origin", change)))
    }

    pub(super) fn unseal(sealer: Option<&Sealer>, change: &Id<Change>, sealed: Option<&str>) -> Self {
        let plain =
            sealed.zip(sealer).and_then(|(sealed, sealer)| sealer.open(sealed, &super::place("origin", change)));
        plain.and_then(|plain| serde_json::from_slice(&plain).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_whole_address_is_kept() {
        for (ip, kept) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(Place::new(None, ip.parse().expect("an address")).network.as_deref(), Some(kept));
        }
    }
}
