//! Addresses that mail came back from: refused for good by the server, or reported later by the operator. The mark is on
//! the address, kept as a keyed digest: once its owner has another one it says nothing any more.

use std::str::FromStr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::prelude::*;

use crate::db::schema::mail_bounces;
use crate::db::{DbConnection, DbError, nested};
use crate::env::{Env, Purpose};
use crate::kernel::actor::Actor;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::audit::{self, Event};

/// The audit action of a marked address.
pub const MARK: &str = "account.mail_returned";

/// Who says that mail comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The server that was to take it.
    Smtp,
    /// The operator, from a report that came later.
    Operator,
}

impl Source {
    /// The word stored.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for Source {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Smtp, Self::Operator].into_iter().find(|source| source.as_str() == text).ok_or(())
    }
}

crate::text_column!(Source);

/// Mail that came back from an address of an account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mail_bounces)]
pub struct Bounce {
    /// The address, digested.
    address_mac: String,
    /// When it first did.
    pub first_at: Timestamp,
    /// When it last did.
    pub last_at: Timestamp,
}

impl Bounce {
    /// Whether it came back from this address.
    ///
    /// # Errors
    /// An address that is none.
    pub fn is_from(&self, env: &Env, address: &Personal<String>) -> Result<bool, DbError> {
        Ok(self.address_mac == digest(env, address.reveal())?)
    }
}

#[derive(Insertable)]
#[diesel(table_name = mail_bounces)]
struct Row {
    account_id: Id<Account>,
    address_mac: String,
    source: Source,
    reply: String,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// Marks an address of an account. The reply is kept without the server's words, which may quote the address.
///
/// # Errors
/// The database failed.
pub fn mark(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    (address, source, reply): (&str, Source, &str),
) -> Result<(), DbError> {
    let (now, mac) = (env.now(), digest(env, address)?);
    let kept = mail_bounces::table.find(account).filter(mail_bounces::address_mac.eq(&mac));
    let again = (mail_bounces::last_at.eq(now), mail_bounces::reply.eq(reply), mail_bounces::source.eq(source));
    if diesel::update(kept).set(again).execute(conn)? == 0 {
        clear(conn, account)?;
        let (account_id, reply) = (account.clone(), reply.to_owned());
        let row = Row { account_id, address_mac: mac, source, reply, first_at: now, last_at: now };
        let inserted = nested(conn, |conn| {
            diesel::insert_into(mail_bounces::table).values(&row).execute(conn)?;
            Ok(())
        });
        match inserted {
            // Another mail came back at the same moment and has marked it.
            Ok(()) | Err(DbError::Duplicate(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let actor = Actor::System("mail");
    let (subject, fields, refs) = (account.as_str(), &["email"][..], &[("source", source.as_str())][..]);
    audit::record(
        conn,
        env,
        &Event { actor: &actor, action: MARK, subject, fields, refs, commits_to: reply.as_bytes() },
    )
}

/// Whether mail came back from the address that the account has now.
///
/// # Errors
/// The database failed.
pub fn find(
    conn: &mut DbConnection,
    env: &Env,
    account: &Id<Account>,
    address: &Personal<String>,
) -> Result<Option<Bounce>, DbError> {
    let found: Option<Bounce> = mail_bounces::table.find(account).select(Bounce::as_select()).first(conn).optional()?;
    let Some(bounce) = found else { return Ok(None) };
    Ok(bounce.is_from(env, address)?.then_some(bounce))
}

/// Forgets it: the address was proved anew.
///
/// # Errors
/// The database failed.
pub fn clear(conn: &mut DbConnection, account: &Id<Account>) -> Result<(), DbError> {
    diesel::delete(mail_bounces::table.find(account)).execute(conn)?;
    Ok(())
}

/// A keyed digest of an address, equal for equal addresses.
///
/// # Errors
/// An address that is none.
pub fn digest(env: &Env, address: &str) -> Result<String, DbError> {
    let address = EmailAddress::parse(address)
        .map_err(|_| DbError::Other("a stored e-mail address cannot be read".to_owned()))?;
    let named = format!("bounce|{}", address.key());
    Ok(URL_SAFE_NO_PAD.encode(env.keys.stable_mac(Purpose::Throttle, named.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::testing::on_each_database;

    #[test]
    fn the_mark_is_on_the_address_and_not_on_the_account() {
        on_each_database(|mut bench| {
            let (conn, env) = (&mut bench.conn, &bench.env);
            let (account, written): (Id<Account>, _) = (env.id(), Personal::new("Ada@Example.org".to_owned()));
            let first = env.now();
            mark(conn, env, &account, ("ada@example.org", Source::Smtp, "SMTP reply 550")).expect("marked");
            let found = find(conn, env, &account, &written).expect("asked").expect("marked");
            assert_eq!((found.first_at, found.last_at), (first, first));
            let newer = Personal::new("ada@new.example".to_owned());
            assert_eq!(find(conn, env, &account, &newer).expect("asked"), None);
            env.clock.set(first + chrono::Duration::days(1));
            mark(conn, env, &account, ("ada@example.org", Source::Operator, "reported")).expect("again");
            let found = find(conn, env, &account, &written).expect("asked").expect("marked");
            assert_eq!((found.first_at, found.last_at), (first, env.now()));
            mark(conn, env, &account, ("ada@new.example", Source::Smtp, "SMTP reply 550")).expect("marked");
            assert_eq!(find(conn, env, &account, &written).expect("asked"), None, "another address has the mark");
            clear(conn, &account).expect("cleared");
            assert_eq!(find(conn, env, &account, &newer).expect("asked"), None);
        });
    }
}
