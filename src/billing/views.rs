//! The pages of billing: what each needs, as strings that are ready to show; money and dates come formatted.
//! No rules here.

use askama::Template;

use crate::platform::web::form::{Choice, Field, Toggle};
use crate::platform::web::page::{Badge, Page, Paging, Viewer};
use crate::platform::web::views::Link;

/// `GET /billing`. Posts to `/billing/payment-methods/{id}/default`, `/billing/payment-methods/{id}/remove` and the
/// addresses of its subscriptions.
#[derive(Template)]
#[template(path = "billing/overview.html")]
pub struct Overview {
    /// The frame.
    pub page: Page,
    /// Subscriptions, current ones first.
    pub subscriptions: Vec<SubscriptionSummary>,
    /// Cards, the default first.
    pub cards: Vec<CardRow>,
    /// Invoices, newest first.
    pub invoices: Vec<InvoiceRow>,
    /// Neighbouring pages of invoices.
    pub paging: Paging,
    /// Whether a plan can be chosen beside the list: none of them is current.
    pub can_choose: bool,
}

/// A subscription on the overview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionSummary {
    /// `sub_…`
    pub id: String,
    /// The plan's name.
    pub plan: String,
    /// Quantity and interval in words, e.g. `3 agents, billed monthly`.
    pub terms: String,
    /// Status.
    pub status: Badge,
    /// What happens next and when, in a sentence, e.g. `Renews on 23 December 2026 for USD 57.00 plus tax.`
    pub next: String,
    /// What the holder must do now, if anything; `None` when all is well.
    pub action: Option<Link>,
    /// What canceling would do, in a sentence; `None` when there is nothing to cancel. Posts to
    /// `/billing/subscriptions/{id}/cancel`.
    pub cancel: Option<String>,
    /// Whether canceling can be taken back: posts to `/billing/subscriptions/{id}/uncancel`.
    pub can_uncancel: bool,
}

/// A card: all that is stored of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// `pm_…`
    pub id: String,
    /// Brand, e.g. `Visa`.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Expiry, e.g. `08/2028`.
    pub expiry: String,
    /// Whether renewals use it.
    pub is_default: bool,
    /// Whether it has expired.
    pub is_expired: bool,
}

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRow {
    /// `inv_…`
    pub id: String,
    /// Number, e.g. `ST-000042`.
    pub number: String,
    /// Issue date, in words.
    pub date: String,
    /// Total with currency.
    pub total: String,
    /// Status.
    pub status: Badge,
}

/// `GET /billing/cards/new`. Posts to `/billing/cards/new`: `consent` = `yes`, `next`, `idempotency_key`.
#[derive(Template)]
#[template(path = "billing/add_card.html")]
pub struct AddCard {
    /// The frame.
    pub page: Page,
    /// The processor's name, e.g. `Stripe`.
    pub processor: String,
    /// Where it processes, e.g. `the United States`.
    pub country: String,
    /// What is shared with it, each in words, e.g. `your name`.
    pub shared: Vec<String>,
    /// The wording of the consent, exactly as it goes into the ledger.
    pub wording: String,
    /// Own path to return to afterwards; empty for the overview.
    pub next: String,
}

/// `GET /billing/subscribe`. Posts to `/billing/preview`: `plan`, `interval` (`month`, `year`), `currency`,
/// `quantity`.
#[derive(Template)]
#[template(path = "billing/subscribe.html")]
pub struct Subscribe {
    /// The frame.
    pub page: Page,
    /// Plans to choose from.
    pub plans: Vec<PlanOption>,
    /// Code of the chosen plan; may be empty.
    pub plan: String,
    /// `month` or `year`.
    pub interval: String,
    /// Chosen currency.
    pub currency: String,
    /// Currencies to choose from.
    pub currencies: Vec<Choice>,
    /// As typed; `1` at first.
    pub quantity: String,
    /// What is counted, e.g. `Agents`.
    pub unit: String,
}

/// A plan to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOption {
    /// Its code, sent as `plan`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it offers and costs, e.g. `Up to 10 agents. USD 19, EUR 18 or SGD 25 an agent and month.`
    pub note: String,
}

/// One line of a preview or an invoice. Columns of tax are per line so that each can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub description: String,
    /// The period it pays for, e.g. `23 Nov – 22 Dec 2026`; may be empty.
    pub period: String,
    /// Quantity.
    pub quantity: String,
    /// Price of one, net.
    pub unit_price: String,
    /// Net amount.
    pub net: String,
    /// Rate, e.g. `9 %`.
    pub tax_rate: String,
    /// Tax amount.
    pub tax: String,
    /// Gross amount.
    pub gross: String,
}

