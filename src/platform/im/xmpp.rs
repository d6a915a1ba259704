//! Instant messages by XMPP, from the operator's account.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use secrecy::SecretString;
use tokio::time::timeout;
use tokio_xmpp::jid::BareJid;

use super::connector::Server;
use super::link::Link;
use super::message::Message;
use super::transport::{Delivery, LinkError, Transport};
use crate::config;
use crate::platform::trust::Shared;

/// All that one delivery may take; the job's lease is longer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends as one account.
pub struct XmppTransport {
    server: Server,
    jid: BareJid,
    password: SecretString,
}

/// A key that no account can be made of.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct BadAccount {
    /// The key.
    pub key: &'static str,
    /// What is wrong.
    pub why: String,
}

impl XmppTransport {
    /// From the configuration, which has an account. Connects only when there is something to send.
    ///
    /// # Errors
    /// [`BadAccount`].
    pub fn new(settings: &config::Xmpp) -> Result<Self, BadAccount> {
        let no_account = |_| BadAccount { key: "xmpp.jid", why: "must look like name@example.com".to_owned() };
        let jid = BareJid::new(&settings.jid).map_err(no_account)?;
        let (host, port) = settings.host_and_port().unwrap_or_default();
        let server = Server {
            here: settings.is_on_this_machine(),
            domain: jid.domain().to_string(),
            tls: Arc::new(trusting(&settings.ca_file)?),
            host,
            port,
        };
        Ok(Self { server, jid, password: settings.password.clone() })
    }

    async fn send(&self, messages: &[Shared<Message>]) -> Result<Vec<super::Outcome>, LinkError> {
        let mut link = Link::open(&self.server, &self.jid, &self.password).await?;
        let outcomes = link.deliver(messages).await?;
        link.close().await;
        Ok(outcomes)
    }
}

impl Transport for XmppTransport {
    fn deliver<'a>(&'a self, messages: &'a [Shared<Message>]) -> Delivery<'a> {
        Box::pin(async move {
            let late = |_| LinkError("the XMPP server did not answer in time".to_owned());
            timeout(TIMEOUT, self.send(messages)).await.map_err(late)?
        })
    }
}

/// Trusts the public authorities, or only those of a file.
fn trusting(file: &Path) -> Result<ClientConfig, BadAccount> {
    let mut roots = RootCertStore::empty();
    if file.as_os_str().is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    } else {
        let unreadable = |why: String| BadAccount { key: "xmpp.ca_file", why };
        let read = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))?;
        for certificate in read {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(unreadable("holds no certificate in PEM".to_owned()));
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| BadAccount { key: "xmpp.server", why: error.to_string() })?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
