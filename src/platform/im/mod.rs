//! Instant messages of the product, by XMPP. [`enqueue`] writes the message into an outbox of its own, in the transaction
//! that makes it necessary; one job hands everything that waits to the operator's server on one connection.
//!
//! A message carries the address only as [`Shared`]: the share row rests on a live consent, and both are looked at again
//! when it is sent. Mail knows nothing of this outbox, and a server that hangs holds one place of the queue at most.
//! A process that dies between sending and recording sends again, under the same id; what cannot be sent for two days is
//! given up.

mod connector;
mod fields;
mod jobs;
mod link;
mod message;
mod store;
mod transport;
mod xmpp;

use serde::{Deserialize, Serialize};

pub use fields::TABLES;
pub use jobs::handlers;
pub use message::Message;
pub use transport::{Delivery, LinkError, Outcome, Transport};
pub use xmpp::{BadAccount, XmppTransport};

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Account, Id, Im};
use crate::kernel::im_id::ImId;
use crate::platform::mail::Letter;
use crate::platform::trust::{self, FieldName, Ground, ShareError, ShareRequest, Shared, recipients};

/// A message to be sent.
pub struct Outgoing<'a> {
    /// The address, from [`share_address`].
    pub to: Shared<ImId>,
    /// Whose message it is.
    pub account: &'a Id<Account>,
    /// Which one it is: the kind of the mail with the same words. Stands in the outbox in the clear.
    pub kind: &'static str,
    /// What it says.
    pub letter: &'a Letter,
}

/// What lies sealed in the outbox until the message is sent.
#[derive(Serialize, Deserialize)]
struct Content {
    to: String,
    text: String,
}

/// Fields that every message shares with the server.
const SHARED: &[FieldName] = &[FieldName("accounts.im_ids"), FieldName("im_messages.sealed")];

/// Writes the row that lets an address go to the XMPP server; `kind` is the message's.
///
/// # Errors
/// See [`ShareError`]: without a live consent nothing is shared.
pub fn share_address(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    kind: &'static str,
    address: ImId,
) -> Result<Shared<ImId>, ShareError> {
    let request = ShareRequest {
        account: Some(account),
        recipient: &recipients::XMPP_SERVER,
        fields: SHARED,
        ground: Ground::Consent,
        about: kind,
    };
    trust::share(conn, env, request, address)
}

/// Puts a message into the outbox, in the caller's transaction.
///
/// # Errors
/// [`DbError::Refused`] when the address was shared with somebody else than the XMPP server; the database failed.
pub fn enqueue(conn: &mut DbConnection, env: &Env, message: &Outgoing<'_>) -> Result<Id<Im>, DbError> {
    if message.to.recipient() != &recipients::XMPP_SERVER {
        return Err(DbError::Refused("this address was not shared with the XMPP server".to_owned()));
    }
    let id: Id<Im> = env.id();
    let content =
        Content { to: message.to.value().as_str().to_owned(), text: words(message.letter).map_err(unwritable)? };
    let plain = serde_json::to_vec(&content).map_err(unwritable)?;
    store::insert(
        conn,
        &store::NewRow {
            id: &id,
            account_id: message.account,
            kind: message.kind,
            share_id: message.to.share(),
            sealed: &env.keys.columns().seal(&plain, &place(&id)),
            state: store::QUEUED,
            created_at: env.now(),
        },
    )?;
    jobs::wake(conn, env, env.now())?;
    Ok(id)
}

/// Gives up what still waits for an account, of one kind or of any: its address is another one, or its words are stale.
///
/// # Errors
/// The database failed.
pub fn recall(conn: &mut DbConnection, account: &Id<Account>, kind: Option<&str>) -> Result<usize, DbError> {
    store::recall(conn, account, kind)
}

fn unwritable(error: impl std::error::Error) -> DbError {
    DbError::Other(format!("a message cannot be written: {error}"))
}

/// The words of the mail: its subject, then its text. Without the characters that XML has no place for.
fn words(letter: &Letter) -> Result<String, askama::Error> {
    let fits = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    Ok(format!("{}\n\n{}", letter.subject(), letter.text()?).chars().filter(fits).collect())
}

fn place(id: &Id<Im>) -> String {
    format!("im_messages.sealed|{id}")
}

#[cfg(test)]
mod tests;
