//! What the back office reads.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{accounts, invoices, payment_methods, plans, prices, principals, subscriptions};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id, Invoice, Subscription};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;

/// Which subscriptions the review list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this status only.
    pub status: Option<String>,
    /// Of the plan with this code only.
    pub plan: Option<String>,
    /// Of this account only.
    pub account: Option<Id<Account>>,
}

/// A line of the review list.
#[derive(Debug, Clone, Queryable)]
pub struct ReviewRow {
    /// The subscription.
    pub id: Id<Subscription>,
    /// Whose.
    pub account_id: Id<Account>,
    /// How it stands.
    pub status: String,
    /// Whether it ends with the current period.
    pub cancels_at_period_end: bool,
    /// The plan's code.
    pub plan_code: String,
    /// The plan's name.
    pub plan_name: String,
    /// Agents.
    pub quantity: i32,
    /// `month` or `year`.
    pub period: String,
    /// Net price of one agent and period, in minor units.
    pub per_seat: i64,
    /// ISO 4217.
    pub currency: String,
    /// When the current period ends.
    pub period_end: Timestamp,
}

/// An invoice, as far as staff are shown it.
#[derive(Debug, Clone, Queryable)]
pub struct InvoiceLine {
    /// The invoice.
    pub id: Id<Invoice>,
    /// What it is for.
    pub subscription_id: Id<Subscription>,
    /// Its number.
    pub number: Option<String>,
    /// How it stands.
    pub status: String,
    /// Total in minor units.
    pub total: i64,
    /// ISO 4217.
    pub currency: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was paid or voided.
    pub settled_at: Option<Timestamp>,
    /// The day that stands on it, which is one of the seller's calendar.
    pub issued_on: Option<NaiveDate>,
}

/// A person, as far as billing staff are shown them.
#[derive(Debug, Clone, Queryable)]
pub struct PersonRow {
    /// The account.
    pub id: Id<Account>,
    /// Name.
    pub name: Personal<String>,
    /// E-mail address, to be masked by role.
    pub email: Personal<String>,
    /// Postal address as JSON.
    pub address: Option<Personal<String>>,
    /// Status of the account.
    pub status: String,
    /// Customer since.
    pub created_at: Timestamp,
}

/// Brand, last four digits, month and year of expiry.
pub type CardRow = (String, String, i32, i32);

/// Subscriptions, newest first, from behind `before`.
///
/// # Errors
/// The database failed.
pub fn list_subscriptions(
    conn: &mut DbConnection,
    filter: &Filter,
    before: Option<&Id<Subscription>>,
    limit: i64,
) -> Result<Vec<ReviewRow>, DbError> {
    let mut query = subscriptions::table
        .inner_join(plans::table)
        .inner_join(prices::table.on(prices::id.eq(subscriptions::price_id)))
        .into_boxed();
    if let Some(status) = &filter.status {
        query = query.filter(subscriptions::status.eq(status.clone()));
    }
    if let Some(plan) = &filter.plan {
        query = query.filter(plans::code.eq(plan.clone()));
    }
    if let Some(account) = &filter.account {
        query = query.filter(subscriptions::account_id.eq(account.clone()));
    }
    if let Some(before) = before {
        query = query.filter(subscriptions::id.lt(before.clone()));
    }
    Ok(query
        .order(subscriptions::id.desc())
        .limit(limit)
        .select((
            subscriptions::id,
            subscriptions::account_id,
            subscriptions::status,
            subscriptions::cancels_at_period_end,
            plans::code,
            plans::name,
            subscriptions::quantity,
            subscriptions::period,
            prices::per_seat,
            subscriptions::currency,
            subscriptions::period_end,
        ))
        .load(conn)?)
}

/// The newest invoice of a subscription.
///
/// # Errors
/// The database failed.
pub fn find_latest_invoice(
    conn: &mut DbConnection,
    subscription: &Id<Subscription>,
) -> Result<Option<InvoiceLine>, DbError> {
    Ok(invoices::table
        .filter(invoices::subscription_id.eq(subscription))
        .order(invoices::id.desc())
        .select(invoice_columns())
        .first(conn)
        .optional()?)
}

/// Invoices of an account, newest first.
///
/// # Errors
/// The database failed.
pub fn list_invoices(conn: &mut DbConnection, account: &Id<Account>, limit: i64) -> Result<Vec<InvoiceLine>, DbError> {
    Ok(invoices::table
        .filter(invoices::account_id.eq(account))
        .order(invoices::id.desc())
        .limit(limit)
        .select(invoice_columns())
        .load(conn)?)
}

type InvoiceColumns = (
    invoices::id,
    invoices::subscription_id,
    invoices::number,
    invoices::status,
    invoices::total,
    invoices::currency,
    invoices::created_at,
    invoices::settled_at,
    invoices::issued_on,
);

fn invoice_columns() -> InvoiceColumns {
    (
        invoices::id,
        invoices::subscription_id,
        invoices::number,
        invoices::status,
        invoices::total,
        invoices::currency,
        invoices::created_at,
        invoices::settled_at,
        invoices::issued_on,
    )
}

/// Codes and names of plans, in their order.
///
/// # Errors
/// The database failed.
pub fn list_plans(conn: &mut DbConnection) -> Result<Vec<(String, String)>, DbError> {
    Ok(plans::table.order(plans::position).select((plans::code, plans::name)).load(conn)?)
}

/// The person behind an account.
///
/// # Errors
/// The database failed.
pub fn find_person(conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<PersonRow>, DbError> {
    Ok(accounts::table
        .inner_join(principals::table)
        .filter(accounts::id.eq(account))
        .select((
            accounts::id,
            accounts::name,
            principals::email,
            accounts::address,
            principals::status,
            accounts::created_at,
        ))
        .first(conn)
        .optional()?)
}

/// Cards of an account that are still there.
///
/// # Errors
/// The database failed.
pub fn list_cards(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<CardRow>, DbError> {
    Ok(payment_methods::table
        .filter(payment_methods::account_id.eq(account))
        .filter(payment_methods::detached_at.is_null())
        .order((payment_methods::is_default.desc(), payment_methods::id.desc()))
        .select((
            payment_methods::brand,
            payment_methods::last4,
            payment_methods::expiry_month,
            payment_methods::expiry_year,
        ))
        .load(conn)?)
}
