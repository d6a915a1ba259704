//! The one door through which personal data leaves (clause 2.2): each sharing writes a row, and the type [`Shared`]
//! is the proof that it did.

use diesel::prelude::*;

use super::consents;
use super::recipients::{self, Basis, Recipient};
use super::restrictions;
use crate::db::schema::shares;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Account, Consent, Id, Share};
use crate::kernel::time::Timestamp;

/// A field of the registry, as `table.column`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName(pub &'static str);

/// On what ground something is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The recipient works on our instructions only.
    OnOurBehalf,
    /// The person has agreed; the live consent is looked up and its id kept.
    Consent,
}

impl Ground {
    /// The word in the share rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnOurBehalf => "on_our_behalf",
            Self::Consent => "consent",
        }
    }
}

/// What is to be shared, with whom and why.
#[derive(Debug, Clone, Copy)]
pub struct ShareRequest<'a> {
    /// Whose data it is; `None` before there is an account.
    pub account: Option<&'a Id<Account>>,
    /// Who gets it.
    pub recipient: &'static Recipient,
    /// The fields that go.
    pub fields: &'a [FieldName],
    /// On what ground: the recipient's own.
    pub ground: Ground,
    /// What it is about: the kind of a mail, the id of an invoice.
    pub about: &'a str,
}

/// Why something must not be shared.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// There is no live consent for it.
    #[error("there is no live consent for sharing with {}", .0.name)]
    NoConsent(&'static Recipient),
    /// The recipient may not have data on this ground, or the row belongs to another. Always a bug.
    #[error("sharing with {} is not allowed on this ground", .0.name)]
    NotAllowed(&'static Recipient),
    /// The person contests one of the values, and it is not decided yet.
    #[error("a value for {} is contested", .0.name)]
    Restricted(&'static Recipient),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl crate::db::TxError for ShareError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

/// A value that may leave for one recipient. Mail and processor accept personal data in no other form.
#[derive(Debug)]
pub struct Shared<T> {
    value: T,
    share: Id<Share>,
    recipient: &'static Recipient,
}

impl<T> Shared<T> {
    /// What is shared.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// The row that says so.
    pub const fn share(&self) -> &Id<Share> {
        &self.share
    }

    /// Who may get it.
    pub const fn recipient(&self) -> &'static Recipient {
        self.recipient
    }
}

#[derive(Insertable)]
#[diesel(table_name = shares)]
struct NewRow<'a> {
    id: Id<Share>,
    account_id: Option<&'a Id<Account>>,
    recipient: &'static str,
    fields: &'a str,
    ground: &'static str,
    consent_id: Option<&'a Id<Consent>>,
    about: &'a str,
    at: Timestamp,
}

/// A sharing, as its account's holder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = shares)]
pub struct ShareRecord {
    /// The row.
    pub id: Id<Share>,
    /// Whose data.
    pub account_id: Option<Id<Account>>,
    /// Key of the recipient.
    pub recipient: String,
    /// The fields, separated by spaces.
    pub fields: String,
    /// The ground.
    pub ground: String,
    /// The consent it rests on.
    pub consent_id: Option<Id<Consent>>,
    /// What it was about.
    pub about: String,
    /// When.
    pub at: Timestamp,
}

/// Writes the row, in the caller's transaction, and lets the value out.
///
/// # Errors
/// See [`ShareError`].
pub fn share<T>(
    conn: &mut DbConnection,
    env: &Env,
    request: ShareRequest<'_>,
    value: T,
) -> Result<Shared<T>, ShareError> {
    let recipient = request.recipient;
    let consent = match (request.ground, recipient.basis) {
        (Ground::OnOurBehalf, Basis::OnOurBehalf) => None,
        (Ground::Consent, Basis::Consent(purpose)) => {
            let account = request.account.ok_or(ShareError::NoConsent(recipient))?;
            let live = consents::live(conn, account, purpose)?;
            Some(live.ok_or(ShareError::NoConsent(recipient))?.id)
        }
        _ => return Err(ShareError::NotAllowed(recipient)),
    };
    if restrictions::bars(conn, request.account, (recipient, request.fields))? {
        return Err(ShareError::Restricted(recipient));
    }
    let fields: Vec<&str> = request.fields.iter().map(|field| field.0).collect();
    let row = NewRow {
        id: env.id(),
        account_id: request.account,
        recipient: recipient.key,
        fields: &fields.join(" "),
        ground: request.ground.as_str(),
        consent_id: consent.as_ref(),
        about: request.about,
        at: env.now(),
    };
    diesel::insert_into(shares::table).values(&row).execute(conn).map_err(DbError::from)?;
    Ok(Shared { value, share: row.id, recipient })
}

/// Lets a value out on a row written earlier, checking again that it may go: the consent may have been withdrawn since.
///
/// # Errors
/// See [`ShareError`].
pub fn reopen<T>(
    conn: &mut DbConnection,
    share: &Id<Share>,
    recipient: &'static Recipient,
    value: T,
) -> Result<Shared<T>, ShareError> {
    let row: ShareRecord =
        shares::table.find(share).select(ShareRecord::as_select()).first(conn).map_err(DbError::from)?;
    if recipients::find(&row.recipient) != Some(recipient) {
        return Err(ShareError::NotAllowed(recipient));
    }
    if let Some(consent) = &row.consent_id {
        let (Basis::Consent(purpose), Some(account)) = (recipient.basis, &row.account_id) else {
            return Err(ShareError::NotAllowed(recipient));
        };
        if !consents::is_live(conn, account, purpose, consent)? {
            return Err(ShareError::NoConsent(recipient));
        }
    }
    Ok(Shared { value, share: row.id, recipient })
}

/// Who got a field of an account at or after an instant, each once.
///
/// # Errors
/// The database failed.
pub fn recipients_of(
    conn: &mut DbConnection,
    account: &Id<Account>,
    field: FieldName,
    since: Timestamp,
) -> Result<Vec<&'static Recipient>, DbError> {
    let rows: Vec<(String, String)> = shares::table
        .filter(shares::account_id.eq(account).and(shares::at.ge(since)))
        .select((shares::recipient, shares::fields))
        .distinct()
        .load(conn)?;
    let got = |recipient: &Recipient| {
        let mut theirs = rows.iter().filter(|(key, _)| key == recipient.key);
        theirs.any(|(_, fields)| fields.split_whitespace().any(|name| name == field.0))
    };
    Ok(recipients::ALL.iter().copied().filter(|recipient| got(recipient)).collect())
}

/// What was shared about an account, newest first, from behind `older_than`.
///
/// # Errors
/// The database failed.
pub fn list_shares(
    conn: &mut DbConnection,
    account: &Id<Account>,
    older_than: Option<&Id<Share>>,
    limit: i64,
) -> Result<Vec<ShareRecord>, DbError> {
    let mut query = shares::table.filter(shares::account_id.eq(account)).into_boxed();
    if let Some(id) = older_than {
        query = query.filter(shares::id.lt(id));
    }
    Ok(query.order(shares::id.desc()).limit(limit.clamp(1, 101)).select(ShareRecord::as_select()).load(conn)?)
}

/// Deletes those of the shares that belong to no account: what a mail to somebody without one was sent on. Shares of an
/// account are evidence for its holder and stay.
///
/// # Errors
/// The database failed.
pub fn forget_unowned(conn: &mut DbConnection, ids: &[Id<Share>]) -> Result<usize, DbError> {
    let unowned = shares::table.filter(shares::id.eq_any(ids)).filter(shares::account_id.is_null());
    Ok(diesel::delete(unowned).execute(conn)?)
}
