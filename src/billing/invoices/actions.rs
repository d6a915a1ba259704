//! Issuing invoices and taking in what happens to them. Each runs in its caller's transaction.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::calculation::{Calculation, LineInput, TaxCategory, calculate};
use super::error::InvoicesError;
use super::model::{Settlement, Standing, Status, settlement};
use super::store::{self, InvoiceRow, NewInvoice};
use crate::billing::ledger::model as ledger;
use crate::billing::ledger::store::{self as postings, Source};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::calendar::Period;
use crate::kernel::country::Country;
use crate::kernel::ids::{Account, Id, Invoice, Subscription};
use crate::kernel::lang::Lang;
use crate::kernel::money::Money;
use crate::kernel::personal::Personal;
use crate::kernel::postal_address::PostalAddressInput;
use crate::kernel::time::Timestamp;

/// The series of invoice numbers; credit notes have their own.
const SERIES: &str = "invoice";

/// What is to be invoiced: one period of a subscription.
#[derive(Debug, Clone)]
pub struct ToIssue {
    /// Whose.
    pub account: Id<Account>,
    /// Which subscription.
    pub subscription: Id<Subscription>,
    /// Phase and number of the period.
    pub claim: (i32, i32),
    /// Its span.
    pub period: Period,
    /// `first` or `renewal`.
    pub kind: &'static str,
    /// What it comes to.
    pub calculation: Calculation,
}

/// The tax that the seller owes on sales, from the configuration.
#[must_use]
pub fn tax_category(env: &Env) -> TaxCategory {
    match env.settings.seller.tax_rate_bp {
        0 => TaxCategory::outside_scope(),
        rate => TaxCategory { code: "S".to_owned(), rate: format!("{rate}/10000") },
    }
}

/// Computes the invoice of one whole period.
///
/// # Errors
/// [`InvoicesError::Amount`] if it can be neither charged nor left at zero.
pub fn compute(
    env: &Env,
    description: String,
    quantity: u32,
    unit: Money,
    period: Period,
) -> Result<Calculation, InvoicesError> {
    let line = LineInput::whole_period(description, quantity, unit, period, tax_category(env));
    let calculation = calculate(unit.currency(), vec![line])?;
    match settlement(calculation.total)? {
        Settlement::Nothing | Settlement::Charge => Ok(calculation),
        Settlement::NextInvoice => calculation.total.check_chargeable().map(|()| calculation).map_err(Into::into),
    }
}

/// What the document says of its customer: parts for programs, and the lines as they are printed, so that the document
/// stays what it was when a country's name or the order of its lines becomes another.
fn customer_text(name: &Personal<String>, address: Option<&Personal<String>>) -> String {
    let parts: Value = address.and_then(|json| serde_json::from_str(json.reveal()).ok()).unwrap_or_default();
    let mut customer = json!({ "name": name.reveal(), "address": parts });
    if let Ok(address) = serde_json::from_value::<PostalAddressInput>(customer["address"].clone()) {
        let country = Country::parse(&address.country).map(|country| Lang::En.country(country).to_owned());
        customer["lines"] = address.lines().into_iter().chain(country.ok()).collect();
    }
    customer.to_string()
}

/// Claims the period, issues its final invoice and posts it. `None` if the period is invoiced already.
///
/// # Errors
/// The database failed.
pub fn issue(
    conn: &mut DbConnection,
    env: &Env,
    order: &ToIssue,
    now: Timestamp,
) -> Result<Option<InvoiceRow>, InvoicesError> {
    if !store::claim_period(conn, &order.subscription, order.claim, now)? {
        return Ok(None);
    }
    let id: Id<Invoice> = env.id();
    let Calculation { lines, taxes, net, tax, total } = &order.calculation;
    let standing = Standing::draft(*total).finalise()?;
    let (name, address) = store::customer(conn, &order.account)?;
    let customer = customer_text(&name, address.as_ref());
    let seller = &env.settings.seller;
    let seller_text = json!({
        "name": seller.name, "address": seller.address, "country": seller.country, "tax_id": seller.tax_id,
        "tax_name": seller.tax_name,
    });
    let postings = ledger::invoice_final(&id, *net, *tax)?;
    postings::insert(conn, env, Source { operation: "invoice_final", id: id.as_str(), at: now }, &postings)?;
    // The issue date is the day of the commit where the seller is, whatever the business clock says.
    let today = env.now().utc().with_timezone(&env.settings.billing.seller_time_zone).date_naive();
    let due = chrono::Days::new(u64::try_from(env.settings.billing.days_until_due).unwrap_or(0));
    let number = format!("{}-{:06}", env.settings.billing.invoice_prefix, store::take_number(conn, SERIES)?);
    store::insert(
        conn,
        &NewInvoice {
            id: &id,
            account_id: &order.account,
            subscription_id: &order.subscription,
            phase: order.claim.0,
            period_no: order.claim.1,
            kind: order.kind,
            number: &number,
            status: standing.status,
            currency: total.currency(),
            net: net.minor(),
            tax: tax.minor(),
            total: total.minor(),
            paid: 0,
            credited: 0,
            seller: &seller_text.to_string(),
            customer: &Personal::new(customer),
            period_start: order.period.start,
            period_end: order.period.end,
            issued_on: today,
            due_on: today.checked_add_days(due).unwrap_or(today),
            version: 1,
            created_at: now,
            settled_at: (standing.status == Status::Paid).then_some(now),
        },
    )?;
    store::insert_lines(conn, env, &id, lines)?;
    for tax in taxes {
        store::insert_tax(conn, &id, tax)?;
    }
    Ok(store::find(conn, &id)?)
}

