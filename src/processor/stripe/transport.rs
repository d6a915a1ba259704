//! One HTTP exchange with the processor over pooled keep-alive connections: sent once, never retried here.
//!
//! The crate's builders make the request and its strategy carries the idempotency key; the reply stays raw, with status,
//! headers and body, because the crate's own client drops the body of a 402 it cannot parse, hides `Retry-After` and
//! opens a connection for each call (docs/adr).

use std::error::Error;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::{ExposeSecret, SecretString};
use stripe_client_core::{
    CustomizedStripeRequest, RequestBuilder, RequestStrategy, StripeClient, StripeClientErr, StripeMethod, VERSION,
};

use super::access::Access;
use crate::config::ConfigError;

/// Larger replies are not read: the largest, a page of a hundred events, stays far below.
const LARGEST_REPLY: usize = 8 << 20;
/// Opening a connection may take no longer, so that an unreachable host is told apart from an unknown outcome.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Shorter than the processor's own keep-alive, so that a call rarely meets a connection about to close.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS: usize = 8;
const USER_AGENT: &str = concat!("Steward/", env!("CARGO_PKG_VERSION"));

/// What came back, whatever its status.
#[derive(Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
}

impl Reply {
    /// The processor's name for the call, which its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.headers.get("request-id")?.to_str().ok()
    }
}

impl fmt::Debug for Reply {
    /// Without the body, which may hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The request did not leave.
    #[error("{0}")]
    NotSent(String),
    /// It may have arrived.
    #[error("{0}")]
    Lost(String),
}

impl StripeClientErr for SendError {
    fn deserialize_err(message: impl fmt::Display) -> Self {
        Self::Lost(message.to_string())
    }
}

/// The connections to the processor. Shared by all calls of an adapter.
pub struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
    secret_key: SecretString,
    timeout: Duration,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Transport {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(access: &Access) -> Result<Self, ConfigError> {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT.min(access.timeout)));
        // The provider is named here, so that nothing depends on a process-wide default.
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|error| ConfigError::new("stripe.api_base", error))?;
        let schemes = if access.plain { tls.https_or_http() } else { tls.https_only() };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_timer(TokioTimer::new())
            .build(schemes.enable_http1().wrap_connector(tcp));
        let secret_key = access.secret_key.clone();
        Ok(Self { client, base: access.base.clone(), secret_key, timeout: access.timeout })
    }

    /// False where no processor is configured, as a test installation may be: then nothing is sent.
    pub fn has_key(&self) -> bool {
        !self.secret_key.expose_secret().is_empty()
    }

    /// How long one call may take, its wait for a turn included.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a request once and gives the reply whole, if it comes within this long.
    ///
    /// # Errors
    /// No reply came; see [`SendError`].
    pub async fn send(
        &self,
        request: RequestBuilder,
        strategy: RequestStrategy,
        within: Duration,
    ) -> Result<Reply, SendError> {
        let exchange = Exchange { transport: self, within, reply: OnceLock::new() };
        let request = request.customize::<()>().request_strategy(strategy);
        request.send(&exchange).await?;
        exchange.reply.into_inner().ok_or_else(|| SendError::Lost("no reply was kept".to_owned()))
    }

    fn request(&self, given: CustomizedStripeRequest) -> Result<Request<Full<Bytes>>, SendError> {
        let (request, overrides) = given.into_pieces();
        let query =
            request.query.filter(|query| !query.is_empty()).map(|query| format!("?{query}")).unwrap_or_default();
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let unfit = |error: &dyn Error| SendError::NotSent(format!("the request cannot be written: {error}"));
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.secret_key.expose_secret()))
            .map_err(|error| unfit(&error))?;
        bearer.set_sensitive(true);
        let mut built = Request::builder()
            .method(method)
            .uri(format!("{}/v1{}{query}", self.base, request.path))
            .header(header::AUTHORIZATION, bearer)
            .header(header::USER_AGENT, USER_AGENT)
            .header(HeaderName::from_static("stripe-version"), VERSION.as_str());
        if let Some(key) = overrides.request_strategy.and_then(|strategy| strategy.get_key()) {
            built = built.header(HeaderName::from_static("idempotency-key"), key.as_str());
        }
        if request.body.is_some() {
            built = built.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        built.body(Full::from(request.body.unwrap_or_default())).map_err(|error| unfit(&error))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>, within: Duration) -> Result<Reply, SendError> {
        let whole = async {
            let response = self.client.request(request).await.map_err(|error| match error.is_connect() {
                true => SendError::NotSent(chain(&error)),
                false => SendError::Lost(chain(&error)),
            })?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, LARGEST_REPLY).collect().await;
            let body =
                body.map_err(|error| SendError::Lost(format!("the reply broke off: {}", chain(error.as_ref()))))?;
            Ok(Reply { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
        };
        let late = |_| SendError::Lost(format!("no reply within {} ms", within.as_millis()));
        tokio::time::timeout(within, whole).await.map_err(late)?
    }
}

/// One call under way. The crate wants to parse what it receives into its strict types; it receives an empty answer, and
/// the raw reply is kept here.
struct Exchange<'a> {
    transport: &'a Transport,
    within: Duration,
    reply: OnceLock<Reply>,
}

impl StripeClient for Exchange<'_> {
    type Err = SendError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, SendError> {
        let reply = self.transport.exchange(self.transport.request(request)?, self.within).await?;
        // Never set before: each exchange executes one request.
        let _ = self.reply.set(reply);
        Ok(Bytes::from_static(b"null"))
    }
}

/// An error with its causes. Causes of the network name addresses and system errors, never what was sent.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
