//! The consent ledger (clause 2.2.1): rows are added, never changed. A consent is live until a row withdraws it.

use std::str::FromStr;

use diesel::prelude::*;

use super::policy;
use crate::db::schema::consents;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Account, Consent, Id};
use crate::kernel::time::Timestamp;

/// What consent is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sharing name, e-mail and amounts with the processor, which keeps and charges the card.
    CardPayments,
    /// Sending security notices to the holder's XMPP address too, through the operator's server.
    XmppNotices,
}

/// The text names no purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no purpose that consent is asked for")]
pub struct NoPurpose;

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::CardPayments, Self::XmppNotices];

    /// The name in paths and rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardPayments => "card-payments",
            Self::XmppNotices => "xmpp-notices",
        }
    }
}

impl FromStr for Purpose {
    type Err = NoPurpose;
    fn from_str(text: &str) -> Result<Self, NoPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(NoPurpose)
    }
}

crate::text_column!(Purpose);

/// A consent as it is given.
#[derive(Debug, Clone, Copy)]
pub struct NewConsent<'a> {
    /// Who gives it.
    pub account: &'a Id<Account>,
    /// For what.
    pub purpose: Purpose,
    /// The very words that were shown beside the box.
    pub wording: &'a str,
    /// Policy version in force for the account at that moment.
    pub policy_version: i32,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = consents)]
pub struct Entry {
    /// The row.
    pub id: Id<Consent>,
    /// For what.
    pub purpose: Purpose,
    /// `given` or `withdrawn`.
    pub decision: String,
    /// The words that were shown.
    pub wording: String,
    /// Policy version in force at that moment.
    pub policy_version: i32,
    /// The consent that this row withdraws.
    pub withdraws: Option<Id<Consent>>,
    /// When.
    pub at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = consents)]
struct NewRow<'a> {
    id: Id<Consent>,
    account_id: &'a Id<Account>,
    purpose: Purpose,
    decision: &'static str,
    wording: &'a str,
    policy_version: i32,
    withdraws: Option<&'a Id<Consent>>,
    at: Timestamp,
}

/// Records a consent.
///
/// # Errors
/// [`DbError::Refused`] for a policy version that was never published; the database failed.
pub fn give(conn: &mut DbConnection, env: &Env, consent: &NewConsent<'_>) -> Result<Id<Consent>, DbError> {
    let row = NewRow {
        id: env.id(),
        account_id: consent.account,
        purpose: consent.purpose,
        decision: "given",
        wording: consent.wording,
        policy_version: consent.policy_version,
        withdraws: None,
        at: env.now(),
    };
    diesel::insert_into(consents::table).values(&row).execute(conn)?;
    Ok(row.id)
}

/// Records a consent to these words, under the newest policy version, unless one stands that says the same already.
///
/// # Errors
/// See [`give`].
pub fn keep_or_give(
    conn: &mut DbConnection,
    env: &Env,
    (account, purpose): (&Id<Account>, Purpose),
    wording: &str,
    says_the_same: impl Fn(&Entry) -> bool,
) -> Result<Id<Consent>, DbError> {
    if let Some(entry) = live(conn, account, purpose)?.filter(says_the_same) {
        return Ok(entry.id);
    }
    let policy_version = policy::current_number(conn)?;
    give(conn, env, &NewConsent { account, purpose, wording, policy_version })
}

/// Withdraws whatever live consent the account has for the purpose; answers whether there was one.
///
/// # Errors
/// The database failed.
pub fn withdraw(conn: &mut DbConnection, env: &Env, account: &Id<Account>, purpose: Purpose) -> Result<bool, DbError> {
    let live = list_live(conn, account, purpose)?;
    for entry in &live {
        let row = NewRow {
            id: env.id(),
            account_id: account,
            purpose,
            decision: "withdrawn",
            wording: &entry.wording,
            policy_version: entry.policy_version,
            withdraws: Some(&entry.id),
            at: env.now(),
        };
        // Withdrawn at the same moment from elsewhere: that is what was asked for.
        crate::each_backend!(conn, |inner| diesel::insert_into(consents::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(inner))?;
    }
    Ok(!live.is_empty())
}

/// The newest live consent for the purpose.
///
/// # Errors
/// The database failed.
pub fn live(conn: &mut DbConnection, account: &Id<Account>, purpose: Purpose) -> Result<Option<Entry>, DbError> {
    Ok(list_live(conn, account, purpose)?.pop())
}

/// Whether this very consent still stands.
///
/// # Errors
/// The database failed.
pub fn is_live(
    conn: &mut DbConnection,
    account: &Id<Account>,
    purpose: Purpose,
    consent: &Id<Consent>,
) -> Result<bool, DbError> {
    Ok(list_live(conn, account, purpose)?.iter().any(|entry| entry.id == *consent))
}

fn list_live(conn: &mut DbConnection, account: &Id<Account>, purpose: Purpose) -> Result<Vec<Entry>, DbError> {
    let rows = list(conn, account)?.into_iter().filter(|entry| entry.purpose == purpose);
    let (given, withdrawn): (Vec<Entry>, Vec<Entry>) = rows.partition(|entry| entry.withdraws.is_none());
    let is_live = |entry: &Entry| !withdrawn.iter().any(|row| row.withdraws.as_ref() == Some(&entry.id));
    Ok(given.into_iter().filter(is_live).collect())
}

/// Everything the account has given and withdrawn, oldest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<Entry>, DbError> {
    Ok(consents::table
        .filter(consents::account_id.eq(account))
        .order(consents::id)
        .select(Entry::as_select())
        .load(conn)?)
}
