//! Rows of invoices, their lines and taxes, of claims on periods and of number series.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::calculation::Line;
use super::model::{Standing, Status};
use crate::db::schema::{accounts, billed_periods, invoice_lines, invoice_taxes, invoices, number_series};
use crate::db::{DbConnection, DbError, nested};
use crate::env::Env;
use crate::kernel::currency::Currency;
use crate::kernel::ids::{self, Account, Id, Invoice, Subscription};
use crate::kernel::money::Money;
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;

crate::text_column!(Status);

/// An invoice as it stands.
#[derive(Debug, Clone, Queryable, Identifiable)]
#[diesel(table_name = invoices)]
#[allow(missing_docs)] // columns are documented in the field registry
pub struct InvoiceRow {
    pub id: Id<Invoice>,
    pub account_id: Id<Account>,
    pub subscription_id: Id<Subscription>,
    pub phase: i32,
    pub period_no: i32,
    pub kind: String,
    pub number: Option<String>,
    pub status: Status,
    pub currency: Currency,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
    pub paid: i64,
    pub credited: i64,
    pub seller: String,
    pub customer: Personal<String>,
    pub period_start: Timestamp,
    pub period_end: Timestamp,
    pub issued_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub version: i64,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

impl InvoiceRow {
    /// State and amounts, for the model.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let money = |minor| Money::new(minor, self.currency);
        Standing {
            status: self.status,
            total: money(self.total),
            paid: money(self.paid),
            credited: money(self.credited),
        }
    }
}

/// An invoice to be added.
#[derive(Insertable)]
#[diesel(table_name = invoices)]
#[allow(missing_docs)]
pub struct NewInvoice<'a> {
    pub id: &'a Id<Invoice>,
    pub account_id: &'a Id<Account>,
    pub subscription_id: &'a Id<Subscription>,
    pub phase: i32,
    pub period_no: i32,
    pub kind: &'a str,
    pub number: &'a str,
    pub status: Status,
    pub currency: Currency,
    pub net: i64,
    pub tax: i64,
    pub total: i64,
    pub paid: i64,
    pub credited: i64,
    pub seller: &'a str,
    pub customer: &'a Personal<String>,
    pub period_start: Timestamp,
    pub period_end: Timestamp,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub version: i64,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// A line as it stands.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)]
pub struct LineRow {
    pub id: Id<ids::InvoiceLine>,
    pub invoice_id: Id<Invoice>,
    pub position: i32,
    pub description: String,
    pub quantity: i32,
    pub unit: i64,
    pub net: i64,
    pub tax: i64,
    pub tax_code: String,
    pub tax_rate: String,
    pub input: String,
    pub formula: String,
}

#[derive(Insertable)]
#[diesel(table_name = invoice_lines)]
struct NewLine<'a> {
    id: Id<ids::InvoiceLine>,
    invoice_id: &'a Id<Invoice>,
    position: i32,
    description: &'a str,
    quantity: i32,
    unit: i64,
    net: i64,
    tax: i64,
    tax_code: &'a str,
    tax_rate: &'a str,
    input: String,
    formula: &'a str,
}

