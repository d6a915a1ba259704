//! The port through which mail leaves.

use std::future::Future;
use std::pin::Pin;

use super::message::Message;
use crate::platform::trust::Shared;

/// Why a message did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The server or the directory does not take it now.
    #[error("not now: {0}")]
    Later(String),
    /// It cannot leave: the message is none, or may not go.
    #[error("refused: {0}")]
    Refused(String),
    /// The server refuses it for good: the address is marked.
    #[error("returned: {0}")]
    Returned(String),
}

/// A delivery under way.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), TransportError>> + Send + 'a>>;

/// Carries messages. Error texts hold codes and causes, never an address.
pub trait Transport: Send + Sync {
    /// Delivers the message. `tried_before`: an earlier try may have delivered it, without living to say so.
    fn deliver<'a>(&'a self, message: &'a Shared<Message>, tried_before: bool) -> Delivery<'a>;
}
