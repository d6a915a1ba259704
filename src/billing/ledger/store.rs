//! Rows of postings: added, summed, never changed.

use diesel::prelude::*;

use super::model::{LedgerAccount, Transfer};
use crate::db::schema::postings;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::currency::Currency;
use crate::kernel::ids::{Id, Posting};
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;

/// What a posting belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// `invoice_final`, `payment_succeeded` …: the names of the functions of the model.
    pub operation: &'static str,
    /// Id of the document or payment.
    pub id: &'a str,
    /// The business instant.
    pub at: Timestamp,
}

#[derive(Insertable)]
#[diesel(table_name = postings)]
struct NewPosting<'a> {
    id: Id<Posting>,
    at: Timestamp,
    operation: &'static str,
    source: &'a str,
    debit: String,
    credit: String,
    amount: i64,
    currency: Currency,
}

/// A posting as it stands.
#[derive(Debug, Clone)]
pub struct PostingRow {
    /// Operation.
    pub operation: String,
    /// Id of the document or payment.
    pub source: String,
    /// Debit, credit and amount.
    pub transfer: Transfer,
}

/// Adds the transfers of one operation.
///
/// # Errors
/// [`DbError::Duplicate`] if the operation was posted for this source already.
pub fn insert(conn: &mut DbConnection, env: &Env, source: Source<'_>, transfers: &[Transfer]) -> Result<(), DbError> {
    let rows: Vec<NewPosting<'_>> = transfers
        .iter()
        .map(|transfer| NewPosting {
            id: env.id(),
            at: source.at,
            operation: source.operation,
            source: source.id,
            debit: transfer.debit().to_string(),
            credit: transfer.credit().to_string(),
            amount: transfer.amount().minor(),
            currency: transfer.amount().currency(),
        })
        .collect();
    if !rows.is_empty() {
        crate::each_backend!(conn, |inner| diesel::insert_into(postings::table).values(&rows).execute(inner))?;
    }
    Ok(())
}

/// Debits minus credits of one account in one currency, in minor units.
pub fn balance(conn: &mut DbConnection, account: &LedgerAccount, currency: Currency) -> Result<i64, DbError> {
    let text = account.to_string();
    let side = |conn: &mut DbConnection, debit: bool| -> Result<i64, DbError> {
        let of = postings::table.filter(postings::currency.eq(currency)).into_boxed();
        let of = if debit { of.filter(postings::debit.eq(&text)) } else { of.filter(postings::credit.eq(&text)) };
        // SUM over BigInt is Numeric on PostgreSQL, so the few rows of an account are added up here.
        let amounts: Vec<i64> = of.select(postings::amount).load(conn)?;
        Ok(amounts.iter().sum())
    };
    Ok(side(conn, true)? - side(conn, false)?)
}

/// One page of all postings, oldest first, behind an id.
pub fn list_page(
    conn: &mut DbConnection,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<(String, PostingRow)>, DbError> {
    type Row = (String, String, String, String, String, i64, Currency);
    let mut query = postings::table
        .select((
            postings::id,
            postings::operation,
            postings::source,
            postings::debit,
            postings::credit,
            postings::amount,
            postings::currency,
        ))
        .order(postings::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(postings::id.gt(after.to_owned()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter()
        .map(|(id, operation, source, debit, credit, amount, currency)| {
            let unreadable = || DbError::Other(format!("posting {id} cannot be read"));
            let debit = LedgerAccount::parse(&debit).ok_or_else(unreadable)?;
            let credit = LedgerAccount::parse(&credit).ok_or_else(unreadable)?;
            let transfer = Transfer::new(debit, credit, Money::new(amount, currency)).map_err(|_| unreadable())?;
            Ok((id, PostingRow { operation, source, transfer }))
        })
        .collect()
}
