//! How billing's pages say things: amounts, periods and states in words.

use crate::billing::catalog::model::{Plan, Price};
use crate::billing::invoices::InvoiceRow as Issued;
use crate::billing::invoices::calculation::LineInput;
use crate::billing::invoices::model::Status as InvoiceStatus;
use crate::billing::payments::methods::MethodRow;
use crate::billing::payments::telling::{CARD_MISSING, CONSENT_WITHDRAWN};
use crate::billing::subscriptions::model::{State, Status};
use crate::billing::views::{CardRow, InvoiceRow, Line};
use crate::kernel::calendar::Interval;
use crate::kernel::date_format::Dates;
use crate::kernel::lang::Lang;
use crate::kernel::money::Money;
use crate::kernel::ratio::Ratio;
use crate::kernel::time::Timestamp;
use crate::platform::web::form::Choice;
use crate::platform::web::page::{Badge, Tone};
use crate::platform::web::views::HomePlan;

/// `3 agents, billed monthly`
#[must_use]
pub fn terms(quantity: i64, interval: Interval, lang: Lang) -> String {
    let id = match (interval, quantity) {
        (Interval::Month, 1) => "terms-month-one",
        (Interval::Month, _) => "terms-month",
        (Interval::Year, 1) => "terms-year-one",
        (Interval::Year, _) => "terms-year",
    };
    lang.fill(id).with("quantity", quantity).text()
}

/// `Basic, 3 agents, billed monthly`
#[must_use]
pub fn plan_terms(plan: &Plan, quantity: i64, interval: Interval, lang: Lang) -> String {
    lang.and_then(&plan.name, terms(quantity, interval, lang))
}

/// What one month costs, in the order of the currencies' codes.
fn by_month(prices: &[Price]) -> Vec<&Price> {
    let mut monthly: Vec<&Price> = prices.iter().filter(|price| price.interval == Interval::Month).collect();
    monthly.sort_by_key(|price| price.currency().code());
    monthly
}

/// What a plan costs a month in each of its currencies: `€18.00 EUR, $25.00 SGD or $19.00 USD an agent and month`.
#[must_use]
pub fn monthly(prices: &[Price], lang: Lang) -> String {
    let monthly = by_month(prices);
    if monthly.iter().all(|price| price.is_free()) {
        return lang.say("free").to_owned();
    }
    let amounts: Vec<String> = monthly.iter().map(|price| price.per_seat.written(lang)).collect();
    lang.fill("plan-price").with("amounts", any_of(&amounts, lang)).text()
}

/// `a`, `a or b`, `a, b or c`
fn any_of(words: &[String], lang: Lang) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => {
            lang.fill("any-of").with("most", most.join(lang.say("list-between"))).with("last", last).text()
        }
        _ => words.concat(),
    }
}

/// A plan for visitors; `None` when nothing of it is offered. Its price is that of a month.
#[must_use]
pub fn window(plan: &Plan, prices: &[Price], lang: Lang) -> Option<HomePlan> {
    let monthly = by_month(prices);
    let (first, others) = monthly.split_first()?;
    let (price, terms) = if first.is_free() {
        (lang.say("free").to_owned(), lang.say("no-card-needed").to_owned())
    } else {
        let or = |other: &&Price| lang.fill("or-amount").with("amount", other.per_seat.written(lang)).text();
        let terms = others.iter().map(or).chain([lang.say("per-agent-month").to_owned()]).collect::<Vec<_>>();
        (first.per_seat.written(lang), terms.join(lang.say("sentence-between")))
    };
    Some(HomePlan { name: plan.name.clone(), price, terms, summary: plan.description.clone() })
}

/// A rate of tax, e.g. `9 %` or `8.25 %`; empty for what is no fraction.
#[must_use]
pub fn rate(text: &str, lang: Lang) -> String {
    let hundredths = text.parse::<Ratio>().and_then(|rate| rate.times(10_000)).map(Ratio::round_half_even);
    let Ok(hundredths) = hundredths else { return String::new() };
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let digits = format!("{whole}.{rest:02}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{} %", if lang == Lang::De { digits.replace('.', ",") } else { digits.to_owned() })
}

/// A line of a preview or an invoice.
#[must_use]
pub fn line(input: &LineInput, net: Money, tax: Money, dates: Dates) -> Line {
    let lang = dates.lang;
    let period = lang.fill("period").with("start", dates.day(input.start)).with("end", dates.day(input.end));
    Line {
        description: input.description.clone(),
        period: period.text(),
        quantity: input.quantity.to_string(),
        unit_price: input.unit.figures(lang),
        net: net.figures(lang),
        tax_rate: rate(&input.tax.rate, lang),
        tax: tax.figures(lang),
        gross: net.plus(tax).map_or_else(|_| String::new(), |gross| gross.figures(lang)),
    }
}

/// Taxes above zero, named with rate and base; and a remark where there is none.
#[must_use]
pub fn taxes(tax_name: &str, taxes: &[(String, Money, Money)], lang: Lang) -> (Vec<(String, String)>, String) {
    let charged = taxes.iter().filter(|(_, _, tax)| !tax.is_zero());
    let named: Vec<_> = charged
        .map(|(fraction, base, tax)| {
            let of = lang.fill("tax-of").with("tax", tax_name).with("rate", rate(fraction, lang));
            (of.with("base", base.written(lang)).text(), tax.written(lang))
        })
        .collect();
    let note = if named.is_empty() { "No tax is charged on this.".to_owned() } else { String::new() };
    (named, note)
}

