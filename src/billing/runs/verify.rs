//! Computes invoices, ledger and payments again and compares: what agrees is counted, what does not is a finding.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::billing::invoices::calculation::{LineInput, calculate};
use crate::billing::invoices::model::Status;
use crate::billing::invoices::store::{self as invoices, InvoiceRow};
use crate::billing::ledger::model::LedgerAccount;
use crate::billing::ledger::store as postings;
use crate::billing::payments::gateway::IntentStatus;
use crate::billing::payments::store as payments;
use crate::db::{DbConnection, DbError, snapshot};
use crate::kernel::currency::Currency;
use crate::kernel::ids::{Id, Invoice};

/// How many rows are read at a time.
const PAGE: i64 = 1_000;

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// True without findings.
    pub ok: bool,
    /// How many of each were checked.
    pub checked: BTreeMap<&'static str, u64>,
    /// What does not agree, in words, with ids.
    pub findings: Vec<String>,
}

/// Balances by account and currency, in minor units.
type Balances = BTreeMap<(LedgerAccount, Currency), i64>;

/// Verifies billing on one consistent snapshot.
///
/// # Errors
/// The database failed.
pub fn verify(conn: &mut DbConnection) -> Result<Verified, DbError> {
    snapshot(conn, |conn| {
        let mut result = Verified { ok: true, checked: BTreeMap::new(), findings: Vec::new() };
        let balances = ledger(conn, &mut result)?;
        let mut after: Option<Id<Invoice>> = None;
        let mut numbers = Vec::new();
        loop {
            let page = invoices::list_page(conn, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            for row in &page {
                invoice(conn, row, &balances, &mut result)?;
                payment(conn, row, &mut result)?;
                numbers.extend(row.number.as_deref().and_then(|number| number.rsplit('-').next()?.parse::<i64>().ok()));
            }
        }
        numbers.sort_unstable();
        for pair in numbers.windows(2).filter(|pair| pair[1] != pair[0] + 1) {
            result.findings.push(format!("invoice numbers: {} follows {}", pair[1], pair[0]));
        }
        result.ok = result.findings.is_empty();
        Ok(result)
    })
}

fn ledger(conn: &mut DbConnection, result: &mut Verified) -> Result<Balances, DbError> {
    let mut balances = Balances::new();
    let mut after: Option<String> = None;
    loop {
        let page = postings::list_page(conn, after.as_deref(), PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        for (id, row) in page {
            *result.checked.entry("postings").or_default() += 1;
            let (currency, minor) = (row.transfer.amount().currency(), row.transfer.amount().minor());
            for (account, signed) in [(row.transfer.debit(), minor), (row.transfer.credit(), -minor)] {
                let balance = balances.entry((account.clone(), currency)).or_default();
                match balance.checked_add(signed) {
                    Some(sum) => *balance = sum,
                    None => result.findings.push(format!("{id}: the balance of {account} does not fit")),
                }
            }
        }
    }
    Ok(balances)
}

fn invoice(
    conn: &mut DbConnection,
    row: &InvoiceRow,
    balances: &Balances,
    result: &mut Verified,
) -> Result<(), DbError> {
    *result.checked.entry("invoices").or_default() += 1;
    let lines = invoices::lines(conn, &row.id)?;
    let inputs: Result<Vec<LineInput>, _> = lines.iter().map(|line| serde_json::from_str(&line.input)).collect();
    match inputs
        .map_err(|error| error.to_string())
        .and_then(|inputs| calculate(row.currency, inputs).map_err(|error| error.to_string()))
    {
        Err(why) => result.findings.push(format!("{}: cannot be computed again: {why}", row.id)),
        Ok(again) => {
            let totals = (again.net.minor(), again.tax.minor(), again.total.minor());
            if totals != (row.net, row.tax, row.total) {
                result.findings.push(format!("{}: computed again it comes to other totals", row.id));
            }
            let same =
                again.lines.iter().zip(&lines).all(|(new, old)| {
                    (new.net.minor(), new.tax.minor(), &new.formula) == (old.net, old.tax, &old.formula)
                });
            if !same || again.lines.len() != lines.len() {
                result.findings.push(format!("{}: computed again its lines differ", row.id));
            }
        }
    }
    let receivable = (LedgerAccount::Receivable(row.id.clone()), row.currency);
    let open = match row.status {
        Status::Draft => 0,
        _ => row.total - row.paid - row.credited,
    };
    let posted = balances.get(&receivable).copied().unwrap_or(0);
    if posted != open {
        result.findings.push(format!("{}: {open} is open, the ledger says {posted}", row.id));
    }
    Ok(())
}

fn payment(conn: &mut DbConnection, row: &InvoiceRow, result: &mut Verified) -> Result<(), DbError> {
    let Some(latest) = payments::find_latest(conn, &row.id)? else {
        if row.paid > 0 {
            result.findings.push(format!("{}: paid without a payment", row.id));
        }
        return Ok(());
    };
    *result.checked.entry("payments").or_default() += 1;
    let succeeded = latest.intent_status == Some(IntentStatus::Succeeded);
    if succeeded && row.status == Status::Final {
        result.findings.push(format!("{}: its payment {} succeeded, yet it is open", row.id, latest.id));
    }
    if row.status == Status::Paid && row.total > 0 && !succeeded {
        result.findings.push(format!("{}: paid, yet its payment {} did not succeed", row.id, latest.id));
    }
    Ok(())
}
