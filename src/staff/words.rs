//! How the back office says things: states as badges, which the page tells in its language; dates and amounts in words,
//! which are in it already.

use super::actions::Reviewed;
use super::store::{InvoiceLine, ReviewRow};
use super::views::{StaffInvoiceRow, SubscriptionRow};
use crate::kernel::currency::Currency;
use crate::kernel::date_format::Dates;
use crate::kernel::lang::Lang;
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

fn shown(money: Option<Money>, lang: Lang) -> String {
    money.map_or_else(|| "–".to_owned(), |money| money.written(lang))
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

/// The day that stands on the invoice itself; that of its making while it has none.
fn issued(invoice: &InvoiceLine, dates: Dates) -> String {
    invoice.issued_on.map_or_else(|| dates.day(invoice.created_at), |day| dates.date(day))
}

fn payment(invoice: Option<&InvoiceLine>, dates: Dates) -> Badge {
    let lang = dates.lang;
    let Some(invoice) = invoice else { return Badge::new(Tone::Quiet, lang.say("staff-none")) };
    let day = |at| dates.day(at);
    match (invoice.status.as_str(), invoice.settled_at) {
        ("paid", Some(at)) => Badge::new(Tone::Good, lang.fill("staff-paid").with("day", day(at)).text()),
        ("paid", None) => Badge::new(Tone::Good, lang.say("invoice-status-paid")),
        ("void", _) => Badge::new(Tone::Quiet, lang.say("staff-voided")),
        ("uncollectible", _) => Badge::new(Tone::Bad, lang.say("staff-uncollectible")),
        _ => Badge::new(Tone::Warn, lang.fill("staff-open-since").with("day", issued(invoice, dates)).text()),
    }
}

/// `3 agents, monthly`
fn terms(quantity: i32, period: &str, lang: Lang) -> String {
    let id = match (period, quantity) {
        ("year", 1) => "staff-terms-year-one",
        ("year", _) => "staff-terms-year",
        (_, 1) => "staff-terms-month-one",
        _ => "staff-terms-month",
    };
    lang.fill(id).with("quantity", quantity).text()
}

pub(super) fn subscription_row((row, invoice): &Reviewed, dates: Dates) -> SubscriptionRow {
    let lang = dates.lang;
    let renewal = match (next_renewal(row), row.cancels_at_period_end) {
        (Some(at), _) => dates.day(at),
        (None, true) => lang.fill("staff-ends").with("day", dates.day(row.period_end)).text(),
        (None, false) => "–".to_owned(),
    };
    SubscriptionRow {
        id: row.id.to_string(),
        account_id: row.account_id.to_string(),
        status: status(&row.status),
        plan: row.plan_name.clone(),
        terms: terms(row.quantity, &row.period, lang),
        amount: shown(amount(row), lang),
        next_renewal: renewal,
        last_payment: payment(invoice.as_ref(), dates),
    }
}

pub(super) fn invoice_row(invoice: &InvoiceLine, dates: Dates) -> StaffInvoiceRow {
    let lang = dates.lang;
    StaffInvoiceRow {
        id: invoice.id.to_string(),
        number: invoice.number.clone().unwrap_or_else(|| lang.say("invoice-draft").to_owned()),
        date: issued(invoice, dates),
        total: shown(total(invoice), lang),
        status: payment(Some(invoice), dates),
        settled: invoice.settled_at.map_or_else(|| "–".to_owned(), |at| dates.day(at)),
    }
}
