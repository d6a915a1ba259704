//! Security notices: whoever owns an account is told of everything that changes who can get into it, by a mail in the
//! transaction that makes the change.

use super::frame::store as holders;
use super::letters;
use super::post::{self, Envelope};
use super::principals::model::PrincipalId;
use super::principals::store::Principal;
use super::sessions::store::staff_member;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::time::Timestamp;

/// What has happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The password was changed or set anew.
    PasswordChanged,
}

impl Notice {
    /// The kind of the mail in the outbox.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
        }
    }
}

/// Tells the owner, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub fn tell(conn: &mut DbConnection, env: &Env, principal: &Principal, notice: Notice) -> Result<(), DbError> {
    let name = name_of(conn, &principal.id)?;
    let (head, when) = (post::letterhead(env), moment(env.now()));
    let letter = match notice {
        Notice::PasswordChanged => letters::password_changed(head, &name, &when),
    };
    let envelope = Envelope { to: principal.email.reveal(), account: principal.id.account(), kind: notice.kind() };
    post::send(conn, env, envelope, &letter)
}

/// How mails address a principal.
///
/// # Errors
/// The database failed.
pub fn name_of(conn: &mut DbConnection, id: &PrincipalId) -> Result<String, DbError> {
    Ok(match id {
        PrincipalId::Holder(id) => holders::display_name(conn, id)?.into_revealed(),
        PrincipalId::Staff(id) => staff_member(conn, id)?.map(|(name, _)| name).unwrap_or_default(),
    })
}

/// `on 23 November 2026 at 15:10 UTC`
fn moment(at: Timestamp) -> String {
    at.utc().format("on %-d %B %Y at %H:%M UTC").to_string()
}
