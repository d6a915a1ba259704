//! Asking for a correction of an invoice, and what was asked.

use serde_json::{Map, Value};

use crate::accounts::author::Author;
use crate::accounts::corrections::actions::{self as corrections, Ask, Correction};
use crate::accounts::corrections::error::CorrectionError;
use crate::accounts::corrections::model::{State, Subject};
use crate::billing::invoices::actions as invoices;
use crate::billing::invoices::error::InvoicesError;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Account, Id, Invoice};

/// Asks for another name or address on an invoice of the holder's.
///
/// # Errors
/// [`CorrectionError::NotFound`], also for another account's invoice; see [`corrections::ask`].
pub fn ask(
    conn: &mut DbConnection,
    env: &Env,
    author: &Author,
    (invoice, wanted, evidence): (&Id<Invoice>, &Map<String, Value>, &str),
) -> Result<Correction, CorrectionError> {
    // What cannot be understood is told as such, whether or not there is such an invoice.
    let wish = Ask::Invoice(invoice.clone(), wanted.clone(), Map::new());
    corrections::check(conn, env, author, (&wish, evidence))?;
    let printed = printed(conn, &author.account, invoice)?;
    let wish = Ask::Invoice(invoice.clone(), wanted.clone(), printed);
    corrections::ask(conn, env, author, (&wish, evidence))
}

/// What an invoice says of its customer, as the profile spells it.
///
/// # Errors
/// [`CorrectionError::NotFound`], also for another account's invoice; the database failed.
pub fn printed(
    conn: &mut DbConnection,
    account: &Id<Account>,
    invoice: &Id<Invoice>,
) -> Result<Map<String, Value>, CorrectionError> {
    let found = invoices::document(conn, account, invoice).map_err(|error| match error {
        InvoicesError::Db(error) => CorrectionError::Db(error),
        _ => CorrectionError::NotFound,
    })?;
    let mut printed: Map<String, Value> = serde_json::from_str(found.invoice.customer.reveal()).unwrap_or_default();
    // Its lines are made of the parts.
    printed.remove("lines");
    // The address is frozen as the text that the profile keeps.
    if let Some(address) = printed.get_mut("address")
        && let Some(text) = address.as_str()
    {
        *address = serde_json::from_str(text).unwrap_or_default();
    }
    Ok(printed)
}

/// What was asked for about an invoice and was not taken back, newest first.
///
/// # Errors
/// The database failed.
pub fn of_invoice(
    conn: &mut DbConnection,
    env: &Env,
    (account, invoice): (&Id<Account>, &Id<Invoice>),
) -> Result<Vec<Correction>, DbError> {
    let all = corrections::list(conn, env, account)?;
    let is_about = |one: &Correction| matches!(&one.subject, Subject::Invoice(id, _) if id == invoice);
    Ok(all.into_iter().filter(|one| is_about(one) && one.state != State::Withdrawn).collect())
}
