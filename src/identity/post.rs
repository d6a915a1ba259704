//! Putting letters to holders and staff into the outbox.

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::frame::language;
use crate::identity::principals::model::PrincipalId;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id};
use crate::platform::mail::{self, Letter, Letterhead, Outgoing};
use crate::platform::trust::ShareError;

/// A mail: its kind in the outbox, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The address as stored.
    pub to: &'a str,
    /// Whose mail it is; `None` before there is an account.
    pub account: Option<&'a Id<Account>>,
    /// Which mail it is.
    pub kind: &'static str,
}

/// The installation as its mails name it, in its own language; see [`Letterhead::in_language`].
#[must_use]
pub fn letterhead(env: &Env) -> Letterhead {
    Letterhead {
        product: env.settings.product.name.clone(),
        base_url: env.settings.base_url(),
        lang: env.settings.product.language(),
    }
}

/// Puts a letter into the outbox, in the caller's transaction. It speaks the language of the account that it belongs to;
/// without one, that of its letterhead.
///
/// # Errors
/// The database failed.
pub fn send(conn: &mut DbConnection, env: &Env, envelope: Envelope<'_>, letter: &Letter) -> Result<(), DbError> {
    let address = EmailAddress::parse(envelope.to)
        .map_err(|_| DbError::Other("a stored e-mail address cannot be read".to_owned()))?;
    let to = mail::share_address(conn, env, envelope.account, envelope.kind, address).map_err(|error| match error {
        ShareError::Db(error) => error,
        other => DbError::Refused(other.to_string()),
    })?;
    let mut letter = letter.clone();
    if let Some(account) = envelope.account {
        letter.head.lang = language(conn, env, &PrincipalId::Holder(account.clone()))?;
    }
    let letter = &letter;
    mail::enqueue(conn, env, &Outgoing { to, account: envelope.account, kind: envelope.kind, letter })?;
    Ok(())
}
