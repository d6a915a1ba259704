//! A connection to the operator's XMPP server, ready to sign in: its name looked up as the system does, and encrypted
//! wherever the server offers it, which only one on this machine may leave out.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use sasl::common::ChannelBinding;
use tokio::io::BufStream;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ProtocolVersion};
use tokio_xmpp::connect::AsyncReadAndWrite;
use tokio_xmpp::parsers::ns::JABBER_CLIENT;
use tokio_xmpp::parsers::sasl_cb::Type;
use tokio_xmpp::parsers::starttls::{Nonza, Request};
use tokio_xmpp::parsers::stream_features::StreamFeatures;
use tokio_xmpp::xmlstream::{StreamHeader, Timeouts, XmppStream, XmppStreamElement, initiate_stream};

use super::transport::LinkError;

/// A stream of either kind.
pub(super) type Wire = XmppStream<Box<dyn AsyncReadAndWrite + Send>>;

/// Silence that the library allows; the whole of a delivery has a limit of its own.
const TIMEOUTS: Timeouts =
    Timeouts { read_timeout: Duration::from_secs(60), response_timeout: Duration::from_secs(15) };
const EXPORTED: &[u8] = b"EXPORTER-Channel-Binding";

/// Where the account is.
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    /// Whether it is this machine.
    pub here: bool,
    /// The domain of the account: what the certificate must name.
    pub domain: String,
    pub tls: Arc<ClientConfig>,
}

/// A stream that nobody has signed in on.
pub(super) struct Connected {
    pub stream: Wire,
    pub features: StreamFeatures,
    pub binding: ChannelBinding,
}

impl Server {
    /// Connects.
    pub async fn connect(&self) -> Result<Connected, LinkError> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await;
        let tcp = BufStream::new(tcp.map_err(|error| broken("the XMPP server cannot be reached", &error))?);
        let (features, mut stream) = self.open(tcp).await?;
        if !features.can_starttls() {
            if !self.here {
                return Err(LinkError("the XMPP server offers no encryption, so nothing is sent to it".to_owned()));
            }
            return Ok(Connected { stream: stream.box_stream(), features, binding: ChannelBinding::None });
        }
        stream.send(&XmppStreamElement::Starttls(Nonza::Request(Request))).await.map_err(|error| lost(&error))?;
        match stream.next().await.map(|element| element.map(|element| element.into_read_error())) {
            Some(Ok(Ok(XmppStreamElement::Starttls(Nonza::Proceed(_))))) => {}
            _ => return Err(LinkError("the XMPP server offers encryption, but does not begin it".to_owned())),
        }
        let tls = self.encrypt(stream.into_inner().into_inner()).await?;
        let key = exported(&tls);
        let (features, stream) = self.open(BufStream::new(tls)).await?;
        let binding = key.filter(|_| binds(&features)).map_or(ChannelBinding::None, ChannelBinding::TlsExporter);
        Ok(Connected { stream: stream.box_stream(), features, binding })
    }

    async fn open<Io>(&self, io: Io) -> Result<(StreamFeatures, XmppStream<Io>), LinkError>
    where
        Io: AsyncReadAndWrite,
    {
        let pending = initiate_stream(io, JABBER_CLIENT, self.header(), TIMEOUTS).await;
        let pending = pending.map_err(|error| broken("the XMPP server does not open a stream", &error))?;
        pending.recv_features().await.map_err(|error| judge(&error.into()))
    }

    /// The header of every stream.
    pub fn header(&self) -> StreamHeader<'_> {
        StreamHeader { to: Some(Cow::Borrowed(&self.domain)), from: None, id: None }
    }

    async fn encrypt(&self, tcp: TcpStream) -> Result<TlsStream<TcpStream>, LinkError> {
        let name = ServerName::try_from(self.domain.clone())
            .map_err(|_| LinkError("the domain of `xmpp.jid` can be in no certificate".to_owned()))?;
        let tls = TlsConnector::from(self.tls.clone()).connect(name, tcp).await;
        tls.map_err(|error| broken("no TLS with the XMPP server", &error))
    }
}

/// What both ends of a TLS 1.3 connection know and nobody between them (RFC 9266).
fn exported(tls: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let (_, connection) = tls.get_ref();
    (connection.protocol_version() == Some(ProtocolVersion::TLSv1_3)).then_some(())?;
    connection.export_keying_material(vec![0; 32], EXPORTED, None).ok()
}

fn binds(features: &StreamFeatures) -> bool {
    features.sasl_cb.as_ref().is_some_and(|offered| offered.types.contains(&Type::TlsExporter))
}

/// What the library says of a failure, without the server's own words, which may repeat an address.
pub(super) fn judge(error: &tokio_xmpp::Error) -> LinkError {
    use tokio_xmpp::Error;
    use tokio_xmpp::error::AuthError;
    match error {
        Error::Auth(AuthError::Fail(condition)) => {
            LinkError(format!("the XMPP server refuses xmpp.jid with xmpp.password ({condition:?})"))
        }
        Error::Auth(_) => LinkError("the XMPP server offers no way to sign in with a password".to_owned()),
        Error::StreamError(error) => LinkError(format!("the XMPP server ends the stream ({:?})", error.0.condition)),
        Error::Io(error) => lost(error),
        _ => LinkError("the XMPP server is not understood".to_owned()),
    }
}

pub(super) fn lost(error: &io::Error) -> LinkError {
    broken("the connection to the XMPP server broke", error)
}

/// Of the cause the kind, or what is wrong with a certificate.
fn broken(what: &str, error: &io::Error) -> LinkError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<tokio_rustls::rustls::Error>());
    LinkError(match inner {
        Some(error) => format!("{what}: {error}"),
        None => format!("{what}: {}", error.kind()),
    })
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_xmpp::xmlstream::accept_stream;

    use super::*;

    /// A server that offers no encryption, to one client.
    async fn in_the_clear(listener: TcpListener) -> io::Result<()> {
        let (tcp, _) = listener.accept().await?;
        let stream = accept_stream(BufStream::new(tcp), JABBER_CLIENT, TIMEOUTS).await?;
        let stream = stream.send_header(StreamHeader { from: None, to: None, id: Some(Cow::Borrowed("1")) }).await?;
        let _held: XmppStream<_> = stream.send_features(&StreamFeatures::default()).await?;
        std::future::pending().await
    }

    async fn reach(here: bool) -> Result<Connected, LinkError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let roots = tokio_rustls::rustls::RootCertStore::empty();
        let tls = Arc::new(tls.expect("versions").with_root_certificates(roots).with_no_client_auth());
        let server = Server { host: "127.0.0.1".into(), port, here, domain: "example.org".into(), tls };
        tokio::select! {
            reached = server.connect() => reached,
            served = in_the_clear(listener) => panic!("{served:?}"),
        }
    }

    #[tokio::test]
    async fn only_a_server_on_this_machine_is_spoken_to_in_the_clear() {
        assert!(reach(true).await.is_ok());
        let refused = reach(false).await.err().expect("refused");
        assert!(refused.0.contains("offers no encryption"), "{refused}");
    }
}
