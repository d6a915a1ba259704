//! The instant-messaging ids of a profile, and rows of proofs.

use diesel::prelude::*;

use super::model::{Proof, TRIES};
use crate::db::schema::{accounts, xmpp_proofs};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id};
use crate::kernel::im_id::ImIdInput;
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

/// In the order of the profile; none where the account is gone.
pub(super) fn im_ids(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<ImIdInput>, DbError> {
    let found: Option<Personal<String>> =
        accounts::table.find(account).select(accounts::im_ids).first(conn).optional()?;
    let Some(text) = found else { return Ok(Vec::new()) };
    serde_json::from_str(text.reveal()).map_err(|_| DbError::Other("the IM ids of a profile cannot be read".to_owned()))
}

/// What is stored of an address. `marks` are its digests under each live key.
pub(super) fn find(conn: &mut DbConnection, account: &Id<Account>, marks: &[String]) -> Result<Option<Proof>, DbError> {
    let row: Option<(Timestamp, Timestamp, i32, Option<Timestamp>)> = xmpp_proofs::table
        .find(account)
        .filter(xmpp_proofs::address_digest.eq_any(marks))
        .select((xmpp_proofs::sent_at, xmpp_proofs::expires_at, xmpp_proofs::tries, xmpp_proofs::proved_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(sent_at, expires_at, tries, proved_at)| Proof { sent_at, expires_at, tries, proved_at }))
}

/// A code that leaves.
#[derive(Insertable)]
#[diesel(table_name = xmpp_proofs)]
pub(super) struct NewCode<'a> {
    pub account_id: &'a Id<Account>,
    pub address_digest: &'a str,
    pub code_digest: &'a str,
    pub tries: i32,
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Puts a code in the place of whatever was stored before.
pub(super) fn replace(conn: &mut DbConnection, new: &NewCode<'_>) -> Result<(), DbError> {
    delete(conn, new.account_id)?;
    diesel::insert_into(xmpp_proofs::table).values(new).execute(conn)?;
    Ok(())
}

/// Counts a try of the code that waits, and answers its digest and the tries so far; `None` when none can be tried. Of any
/// number at once no more than [`TRIES`] are answered.
pub(super) fn reserve(
    conn: &mut DbConnection,
    account: &Id<Account>,
    marks: &[String],
    now: Timestamp,
) -> Result<Option<(String, i32)>, DbError> {
    let waiting = xmpp_proofs::table
        .find(account)
        .filter(xmpp_proofs::address_digest.eq_any(marks))
        .filter(xmpp_proofs::proved_at.is_null())
        .filter(xmpp_proofs::expires_at.gt(now))
        .filter(xmpp_proofs::tries.lt(TRIES));
    let counted: Option<(Option<String>, i32)> = diesel::update(waiting)
        .set(xmpp_proofs::tries.eq(xmpp_proofs::tries + 1))
        .returning((xmpp_proofs::code_digest, xmpp_proofs::tries))
        .get_result(conn)
        .optional()?;
    Ok(counted.and_then(|(digest, tries)| Some((digest?, tries))))
}

/// Lets the address count from now on, its code used up; false when it was already. Of any number at once one wins.
pub(super) fn prove(
    conn: &mut DbConnection,
    account: &Id<Account>,
    code_digest: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let waiting = xmpp_proofs::table.find(account).filter(xmpp_proofs::code_digest.eq(code_digest));
    let proved = (xmpp_proofs::code_digest.eq(None::<String>), xmpp_proofs::proved_at.eq(Some(now)));
    Ok(diesel::update(waiting).set(proved).execute(conn)? == 1)
}

/// What was there: a code, or a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone {
    pub was_proved: bool,
}

fn gone(proved_at: Option<Option<Timestamp>>) -> Option<Gone> {
    proved_at.map(|at| Gone { was_proved: at.is_some() })
}

/// Deletes what is stored of an account.
pub(super) fn delete(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<Gone>, DbError> {
    let row = diesel::delete(xmpp_proofs::table.find(account));
    Ok(gone(row.returning(xmpp_proofs::proved_at).get_result(conn).optional()?))
}

/// Deletes what is stored of another address than this one.
pub(super) fn delete_other(
    conn: &mut DbConnection,
    account: &Id<Account>,
    marks: &[String],
) -> Result<Option<Gone>, DbError> {
    let other = xmpp_proofs::table.find(account).filter(xmpp_proofs::address_digest.ne_all(marks));
    Ok(gone(diesel::delete(other).returning(xmpp_proofs::proved_at).get_result(conn).optional()?))
}

/// Deletes what was proved, or sent, since a moment.
pub(super) fn delete_since(
    conn: &mut DbConnection,
    account: &Id<Account>,
    since: Timestamp,
) -> Result<Option<Gone>, DbError> {
    let late = xmpp_proofs::sent_at.ge(since).or(xmpp_proofs::proved_at.ge(since).assume_not_null());
    let row = diesel::delete(xmpp_proofs::table.find(account).filter(late));
    Ok(gone(row.returning(xmpp_proofs::proved_at).get_result(conn).optional()?))
}

/// Deletes a batch of codes that hold no more; answers how many.
pub(super) fn delete_expired(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    let expired = xmpp_proofs::table.filter(xmpp_proofs::proved_at.is_null().and(xmpp_proofs::expires_at.le(now)));
    let old: Vec<Id<Account>> = expired.limit(BATCH).select(xmpp_proofs::account_id).load(conn)?;
    let still = xmpp_proofs::proved_at.is_null().and(xmpp_proofs::expires_at.le(now));
    Ok(diesel::delete(xmpp_proofs::table.filter(xmpp_proofs::account_id.eq_any(old)).filter(still)).execute(conn)?)
}