/// Claims a period; false if it is claimed already.
pub fn claim_period(
    conn: &mut DbConnection,
    subscription: &Id<Subscription>,
    (phase, period_no): (i32, i32),
    now: Timestamp,
) -> Result<bool, DbError> {
    let claim = (
        billed_periods::subscription_id.eq(subscription),
        billed_periods::phase.eq(phase),
        billed_periods::period_no.eq(period_no),
        billed_periods::claimed_at.eq(now),
    );
    match nested(conn, |conn| Ok(diesel::insert_into(billed_periods::table).values(claim).execute(conn)?)) {
        Ok(_) => Ok(true),
        Err(DbError::Duplicate(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Takes the next number of a series; late in the transaction, since PostgreSQL holds the row until the commit.
pub fn take_number(conn: &mut DbConnection, series: &str) -> Result<i64, DbError> {
    let step = || {
        diesel::update(number_series::table.find(series))
            .set(number_series::next.eq(number_series::next + 1))
            .returning(number_series::next)
    };
    if let Some(next) = step().get_result::<i64>(conn).optional()? {
        return Ok(next - 1);
    }
    let first = (number_series::name.eq(series), number_series::next.eq(1_i64));
    match nested(conn, |conn| Ok(diesel::insert_into(number_series::table).values(first).execute(conn)?)) {
        Ok(_) | Err(DbError::Duplicate(_)) => Ok(step().get_result::<i64>(conn)? - 1),
        Err(other) => Err(other),
    }
}

/// Adds an invoice.
pub fn insert(conn: &mut DbConnection, invoice: &NewInvoice<'_>) -> Result<(), DbError> {
    diesel::insert_into(invoices::table).values(invoice).execute(conn)?;
    Ok(())
}

/// Adds the lines of an invoice.
pub fn insert_lines(conn: &mut DbConnection, env: &Env, invoice: &Id<Invoice>, lines: &[Line]) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(lines.len());
    for (position, line) in (1_i32..).zip(lines) {
        rows.push(NewLine {
            id: env.id(),
            invoice_id: invoice,
            position,
            description: &line.input.description,
            quantity: i32::try_from(line.input.quantity).map_err(|error| DbError::Other(error.to_string()))?,
            unit: line.input.unit.minor(),
            net: line.net.minor(),
            tax: line.tax.minor(),
            tax_code: &line.input.tax.code,
            tax_rate: &line.input.tax.rate,
            input: serde_json::to_string(&line.input).map_err(|error| DbError::Other(error.to_string()))?,
            formula: &line.formula,
        });
    }
    crate::each_backend!(conn, |inner| diesel::insert_into(invoice_lines::table).values(&rows).execute(inner))?;
    Ok(())
}

/// Adds one tax of an invoice.
pub fn insert_tax(
    conn: &mut DbConnection,
    invoice: &Id<Invoice>,
    total: &super::calculation::TaxTotal,
) -> Result<(), DbError> {
    diesel::insert_into(invoice_taxes::table)
        .values((
            invoice_taxes::invoice_id.eq(invoice),
            invoice_taxes::code.eq(&total.category.code),
            invoice_taxes::rate.eq(&total.category.rate),
            invoice_taxes::base.eq(total.base.minor()),
            invoice_taxes::tax.eq(total.tax.minor()),
        ))
        .execute(conn)?;
    Ok(())
}

/// An invoice.
pub fn find(conn: &mut DbConnection, id: &Id<Invoice>) -> Result<Option<InvoiceRow>, DbError> {
    Ok(invoices::table.find(id).first(conn).optional()?)
}

/// The latest invoice of a subscription.
pub fn find_latest(conn: &mut DbConnection, of: &Id<Subscription>) -> Result<Option<InvoiceRow>, DbError> {
    let query = invoices::table.filter(invoices::subscription_id.eq(of)).order(invoices::id.desc());
    Ok(query.first(conn).optional()?)
}

/// The first invoice of a subscription.
pub fn find_first(conn: &mut DbConnection, of: &Id<Subscription>) -> Result<Option<InvoiceRow>, DbError> {
    let query = invoices::table.filter(invoices::subscription_id.eq(of)).order(invoices::id.asc());
    Ok(query.first(conn).optional()?)
}

/// The invoices of an account, newest first, behind an id.
pub fn list(
    conn: &mut DbConnection,
    account: &Id<Account>,
    before: Option<&Id<Invoice>>,
    limit: i64,
) -> Result<Vec<InvoiceRow>, DbError> {
    let mut query =
        invoices::table.filter(invoices::account_id.eq(account)).order(invoices::id.desc()).limit(limit).into_boxed();
    if let Some(before) = before {
        query = query.filter(invoices::id.lt(before.clone()));
    }
    Ok(query.load(conn)?)
}

/// An invoice's id and number; a draft has none.
pub type Numbered = (Id<Invoice>, Option<String>);

/// Ids and numbers of those of these invoices that are the account's.
pub fn numbers(conn: &mut DbConnection, account: &Id<Account>, ids: &[Id<Invoice>]) -> Result<Vec<Numbered>, DbError> {
    let query = invoices::table.filter(invoices::account_id.eq(account)).filter(invoices::id.eq_any(ids));
    Ok(query.select((invoices::id, invoices::number)).load(conn)?)
}

/// One page of all invoices, oldest first, behind an id: for `verify`.
pub fn list_page(conn: &mut DbConnection, after: Option<&Id<Invoice>>, limit: i64) -> Result<Vec<InvoiceRow>, DbError> {
    let mut query = invoices::table.order(invoices::id).limit(limit).into_boxed();
    if let Some(after) = after {
        query = query.filter(invoices::id.gt(after.clone()));
    }
    Ok(query.load(conn)?)
}

/// The lines of an invoice, in order.
pub fn lines(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<Vec<LineRow>, DbError> {
    let query = invoice_lines::table.filter(invoice_lines::invoice_id.eq(invoice)).order(invoice_lines::position);
    Ok(query.load(conn)?)
}

/// One tax of an invoice as it stands.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)]
pub struct TaxRow {
    pub code: String,
    pub rate: String,
    pub base: i64,
    pub tax: i64,
}

/// The taxes of an invoice by category.
pub fn taxes(conn: &mut DbConnection, invoice: &Id<Invoice>) -> Result<Vec<TaxRow>, DbError> {
    let of = invoice_taxes::table.filter(invoice_taxes::invoice_id.eq(invoice));
    let columns = (invoice_taxes::code, invoice_taxes::rate, invoice_taxes::base, invoice_taxes::tax);
    Ok(of.order((invoice_taxes::code, invoice_taxes::rate)).select(columns).load(conn)?)
}

/// Writes state and amounts if nobody else did since `version`.
///
/// # Errors
/// [`DbError::Busy`] if somebody did: the transaction is run again.
pub fn update_standing(
    conn: &mut DbConnection,
    invoice: &InvoiceRow,
    standing: Standing,
    now: Timestamp,
) -> Result<(), DbError> {
    let settled = matches!(standing.status, Status::Paid | Status::Void).then_some(now);
    let changed = diesel::update(invoices::table.find(&invoice.id))
        .filter(invoices::version.eq(invoice.version))
        .set((
            invoices::status.eq(standing.status),
            invoices::paid.eq(standing.paid.minor()),
            invoices::credited.eq(standing.credited.minor()),
            invoices::settled_at.eq(settled),
            invoices::version.eq(invoice.version + 1),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::Busy) }
}

/// Name and address of a holder, to be frozen into a document.
pub fn customer(
    conn: &mut DbConnection,
    account: &Id<Account>,
) -> Result<(Personal<String>, Option<Personal<String>>), DbError> {
    let query = accounts::table.find(account).select((accounts::name, accounts::address));
    Ok(query.first(conn)?)
}
