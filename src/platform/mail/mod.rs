//! Outgoing mail. [`enqueue`] writes the message into the outbox and its job into the queue, in the transaction that
//! makes the mail necessary; the job hands it to the transport and wipes the text.
//!
//! A mail carries the address only as [`Shared`]: the share row exists before the mail does, and is checked again when
//! it is sent. An address that a server refuses for good is marked ([`bounces`]). Whatever moment the process dies at, no mail is lost; the file transport doubles none either, and over
//! SMTP a double carries the same Message-ID.

pub mod bounces;
mod fields;
mod file;
mod jobs;
pub mod letter;
mod message;
mod smtp;
mod store;
mod transport;

use serde::{Deserialize, Serialize};

pub use fields::TABLES;
pub use file::FileTransport;
pub use jobs::handlers;
pub use letter::{Letter, Letterhead};
pub use message::Message;
pub use smtp::SmtpTransport;
pub use transport::{Delivery, Transport, TransportError};

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id, Mail};
use crate::platform::jobs::{NewJob, Priority};
use crate::platform::trust::{self, FieldName, Ground, ShareError, ShareRequest, Shared, recipients};

/// A message to be sent.
pub struct Outgoing<'a> {
    /// The address, from [`share_address`].
    pub to: Shared<EmailAddress>,
    /// Whose mail it is; `None` before there is an account.
    pub account: Option<&'a Id<Account>>,
    /// Which mail it is: `verify_registration`. Stands in the outbox in the clear.
    pub kind: &'static str,
    /// What it says.
    pub letter: &'a Letter,
}

/// What lies sealed in the outbox until the mail is sent.
#[derive(Serialize, Deserialize)]
struct Content {
    to: String,
    subject: String,
    text: String,
    html: String,
}

/// Fields that every mail shares with the relay.
pub const SHARED: &[FieldName] = &[FieldName("principals.email"), FieldName("mails.sealed")];

/// Writes the row that lets an address go to the mail relay; `kind` is the mail's.
///
/// # Errors
/// See [`ShareError`].
pub fn share_address(
    conn: &mut DbConnection,
    env: &Env,
    account: Option<&Id<Account>>,
    kind: &'static str,
    address: EmailAddress,
) -> Result<Shared<EmailAddress>, ShareError> {
    share_with(conn, env, (account, kind), SHARED, address)
}

/// The same for a mail that quotes more of what is stored; `fields` are all that go, [`SHARED`] among them.
///
/// # Errors
/// See [`ShareError`].
pub fn share_with(
    conn: &mut DbConnection,
    env: &Env,
    (account, kind): (Option<&Id<Account>>, &'static str),
    fields: &[FieldName],
    address: EmailAddress,
) -> Result<Shared<EmailAddress>, ShareError> {
    let request =
        ShareRequest { account, recipient: &recipients::MAIL_RELAY, fields, ground: Ground::OnOurBehalf, about: kind };
    trust::share(conn, env, request, address)
}

/// Puts a message into the outbox, in the caller's transaction.
///
/// # Errors
/// [`DbError::Refused`] when the address was shared with somebody else than the mail relay; the database failed.
pub fn enqueue(conn: &mut DbConnection, env: &Env, mail: &Outgoing<'_>) -> Result<Id<Mail>, DbError> {
    if mail.to.recipient() != &recipients::MAIL_RELAY {
        return Err(DbError::Refused("this address was not shared with the mail relay".to_owned()));
    }
    let id: Id<Mail> = env.id();
    let content = Content {
        to: mail.to.value().for_sending(),
        subject: mail.letter.subject(),
        text: mail.letter.text().map_err(unwritable)?,
        html: mail.letter.html().map_err(unwritable)?,
    };
    let plain = serde_json::to_vec(&content).map_err(unwritable)?;
    store::insert(
        conn,
        &store::NewRow {
            id: &id,
            account_id: mail.account,
            kind: mail.kind,
            share_id: mail.to.share(),
            sealed: &env.keys.columns().seal(&plain, &place(&id)),
            state: store::QUEUED,
            created_at: env.now(),
        },
    )?;
    let job = NewJob::new(jobs::SEND, &id).unique(id.as_str()).priority(Priority::Interactive);
    crate::platform::jobs::enqueue(conn, env, job)?;
    Ok(id)
}

fn unwritable(error: impl std::error::Error) -> DbError {
    DbError::Other(format!("a mail cannot be written: {error}"))
}

fn place(id: &Id<Mail>) -> String {
    format!("mails.sealed|{id}")
}

#[cfg(test)]
mod tests;
