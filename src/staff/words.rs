//! How the back office says things: states as badges, dates and amounts in words.

use super::actions::Reviewed;
use super::store::{InvoiceLine, ReviewRow};
use super::views::{StaffInvoiceRow, SubscriptionRow};
use crate::kernel::currency::Currency;
use crate::kernel::money::Money;
use crate::kernel::time::Timestamp;
use crate::platform::web::page::{Badge, Tone};

/// Net amount of a period; `None` where the row's currency is none we know.
pub(super) fn amount(row: &ReviewRow) -> Option<Money> {
    let currency = Currency::parse(&row.currency).ok()?;
    Money::new(row.per_seat, currency).times(i64::from(row.quantity)).ok()
}

/// Total of an invoice.
pub(super) fn total(invoice: &InvoiceLine) -> Option<Money> {
    Currency::parse(&invoice.currency).ok().map(|currency| Money::new(invoice.total, currency))
}

fn shown(money: Option<Money>) -> String {
    money.map_or_else(|| "–".to_owned(), |money| money.to_string())
}

pub(super) fn day(at: Timestamp) -> String {
    at.utc().format("%-d %b %Y").to_string()
}

/// When the subscription renews; `None` when it does not.
pub(super) fn next_renewal(row: &ReviewRow) -> Option<Timestamp> {
    (matches!(row.status.as_str(), "active" | "past_due") && !row.cancels_at_period_end).then_some(row.period_end)
}

pub(super) fn status(status: &str) -> Badge {
    let (tone, words) = match status {
        "active" => (Tone::Good, "Active"),
        "incomplete" => (Tone::Warn, "Incomplete"),
        "past_due" => (Tone::Bad, "Past due"),
        "canceled" => (Tone::Quiet, "Canceled"),
        "expired" => (Tone::Quiet, "Expired"),
        other => (Tone::Info, other),
    };
    Badge::new(tone, words)
}

fn payment(invoice: Option<&InvoiceLine>) -> Badge {
    let Some(invoice) = invoice else { return Badge::new(Tone::Quiet, "None") };
    match (invoice.status.as_str(), invoice.settled_at) {
        ("paid", Some(at)) => Badge::new(Tone::Good, format!("Paid {}", day(at))),
        ("paid", None) => Badge::new(Tone::Good, "Paid"),
        ("void", _) => Badge::new(Tone::Quiet, "Voided"),
        ("uncollectible", _) => Badge::new(Tone::Bad, "Uncollectible"),
        _ => Badge::new(Tone::Warn, format!("Open since {}", day(invoice.created_at))),
    }
}

pub(super) fn subscription_row((row, invoice): &Reviewed) -> SubscriptionRow {
    let agents = if row.quantity == 1 { "agent" } else { "agents" };
    let every = if row.period == "year" { "yearly" } else { "monthly" };
    let renewal = match (next_renewal(row), row.cancels_at_period_end) {
        (Some(at), _) => day(at),
        (None, true) => format!("Ends {}", day(row.period_end)),
        (None, false) => "–".to_owned(),
    };
    SubscriptionRow {
        id: row.id.to_string(),
        account_id: row.account_id.to_string(),
        status: status(&row.status),
        plan: row.plan_name.clone(),
        terms: format!("{} {agents}, {every}", row.quantity),
        amount: shown(amount(row)),
        next_renewal: renewal,
        last_payment: payment(invoice.as_ref()),
    }
}

pub(super) fn invoice_row(invoice: &InvoiceLine) -> StaffInvoiceRow {
    StaffInvoiceRow {
        id: invoice.id.to_string(),
        number: invoice.number.clone().unwrap_or_else(|| "Draft".to_owned()),
        date: day(invoice.created_at),
        total: shown(total(invoice)),
        status: payment(Some(invoice)),
        settled: invoice.settled_at.map_or_else(|| "–".to_owned(), day),
    }
}