/// Sums of a preview or an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sum of net amounts.
    pub net: String,
    /// Tax by category: name with rate and base, and amount, e.g. `("GST 9 % of USD 57.00", "USD 5.13")`.
    pub taxes: Vec<(String, String)>,
    /// The gross total with currency.
    pub total: String,
    /// A remark that tax law or the reader needs, e.g. why no tax is charged; may be empty.
    pub note: String,
}

/// Answer to `POST /billing/preview`. Posts to `/billing/subscribe`: `quote`, `payment_method`, `idempotency_key` and
/// the pairs of `kept`.
#[derive(Template)]
#[template(path = "billing/preview.html")]
pub struct Preview {
    /// The frame.
    pub page: Page,
    /// Plan, quantity and interval in words.
    pub terms: String,
    /// Lines of the first invoice.
    pub lines: Vec<Line>,
    /// Their sums.
    pub totals: Totals,
    /// What is charged on acceptance, with currency.
    pub due_now: String,
    /// When the next period begins, in words.
    pub next_renewal: String,
    /// What that will cost, with currency.
    pub next_amount: String,
    /// Until when the preview binds us, e.g. `15:04 today (Singapore)`.
    pub binding_until: String,
    /// The quote's id.
    pub quote: String,
    /// Further inputs to send along, as name and value.
    pub kept: Vec<(String, String)>,
    /// Cards to pay with; empty leads to adding one when something is due.
    pub cards: Vec<Choice>,
    /// The preselected card's id.
    pub card: String,
    /// Whether a card is needed: something is due now or will be.
    pub needs_card: bool,
    /// Where the choice can be changed: own path with the choice in its query.
    pub change: String,
    /// Where a card is added: own path that leads back to the choice.
    pub add_card: String,
}

/// What became of a subscription or a payment: `GET /billing/subscriptions/{id}`.
#[derive(Template)]
#[template(path = "billing/outcome.html")]
pub struct Outcome {
    /// The frame; its notice is not needed.
    pub page: Page,
    /// Plan, quantity and interval in words.
    pub terms: String,
    /// What happened.
    pub state: OutcomeState,
    /// The invoice, if one was issued.
    pub invoice: Option<InvoiceRow>,
}

/// How a payment went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeState {
    /// Paid, or nothing to pay; `renews` in words.
    Active {
        /// When the next period begins.
        renews: String,
    },
    /// The processor has not answered yet: nothing to do but wait. Send `Refresh: 5`.
    Pending,
    /// Declined. Posts to `/billing/invoices/{id}/pay`: `payment_method`, `idempotency_key`.
    Failed {
        /// Why, in a sentence for the holder.
        reason: String,
        /// Cards to try.
        cards: Vec<Choice>,
        /// Until when the invoice can be paid, in words.
        until: String,
    },
    /// The bank wants to see the holder: posts to `/billing/invoices/{id}/authenticate`, which leads off-site.
    Authentication {
        /// Until when, in words.
        until: String,
    },
}

/// `GET /billing/invoices/{id}`; prints as a document.
#[derive(Template)]
#[template(path = "billing/invoice.html")]
pub struct InvoicePage {
    /// The frame; also used by staff.
    pub page: Page,
    /// `inv_…`
    pub id: String,
    /// Number, as frozen at issue.
    pub number: String,
    /// Status.
    pub status: Badge,
    /// Issue date, in words.
    pub issued: String,
    /// Due date, in words.
    pub due: String,
    /// Seller, line by line, as frozen at issue: name, address, registration and tax numbers.
    pub seller: Vec<String>,
    /// Customer, line by line, as frozen at issue.
    pub customer: Vec<String>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Sums.
    pub totals: Totals,
    /// Amounts that followed: payments, credits, e.g. `("Paid on 23 Nov 2026, Visa ending in 4242", "−USD 62.13")`.
    pub settled: Vec<(String, String)>,
    /// What is still open, with currency; `None` when nothing is.
    pub open: Option<String>,
    /// Where the open amount is paid, for the holder.
    pub pay: Option<Link>,
    /// What its customer says is wrong on it, and how that was decided: the document itself is never edited.
    pub corrections: Vec<Annotation>,
}

/// A correction that was asked for, beside the invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// About what, e.g. `the name on an invoice`.
    pub what: String,
    /// How it stands.
    pub state: Badge,
    /// What should stand there.
    pub wanted: String,
    /// Why it was decided so; empty until then.
    pub reason: String,
}

#[cfg(test)]
#[path = "views_tests.rs"]
mod tests;
