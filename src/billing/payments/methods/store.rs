//! Rows of kept cards.

use diesel::prelude::*;

use crate::db::schema::payment_methods;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Consent, Id, PaymentMethod};
use crate::kernel::time::Timestamp;

/// A kept card.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = payment_methods)]
pub struct MethodRow {
    /// Our id.
    pub id: Id<PaymentMethod>,
    /// Whose card.
    pub account_id: Id<Account>,
    /// The processor's id.
    pub reference: String,
    /// `visa` …
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Month of expiry.
    pub expiry_month: i32,
    /// Year of expiry.
    pub expiry_year: i32,
    /// Whether renewals are charged to it.
    pub is_default: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was removed.
    pub detached_at: Option<Timestamp>,
}

/// A new card.
#[derive(Insertable)]
#[diesel(table_name = payment_methods)]
pub struct NewMethod<'a> {
    /// Our id.
    pub id: &'a Id<PaymentMethod>,
    /// Whose card.
    pub account_id: &'a Id<Account>,
    /// The consent it rests on.
    pub consent_id: &'a Id<Consent>,
    /// The processor's id.
    pub reference: &'a str,
    /// `visa` …
    pub brand: &'a str,
    /// Last four digits.
    pub last4: &'a str,
    /// Month of expiry.
    pub expiry_month: i32,
    /// Year of expiry.
    pub expiry_year: i32,
    /// Tells the same card from another one.
    pub fingerprint: Option<&'a str>,
    /// Whether renewals are charged to it.
    pub is_default: bool,
    /// Now.
    pub created_at: Timestamp,
}

/// Adds a card; `false` when the processor's id is known already.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, row: &NewMethod<'_>) -> Result<bool, DbError> {
    let inserted = crate::db::nested(conn, |conn| {
        diesel::insert_into(payment_methods::table).values(row).execute(conn)?;
        Ok(())
    });
    match inserted {
        Ok(()) => Ok(true),
        Err(DbError::Duplicate(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Cards of an account that are still there, the default first, then the newest.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<MethodRow>, DbError> {
    Ok(payment_methods::table
        .filter(payment_methods::account_id.eq(account))
        .filter(payment_methods::detached_at.is_null())
        .order((payment_methods::is_default.desc(), payment_methods::id.desc()))
        .select(MethodRow::as_select())
        .load(conn)?)
}

/// A card of an account that is still there.
///
/// # Errors
/// The database failed.
pub fn find(
    conn: &mut DbConnection,
    account: &Id<Account>,
    id: &Id<PaymentMethod>,
) -> Result<Option<MethodRow>, DbError> {
    Ok(payment_methods::table
        .find(id)
        .filter(payment_methods::account_id.eq(account))
        .filter(payment_methods::detached_at.is_null())
        .select(MethodRow::as_select())
        .first(conn)
        .optional()?)
}

/// The card with this id, whoever's and also when it was removed.
///
/// # Errors
/// The database failed.
pub fn find_any(conn: &mut DbConnection, id: &Id<PaymentMethod>) -> Result<Option<MethodRow>, DbError> {
    Ok(payment_methods::table.find(id).select(MethodRow::as_select()).first(conn).optional()?)
}

/// The card that the processor knows under this id.
///
/// # Errors
/// The database failed.
pub fn find_by_reference(conn: &mut DbConnection, reference: &str) -> Result<Option<MethodRow>, DbError> {
    Ok(payment_methods::table
        .filter(payment_methods::reference.eq(reference))
        .select(MethodRow::as_select())
        .first(conn)
        .optional()?)
}

/// Makes one card the default, or none.
///
/// # Errors
/// The database failed.
pub fn update_default(
    conn: &mut DbConnection,
    account: &Id<Account>,
    id: Option<&Id<PaymentMethod>>,
) -> Result<(), DbError> {
    diesel::update(payment_methods::table.filter(payment_methods::account_id.eq(account)))
        .filter(payment_methods::is_default.eq(true))
        .set(payment_methods::is_default.eq(false))
        .execute(conn)?;
    if let Some(id) = id {
        diesel::update(payment_methods::table.find(id)).set(payment_methods::is_default.eq(true)).execute(conn)?;
    }
    Ok(())
}

/// Marks a card as removed.
///
/// # Errors
/// The database failed.
pub fn detach(conn: &mut DbConnection, id: &Id<PaymentMethod>, now: Timestamp) -> Result<(), DbError> {
    diesel::update(payment_methods::table.find(id).filter(payment_methods::detached_at.is_null()))
        .set((payment_methods::detached_at.eq(now), payment_methods::is_default.eq(false)))
        .execute(conn)?;
    Ok(())
}
