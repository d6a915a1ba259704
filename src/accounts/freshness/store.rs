//! Rows of mailed lists, and who is due for one.

use diesel::prelude::*;

use super::model::Reason;
use crate::db::schema::{accounts, mail_bounces, principals, profile_reminders};
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::Status;
use crate::kernel::ids::{Account, Id};
use crate::kernel::time::Timestamp;

crate::text_column!(Reason);

/// A list that was mailed.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = profile_reminders)]
pub(super) struct Mailed {
    pub account_id: Id<Account>,
    pub reason: Reason,
    /// Digest of the link's token, until it is used.
    pub token_hash: Option<String>,
    /// Digest of the address it went to.
    pub address_mac: String,
    /// Version that it lists.
    pub version: i64,
    pub sent_at: Timestamp,
    pub holds_until: Timestamp,
}

/// Active accounts that nobody has confirmed since `year`, or whose mail first came back before `bounce`, from behind
/// `after`.
pub(super) fn list_candidates(
    conn: &mut DbConnection,
    (year, bounce): (Timestamp, Timestamp),
    after: Option<&Id<Account>>,
    limit: i64,
) -> Result<Vec<Id<Account>>, DbError> {
    let old = accounts::confirmed_at.le(year);
    let returned = diesel::dsl::exists(
        mail_bounces::table.filter(mail_bounces::account_id.eq(accounts::id)).filter(mail_bounces::first_at.le(bounce)),
    );
    let mut query = accounts::table
        .inner_join(principals::table)
        .filter(principals::status.eq(Status::Active))
        .filter(old.or(returned))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(accounts::id.gt(after));
    }
    Ok(query.order(accounts::id).limit(limit).select(accounts::id).load(conn)?)
}

/// When the last list was mailed.
pub(super) fn find_sent(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<Timestamp>, DbError> {
    let row = profile_reminders::table.find(account);
    Ok(row.select(profile_reminders::sent_at).first(conn).optional()?)
}

/// Notes a mailed list in the place of the one sent at `last`; `false` when another was mailed meanwhile.
pub(super) fn replace(conn: &mut DbConnection, row: &Mailed, last: Option<Timestamp>) -> Result<bool, DbError> {
    let Some(last) = last else {
        let inserted = crate::db::nested(conn, |conn| {
            diesel::insert_into(profile_reminders::table).values(row).execute(conn)?;
            Ok(())
        });
        return match inserted {
            Ok(()) => Ok(true),
            Err(DbError::Duplicate(_)) => Ok(false),
            Err(error) => Err(error),
        };
    };
    let known = profile_reminders::table.find(&row.account_id).filter(profile_reminders::sent_at.eq(last));
    let columns = (
        profile_reminders::reason.eq(row.reason),
        profile_reminders::token_hash.eq(&row.token_hash),
        profile_reminders::address_mac.eq(&row.address_mac),
        profile_reminders::version.eq(row.version),
        profile_reminders::sent_at.eq(row.sent_at),
        profile_reminders::holds_until.eq(row.holds_until),
    );
    Ok(diesel::update(known).set(columns).execute(conn)? == 1)
}

/// Spends a link: of any number at once one gets the row.
pub(super) fn spend(conn: &mut DbConnection, digest: &str, now: Timestamp) -> Result<Option<Mailed>, DbError> {
    let good = profile_reminders::table
        .filter(profile_reminders::token_hash.eq(digest))
        .filter(profile_reminders::holds_until.gt(now));
    Ok(diesel::update(good)
        .set(profile_reminders::token_hash.eq(None::<String>))
        .returning(profile_reminders::all_columns)
        .get_result(conn)
        .optional()?)
}
