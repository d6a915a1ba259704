//! A signed-in stream: messages go out in order, and a ping behind them tells that the server has read them all.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use sasl::common::Credentials;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use tokio_xmpp::jid::{BareJid, Jid};
use tokio_xmpp::parsers::bind::BindQuery;
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::message::{Id, Lang, Message as Wired, MessageType};
use tokio_xmpp::parsers::ping::Ping;
use tokio_xmpp::parsers::stanza_error::{ErrorType, StanzaError};
use tokio_xmpp::parsers::stanza_id::OriginId;
use tokio_xmpp::xmlstream::{ReadError, XmppStreamElement};
use tokio_xmpp::{Stanza, client_login};

use super::connector::{Connected, Server, Wire, judge, lost};
use super::message::Message;
use super::transport::{LinkError, Outcome};
use crate::platform::trust::Shared;

const BIND: &str = "bind";
const PING: &str = "ping";
/// What a server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A stream of the operator's account.
pub(super) struct Link {
    stream: Wire,
}

impl Link {
    /// Connects and signs in.
    pub async fn open(server: &Server, jid: &BareJid, password: &SecretString) -> Result<Self, LinkError> {
        let Connected { stream, mut features, binding } = server.connect().await?;
        // Offered to whoever has no account: it would be somebody else who writes.
        features.sasl_mechanisms.remove("ANONYMOUS");
        let username = jid.node().map(ToString::to_string).unwrap_or_default();
        let credentials = Credentials::default()
            .with_username(username)
            .with_password(password.expose_secret())
            .with_channel_binding(binding);
        let signed_in = client_login(stream, features.sasl_mechanisms, credentials).await;
        let pending = signed_in.map_err(|error| judge(&error))?.send_header(server.header()).await;
        let (_, stream) = pending.map_err(|error| lost(&error))?.recv_features().await.map_err(|e| judge(&e.into()))?;
        let mut link = Self { stream };
        link.send(&Iq::from_set(BIND, BindQuery::new(None)).into()).await?;
        loop {
            match link.next().await? {
                Stanza::Iq(Iq::Result { id, .. }) if id == BIND => return Ok(link),
                Stanza::Iq(Iq::Error { id, error, .. }) if id == BIND => {
                    return Err(LinkError(format!("the XMPP server binds no session ({:?})", error.defined_condition)));
                }
                _ => {}
            }
        }
    }

    /// Sends the messages; an outcome for each, in order.
    pub async fn deliver(&mut self, messages: &[Shared<Message>]) -> Result<Vec<Outcome>, LinkError> {
        let mut outcomes: HashMap<&str, Outcome> = HashMap::new();
        for message in messages {
            let message = message.value();
            let outcome = match wired(message) {
                Some(stanza) => {
                    self.send(&stanza).await?;
                    Outcome::Delivered
                }
                None => Outcome::Refused("the address cannot be written to".to_owned()),
            };
            outcomes.insert(message.id.as_str(), outcome);
        }
        self.send(&Iq::from_get(PING, Ping).into()).await?;
        loop {
            match self.next().await? {
                // A server that knows no ping says so, which is an answer too.
                Stanza::Iq(Iq::Result { id, .. } | Iq::Error { id, .. }) if id == PING => break,
                Stanza::Message(Wired { type_: MessageType::Error, id: Some(Id(id)), payloads, .. }) => {
                    if let Some(outcome) = outcomes.get_mut(id.as_str()) {
                        *outcome = returned(payloads.into_iter().find_map(|payload| payload.try_into().ok()));
                    }
                }
                _ => {}
            }
        }
        let ids = messages.iter().map(|message| message.value().id.as_str());
        Ok(ids.filter_map(|id| outcomes.remove(id)).collect())
    }

    /// Ends the stream as the protocol wants it; whether the server does too is not waited for long.
    pub async fn close(mut self) {
        let goodbye = async {
            if self.stream.shutdown().await.is_ok() {
                while let Some(Ok(_)) = self.stream.next().await {}
            }
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }

    async fn send(&mut self, stanza: &Stanza) -> Result<(), LinkError> {
        self.stream.send(stanza).await.map_err(|error| lost(&error))
    }

    async fn next(&mut self) -> Result<Stanza, LinkError> {
        loop {
            let ended = || LinkError("the XMPP server closed the connection".to_owned());
            match self.stream.next().await.ok_or_else(ended)? {
                Ok(element) => match element.into_read_error() {
                    Ok(XmppStreamElement::Stanza(stanza)) => return Ok(stanza),
                    Ok(XmppStreamElement::StreamError(error)) => {
                        return Err(judge(&tokio_xmpp::Error::StreamError(error)));
                    }
                    // What is none of ours, or cannot be read, is somebody's talk.
                    Ok(_) | Err(_) => {}
                },
                Err(ReadError::HardError(error)) => return Err(lost(&error)),
                Err(ReadError::StreamFooterReceived) => return Err(ended()),
                Err(ReadError::SoftTimeout | ReadError::ParseError(_)) => {}
            }
        }
    }
}

/// The message as RFC 6121 knows it; `None` for an address that is none.
fn wired(message: &Message) -> Option<Stanza> {
    let to = Jid::new(message.to.reveal()).ok()?;
    let id = message.id.as_str().to_owned();
    let mut stanza =
        Wired::chat(to).with_body(Lang::new(), message.text.reveal().clone()).with_payload(OriginId { id: id.clone() });
    stanza.id = Some(Id(id));
    Some(stanza.into())
}

fn returned(error: Option<StanzaError>) -> Outcome {
    match error {
        Some(error) if error.type_ == ErrorType::Wait => Outcome::Later(format!("{:?}", error.defined_condition)),
        Some(error) => Outcome::Refused(format!("{:?}", error.defined_condition)),
        None => Outcome::Refused("returned without a reason".to_owned()),
    }
}