/// Money has arrived for an invoice: onto what is open, the rest to the holder's unapplied money. `source` is the
/// payment, which is posted once.
///
/// # Errors
/// [`DbError::Duplicate`] if this payment was taken in already.
pub fn take_payment(
    conn: &mut DbConnection,
    env: &Env,
    invoice: &Id<Invoice>,
    (source, received): (&str, Money),
    now: Timestamp,
) -> Result<InvoiceRow, InvoicesError> {
    let row = store::find(conn, invoice)?.ok_or(InvoicesError::NotFound)?;
    let standing = row.standing();
    let transfers =
        ledger::payment_succeeded(invoice, &row.account_id, standing.open().map_err(InvoicesError::Amount)?, received)?;
    let (after, _) = standing.pay(received)?;
    store::update_standing(conn, &row, after, now)?;
    postings::insert(conn, env, Source { operation: "payment_succeeded", id: source, at: now }, &transfers)?;
    store::find(conn, invoice)?.ok_or(InvoicesError::NotFound)
}

/// Credits an unpaid invoice in full.
///
/// # Errors
/// [`InvoicesError::State`] if something was paid.
pub fn void(conn: &mut DbConnection, env: &Env, invoice: &Id<Invoice>, now: Timestamp) -> Result<(), InvoicesError> {
    let row = store::find(conn, invoice)?.ok_or(InvoicesError::NotFound)?;
    let after = row.standing().void()?;
    let money = |minor| Money::new(minor, row.currency);
    let transfers = ledger::invoice_void(invoice, money(row.net), money(row.tax))?;
    store::update_standing(conn, &row, after, now)?;
    postings::insert(conn, env, Source { operation: "invoice_void", id: invoice.as_str(), at: now }, &transfers)?;
    Ok(())
}

/// An invoice of this account with its lines.
///
/// # Errors
/// [`InvoicesError::NotFound`], also for another account's.
pub fn find(
    conn: &mut DbConnection,
    account: &Id<Account>,
    id: &Id<Invoice>,
) -> Result<(InvoiceRow, Vec<store::LineRow>), InvoicesError> {
    let row = store::find(conn, id)?.filter(|row| row.account_id == *account).ok_or(InvoicesError::NotFound)?;
    let lines = store::lines(conn, id)?;
    Ok((row, lines))
}

/// The invoices of an account, newest first.
pub fn list(
    conn: &mut DbConnection,
    account: &Id<Account>,
    before: Option<&Id<Invoice>>,
    limit: i64,
) -> Result<Vec<InvoiceRow>, DbError> {
    store::list(conn, account, before, limit)
}

/// The latest invoice of a subscription.
///
/// # Errors
/// The database failed.
pub fn latest(conn: &mut DbConnection, of: &Id<Subscription>) -> Result<Option<InvoiceRow>, DbError> {
    store::find_latest(conn, of)
}

/// An invoice with all that is printed on it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Numbers, parties, amounts.
    pub invoice: InvoiceRow,
    /// Its lines.
    pub lines: Vec<store::LineRow>,
    /// Its taxes by category.
    pub taxes: Vec<store::TaxRow>,
}

/// An invoice of this account as a document.
///
/// # Errors
/// [`InvoicesError::NotFound`], also for another account's.
pub fn document(conn: &mut DbConnection, account: &Id<Account>, id: &Id<Invoice>) -> Result<Document, InvoicesError> {
    let (invoice, lines) = find(conn, account, id)?;
    Ok(Document { invoice, lines, taxes: store::taxes(conn, id)? })
}

/// The numbers of those of these invoices that are the account's, by their ids.
///
/// # Errors
/// The database failed.
pub fn numbers(
    conn: &mut DbConnection,
    account: &Id<Account>,
    ids: &[Id<Invoice>],
) -> Result<HashMap<String, String>, DbError> {
    let named = store::numbers(conn, account, ids)?;
    Ok(named.into_iter().filter_map(|(id, number)| Some((id.to_string(), number?))).collect())
}

/// Whose an invoice is, for those who may look at any.
///
/// # Errors
/// [`InvoicesError::NotFound`]
pub fn owner(conn: &mut DbConnection, id: &Id<Invoice>) -> Result<Id<Account>, InvoicesError> {
    store::find(conn, id)?.map(|row| row.account_id).ok_or(InvoicesError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_frozen_of_a_customer_has_its_lines() {
        let name = Personal::new("Ada".to_owned());
        let address = Personal::new(r#"{"line1":"1 Rd","city":"","postcode":"1","country":"KR"}"#.to_owned());
        let frozen: Value = serde_json::from_str(&customer_text(&name, Some(&address))).expect("written");
        assert_eq!(frozen["lines"], json!(["1 Rd", "1", "South Korea"]));
        assert_eq!(frozen["address"]["country"], "KR");
        assert_eq!(customer_text(&name, None), r#"{"address":null,"name":"Ada"}"#);
    }
}