/// How an invoice stands.
#[must_use]
pub fn invoice_status(status: InvoiceStatus) -> Badge {
    match status {
        InvoiceStatus::Draft => Badge::new(Tone::Quiet, "Draft"),
        InvoiceStatus::Final => Badge::new(Tone::Warn, "Open"),
        InvoiceStatus::Paid => Badge::new(Tone::Good, "Paid"),
        InvoiceStatus::Void => Badge::new(Tone::Quiet, "Void"),
        InvoiceStatus::Uncollectible => Badge::new(Tone::Bad, "Given up"),
    }
}

/// An invoice in a list.
#[must_use]
pub fn invoice_row(row: &Issued, dates: Dates) -> InvoiceRow {
    InvoiceRow {
        id: row.id.to_string(),
        number: row.number.clone().unwrap_or_else(|| "Draft".to_owned()),
        date: row.issued_on.map(|day| dates.date(day)).unwrap_or_default(),
        total: Money::new(row.total, row.currency).written(dates.lang),
        status: invoice_status(row.status),
    }
}

/// How a subscription stands.
#[must_use]
pub fn subscription_status(state: State) -> Badge {
    match state.status {
        Status::Incomplete if state.is_ending => Badge::new(Tone::Quiet, "Being called off"),
        Status::Incomplete => Badge::new(Tone::Warn, "Waits for payment"),
        Status::Active if state.cancels_at_period_end => Badge::new(Tone::Warn, "Ends soon"),
        Status::Active => Badge::new(Tone::Good, "Active"),
        Status::PastDue => Badge::new(Tone::Bad, "Payment due"),
        Status::Canceled => Badge::new(Tone::Quiet, "Ended"),
        Status::Expired => Badge::new(Tone::Quiet, "Never began"),
    }
}

/// A card's brand as its owner knows it.
#[must_use]
pub fn brand(code: &str) -> String {
    match code {
        "amex" => "American Express".to_owned(),
        "diners" => "Diners Club".to_owned(),
        "jcb" => "JCB".to_owned(),
        "mastercard" => "Mastercard".to_owned(),
        "unionpay" => "UnionPay".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(|| "Card".to_owned(), |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// A card; it is good until its month is over.
#[must_use]
pub fn card(row: &MethodRow, now: Timestamp) -> CardRow {
    let today = now.utc().format("%Y-%m").to_string();
    CardRow {
        id: row.id.to_string(),
        brand: brand(&row.brand),
        last4: row.last4.clone(),
        expiry: format!("{:02}/{}", row.expiry_month, row.expiry_year),
        is_default: row.is_default,
        is_expired: format!("{:04}-{:02}", row.expiry_year, row.expiry_month) < today,
    }
}

/// A card to choose for a payment.
#[must_use]
pub fn card_choice(row: &MethodRow) -> Choice {
    Choice::new(row.id.to_string(), format!("{} ending in {}", brand(&row.brand), row.last4))
}

/// Why a card was not charged, from the processor's code. Reasons that help a thief are not told.
#[must_use]
pub fn refusal(code: Option<&str>) -> &'static str {
    match code {
        Some("insufficient_funds" | "withdrawal_count_limit_exceeded" | "card_velocity_exceeded") => {
            "There is not enough money on the card at the moment."
        }
        Some("expired_card") => "The card has expired.",
        Some("incorrect_cvc" | "invalid_cvc" | "incorrect_number" | "invalid_expiry_month" | "invalid_expiry_year") => {
            "The bank did not recognise the card’s data. Add the card once more."
        }
        Some("authentication_required" | "payment_intent_authentication_failure") => {
            "The bank wants to see that it is you, and has not seen it yet."
        }
        Some("processing_error" | "issuer_not_available" | "try_again_later") => {
            "The bank could not be reached. Trying again in a moment may help."
        }
        Some(CONSENT_WITHDRAWN) => {
            "You withdrew your consent to share what you owe with the payment processor, so nothing was sent to it. Add \
             a card, which asks for your consent, and it is paid by itself."
        }
        Some(CARD_MISSING) => "The card was removed before it could be charged. Add one, and it is paid by itself.",
        _ => "The bank declined the card and gives no reason.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_percentages() {
        for (fraction, words) in [("9/100", "9 %"), ("900/10000", "9 %"), ("33/400", "8.25 %"), ("0", "0 %")] {
            assert_eq!(rate(fraction, Lang::En), words);
        }
        assert_eq!(rate("33/400", Lang::De), "8,25 %");
        assert_eq!(rate("much", Lang::En), "");
    }

    #[test]
    fn brands_are_names() {
        assert_eq!(brand("visa"), "Visa");
        assert_eq!(brand("amex"), "American Express");
        assert_eq!(brand(""), "Card");
    }

    #[test]
    fn thieves_learn_nothing() {
        assert_eq!(refusal(Some("stolen_card")), refusal(Some("generic_decline")));
        assert_ne!(refusal(Some("expired_card")), refusal(None));
    }

    #[test]
    fn one_agent_and_more() {
        assert_eq!(terms(1, Interval::Month, Lang::En), "1 agent, billed monthly");
        assert_eq!(terms(3, Interval::Year, Lang::En), "3 agents, billed yearly");
    }
}
