//! Mail by SMTP: pooled connections, encrypted to everything but this machine.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::response::Severity;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

use super::message::Message;
use super::transport::{Delivery, Transport, TransportError};
use crate::platform::trust::Shared;

const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECTIONS: u32 = 4;
/// Replies that concern our own credentials (RFC 4954): permanent by number, yet no fault of the letter.
const OUR_OWN_FAULT: [u16; 5] = [530, 534, 535, 538, 454];

/// Sends through one server.
pub struct SmtpTransport {
    settings: AsyncSmtpTransportBuilder,
    /// The pool's upkeep runs on the runtime that first sends.
    server: OnceLock<AsyncSmtpTransport<Tokio1Executor>>,
}

/// The URL names no server that we would send through.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected smtp://USER:PASSWORD@HOST:PORT or smtps://…, without `tls=` or with `tls=required` beyond this machine"
)]
pub struct BadSmtpUrl;

impl SmtpTransport {
    /// From `smtp://…` (STARTTLS is required, and cannot be turned off, except on this machine) or `smtps://…` (TLS from the start). Connects
    /// only when there is something to send.
    ///
    /// # Errors
    /// [`BadSmtpUrl`].
    pub fn new(url: &str) -> Result<Self, BadSmtpUrl> {
        let mut url = Url::parse(url).map_err(|_| BadSmtpUrl)?;
        if url.scheme() == "smtp" && !is_this_machine(&url) {
            let mut wishes = url.query_pairs().filter(|(key, _)| key == "tls").map(|(_, wish)| wish == "required");
            match (wishes.next(), wishes.all(|is_required| is_required)) {
                (None, _) => _ = url.query_pairs_mut().append_pair("tls", "required"),
                (Some(true), true) => {}
                _ => return Err(BadSmtpUrl),
            }
        }
        let settings = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|_| BadSmtpUrl)?
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        Ok(Self { settings, server: OnceLock::new() })
    }
}

impl Drop for SmtpTransport {
    /// The pool says goodbye to its servers on the runtime; after the runtime's end, the process's end closes them.
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err()
            && let Some(server) = self.server.take()
        {
            std::mem::forget(server);
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl Transport for SmtpTransport {
    fn deliver<'a>(&'a self, message: &'a Shared<Message>, _tried_before: bool) -> Delivery<'a> {
        Box::pin(async move {
            let wire = message.value().wire()?;
            let server = self.server.get_or_init(|| self.settings.clone().build());
            match server.send(wire).await {
                Ok(_) => Ok(()),
                Err(error) => Err(judge(&error)),
            }
        })
    }
}

/// The server's own words may repeat the address, so only its number is kept.
fn judge(error: &lettre::transport::smtp::Error) -> TransportError {
    match error.status() {
        Some(code) => {
            let number = code.severity as u16 * 100 + code.category as u16 * 10 + code.detail as u16;
            let is_final = code.severity == Severity::PermanentNegativeCompletion && !OUR_OWN_FAULT.contains(&number);
            let text = format!("SMTP reply {number}");
            if is_final { TransportError::Returned(text) } else { TransportError::Later(text) }
        }
        None if error.is_timeout() => TransportError::Later("the mail server did not answer in time".to_owned()),
        None if error.is_tls() => TransportError::Later("no TLS with the mail server".to_owned()),
        None => TransportError::Later("the mail server cannot be reached".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        let here = |url: &str| is_this_machine(&Url::parse(url).expect("a URL"));
        assert!(here("smtp://localhost:2525") && here("smtp://127.0.0.1") && here("smtp://[::1]:25"));
        assert!(!here("smtp://mail.example.org") && !here("smtp://10.0.0.1"));
        assert!(SmtpTransport::new("smtps://user:p%40ss@mail.example.org").is_ok());
        assert!(SmtpTransport::new("smtp://mail.example.org?tls=required").is_ok());
        assert!(SmtpTransport::new("smtp://localhost:2525?tls=opportunistic").is_ok());
        for spoilt in
            ["?tls=opportunistic", "?tls=none", "?tls=required&tls=opportunistic", "?tls=opportunistic&tls=required"]
        {
            assert!(SmtpTransport::new(&format!("smtp://mail.example.org{spoilt}")).is_err(), "{spoilt}");
        }
        assert!(SmtpTransport::new("http://mail.example.org").is_err());
        assert!(SmtpTransport::new("mail.example.org").is_err());
    }
}
