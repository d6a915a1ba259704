//! The XMPP account of the operator.
#![allow(missing_docs)] // the keys are documented once, in config/default.toml

use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::check::ConfigError;
use crate::kernel::im_id::{ImId, ImIdInput};

/// Where clients connect unless it is said (RFC 6120).
const PORT: u16 = 5_222;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Xmpp {
    pub jid: String,
    pub password: SecretString,
    pub server: String,
    pub ca_file: PathBuf,
}

impl Xmpp {
    /// Whether there is an account.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.jid.is_empty()
    }

    /// The domain of the account.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.jid.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Where to connect; `None` when `server` names no host, which start-up refuses.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(String, u16)> {
        let given = if self.server.is_empty() { self.domain() } else { &self.server };
        let url = Url::parse(&format!("xmpp://{given}")).ok()?;
        let bare = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().filter(|_| bare && url.username().is_empty() && url.password().is_none())?;
        Some((host.trim_matches(['[', ']']).to_ascii_lowercase(), url.port().unwrap_or(PORT)))
    }

    /// Whether the server is on this machine.
    #[must_use]
    pub fn is_on_this_machine(&self) -> bool {
        let Some((host, _)) = self.host_and_port() else { return false };
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Refuses half an account, and one that is none.
pub(super) fn check(xmpp: &Xmpp) -> Result<(), ConfigError> {
    let refuse = |key: &str, why: &str| Err(ConfigError::new(key, why));
    if !xmpp.is_configured() {
        return match (xmpp.password.expose_secret().is_empty(), xmpp.server.is_empty()) {
            (true, true) => Ok(()),
            _ => refuse("xmpp.jid", "is needed when xmpp.password or xmpp.server is set"),
        };
    }
    let typed = ImIdInput { network: "xmpp".to_owned(), handle: xmpp.jid.clone() };
    if ImId::parse(&typed).ok().is_none_or(|jid| jid.as_str() != xmpp.jid) {
        return refuse(
            "xmpp.jid",
            "must be an address such as accounts@example.com, in lower case and without a resource",
        );
    }
    if xmpp.password.expose_secret().is_empty() {
        return refuse("xmpp.password", "is needed when xmpp.jid is set");
    }
    if xmpp.host_and_port().is_none() {
        return refuse("xmpp.server", "must be HOST:PORT, such as xmpp.example.com:5222");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(jid: &str, password: &str, server: &str) -> Xmpp {
        Xmpp { jid: jid.into(), password: password.into(), server: server.into(), ca_file: PathBuf::new() }
    }

    #[test]
    fn the_server_is_the_accounts_domain_unless_it_is_named() {
        for (server, host, port, here) in [
            ("", "example.com", 5_222, false),
            ("xmpp.Example.com", "xmpp.example.com", 5_222, false),
            ("10.0.0.1:15222", "10.0.0.1", 15_222, false),
            ("localhost:5333", "localhost", 5_333, true),
            ("127.0.0.1", "127.0.0.1", 5_222, true),
            ("[::1]:5333", "::1", 5_333, true),
        ] {
            let xmpp = account("notices@example.com", "secret", server);
            assert_eq!(xmpp.host_and_port(), Some((host.to_owned(), port)), "{server}");
            assert_eq!(xmpp.is_on_this_machine(), here, "{server}");
            assert!(check(&xmpp).is_ok(), "{server}");
        }
    }

    #[test]
    fn half_an_account_is_refused_by_its_key() {
        assert!(check(&account("", "", "")).is_ok(), "no account");
        for (jid, password, server, key) in [
            ("", "secret", "", "xmpp.jid"),
            ("", "", "localhost:5222", "xmpp.jid"),
            ("example.com", "secret", "", "xmpp.jid"),
            ("notices@example.com/desk", "secret", "", "xmpp.jid"),
            ("Notices@example.com", "secret", "", "xmpp.jid"),
            ("notices@example.com", "", "", "xmpp.password"),
            ("notices@example.com", "secret", "xmpp://example.com", "xmpp.server"),
            ("notices@example.com", "secret", "example.com:99999", "xmpp.server"),
            ("notices@example.com", "secret", "a@example.com", "xmpp.server"),
        ] {
            let error = check(&account(jid, password, server)).expect_err("refused");
            assert_eq!(error.key, key, "{jid} {server}");
        }
    }
}
