//! The port through which instant messages leave.

use std::future::Future;
use std::pin::Pin;

use super::message::Message;
use crate::platform::trust::Shared;

/// Why there is no connection that carries messages. Texts hold causes and codes, never an address or a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LinkError(pub String);

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has it.
    Delivered,
    /// The server sent it back for good, with this condition.
    Refused(String),
    /// It cannot be delivered now, with this condition.
    Later(String),
}

/// A delivery under way: an outcome for each message, in order.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<Vec<Outcome>, LinkError>> + Send + 'a>>;

/// Carries messages, all of them on one connection.
pub trait Transport: Send + Sync {
    /// Delivers the messages. After a [`LinkError`] some of them may have left.
    fn deliver<'a>(&'a self, messages: &'a [Shared<Message>]) -> Delivery<'a>;
}
