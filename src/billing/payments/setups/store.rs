//! Rows of set-ups, and the account's customer at the processor.

use diesel::prelude::*;

use super::model::{Flow, SetupState};
use crate::db::schema::{accounts, payment_setups, principals, processor_customers};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Consent, Id, PaymentSetup};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;

crate::text_column!(Flow, SetupState);

/// A set-up's row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = payment_setups)]
pub struct SetupRow {
    /// Our id, which the processor keeps as reference.
    pub id: Id<PaymentSetup>,
    /// Whose card.
    pub account_id: Id<Account>,
    /// The consent it rests on.
    pub consent_id: Id<Consent>,
    /// How the card is entered.
    pub flow: Flow,
    /// Where the holder goes afterwards.
    pub return_url: String,
    /// The hosted page.
    pub session_ref: Option<String>,
    /// The processor's set-up.
    pub setup_ref: Option<String>,
    /// How it stands.
    pub state: SetupState,
}

/// A new set-up.
#[derive(Insertable)]
#[diesel(table_name = payment_setups)]
pub struct NewSetup<'a> {
    /// Our id.
    pub id: &'a Id<PaymentSetup>,
    /// Whose card.
    pub account_id: &'a Id<Account>,
    /// The consent.
    pub consent_id: &'a Id<Consent>,
    /// How the card is entered.
    pub flow: Flow,
    /// Where the holder goes afterwards.
    pub return_url: &'a str,
    /// [`SetupState::Open`].
    pub state: SetupState,
    /// Now.
    pub created_at: Timestamp,
}

/// Adds a set-up.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, row: &NewSetup<'_>) -> Result<(), DbError> {
    diesel::insert_into(payment_setups::table).values(row).execute(conn)?;
    Ok(())
}

/// The set-up with this id.
///
/// # Errors
/// The database failed.
pub fn find(conn: &mut DbConnection, id: &Id<PaymentSetup>) -> Result<Option<SetupRow>, DbError> {
    Ok(payment_setups::table.find(id).select(SetupRow::as_select()).first(conn).optional()?)
}

/// The set-up that the processor's object belongs to.
///
/// # Errors
/// The database failed.
pub fn find_by_reference(conn: &mut DbConnection, reference: &str) -> Result<Option<Id<PaymentSetup>>, DbError> {
    let either = payment_setups::session_ref.eq(reference).or(payment_setups::setup_ref.eq(reference));
    Ok(payment_setups::table.filter(either).select(payment_setups::id).first(conn).optional()?)
}

/// Notes the processor's objects of a set-up.
///
/// # Errors
/// The database failed.
pub fn update_references(
    conn: &mut DbConnection,
    id: &Id<PaymentSetup>,
    session: Option<&str>,
    setup: Option<&str>,
) -> Result<(), DbError> {
    if let Some(session) = session {
        diesel::update(payment_setups::table.find(id)).set(payment_setups::session_ref.eq(session)).execute(conn)?;
    }
    if let Some(setup) = setup {
        diesel::update(payment_setups::table.find(id)).set(payment_setups::setup_ref.eq(setup)).execute(conn)?;
    }
    Ok(())
}

/// Ends an open set-up; `false` when it had ended before.
///
/// # Errors
/// The database failed.
pub fn settle(
    conn: &mut DbConnection,
    id: &Id<PaymentSetup>,
    state: SetupState,
    now: Timestamp,
) -> Result<bool, DbError> {
    let open = payment_setups::table.find(id).filter(payment_setups::state.eq(SetupState::Open));
    let changed = diesel::update(open)
        .set((payment_setups::state.eq(state), payment_setups::settled_at.eq(now)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Open set-ups begun before an instant: those whose webhook may have been lost.
///
/// # Errors
/// The database failed.
pub fn list_open(conn: &mut DbConnection, after: Timestamp, limit: i64) -> Result<Vec<Id<PaymentSetup>>, DbError> {
    Ok(payment_setups::table
        .filter(payment_setups::state.eq(SetupState::Open))
        .filter(payment_setups::created_at.gt(after))
        .order(payment_setups::created_at)
        .limit(limit)
        .select(payment_setups::id)
        .load(conn)?)
}

/// The account's customer at the processor.
///
/// # Errors
/// The database failed.
pub fn find_customer(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<String>, DbError> {
    Ok(processor_customers::table.find(account).select(processor_customers::reference).first(conn).optional()?)
}

/// Notes the account's customer. Of two requests at once the first one's stays; both are the same at the processor,
/// since both used the account's own key.
///
/// # Errors
/// The database failed.
pub fn insert_customer(
    conn: &mut DbConnection,
    account: &Id<Account>,
    reference: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = (
        processor_customers::account_id.eq(account),
        processor_customers::reference.eq(reference),
        processor_customers::created_at.eq(now),
    );
    let inserted = crate::db::nested(conn, |conn| {
        diesel::insert_into(processor_customers::table).values(row).execute(conn)?;
        Ok(())
    });
    match inserted {
        Err(DbError::Duplicate(_)) => Ok(()),
        other => other,
    }
}

/// Name and e-mail of an account, for the processor.
///
/// # Errors
/// The database failed.
pub fn find_details(
    conn: &mut DbConnection,
    account: &Id<Account>,
) -> Result<(Personal<String>, Personal<String>), DbError> {
    Ok(accounts::table
        .inner_join(principals::table)
        .filter(accounts::id.eq(account))
        .select((accounts::name, principals::email))
        .first(conn)?)
}
