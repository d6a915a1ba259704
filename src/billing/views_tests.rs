use super::*;
use crate::platform::web::form::Errors;
use crate::platform::web::page::check::{self, HOSTILE};
use crate::platform::web::page::{Section, Tone};

fn page(title: &str) -> Page {
    check::holder(title, Section::Billing)
}

fn card(text: &str, is_default: bool) -> CardRow {
    let (id, brand, last4, expiry) = (text.into(), text.into(), "4242".into(), "08/2028".into());
    CardRow { id, brand, last4, expiry, is_default, is_expired: !is_default }
}

fn invoice_row(text: &str) -> InvoiceRow {
    InvoiceRow {
        id: text.into(),
        number: text.into(),
        date: "23 November 2026".into(),
        total: "USD 62.13".into(),
        status: Badge::new(Tone::Good, "Paid"),
    }
}

fn overview(text: &str) -> Overview {
    let subscription = SubscriptionSummary {
        plan: text.into(),
        terms: "3 agents, billed monthly".into(),
        status: Badge::new(Tone::Bad, "Payment failed"),
        next: text.into(),
        action: Some(Link { href: "/billing/subscriptions/sub_1".into(), label: "Pay with another card".into() }),
        id: "sub_1".into(),
        cancel: Some(text.into()),
        can_uncancel: true,
    };
    Overview {
        page: page("Billing"),
        subscriptions: vec![subscription],
        cards: vec![card(text, true), card(text, false)],
        invoices: vec![invoice_row(text), invoice_row(text)],
        paging: Paging { first: None, next: Some("/billing?after=c".into()) },
        can_choose: true,
    }
}

fn nothing_yet() -> Overview {
    let paging = Paging::default();
    Overview { page: page("Billing"), subscriptions: vec![], cards: vec![], invoices: vec![], paging, can_choose: true }
}

fn add_card(text: &str, errors: Errors) -> AddCard {
    AddCard {
        page: page("Add a card").errors(errors),
        processor: text.into(),
        country: "the United States".into(),
        shared: vec!["your name".into(), "your e-mail address".into(), text.into()],
        wording: format!("I agree that my name and e-mail address are shared with {text} to charge my card."),
        next: "/billing/subscribe".into(),
    }
}

fn subscribe(text: &str, errors: Errors) -> Subscribe {
    let plan = |code: &str, note: &str| PlanOption { code: code.into(), name: text.into(), note: note.into() };
    Subscribe {
        page: page("Choose a plan").errors(errors),
        plans: vec![
            plan("lite", "Free. One agent."),
            plan("basic", "USD 19, EUR 18 or SGD 25 an agent and month."),
            plan("advanced", "USD 39, EUR 37 or SGD 52 an agent and month."),
        ],
        plan: "basic".into(),
        interval: "month".into(),
        currency: "USD".into(),
        currencies: ["USD", "EUR", "SGD"].map(|code| Choice::new(code, code)).into(),
        quantity: text.into(),
        unit: "Agents".into(),
    }
}

fn line(text: &str) -> Line {
    Line {
        description: text.into(),
        period: "23 Nov – 22 Dec 2026".into(),
        quantity: "3".into(),
        unit_price: "19.00".into(),
        net: "57.00".into(),
        tax_rate: "9 %".into(),
        tax: "5.13".into(),
        gross: "62.13".into(),
    }
}

fn totals(text: &str) -> Totals {
    Totals {
        net: "USD 57.00".into(),
        taxes: vec![("GST 9 % of USD 57.00".into(), "USD 5.13".into())],
        total: "USD 62.13".into(),
        note: text.into(),
    }
}

fn preview(text: &str, cards: Vec<Choice>) -> Preview {
    Preview {
        page: page("Before you agree"),
        terms: text.into(),
        lines: vec![line(text)],
        totals: totals(text),
        due_now: "USD 62.13".into(),
        next_renewal: "23 December 2026".into(),
        next_amount: "USD 62.13".into(),
        binding_until: "15:04 today (Singapore)".into(),
        quote: "quote_1".into(),
        kept: vec![("price".into(), text.into())],
        cards,
        card: "pm_1".into(),
        needs_card: true,
        change: "/billing/subscribe?plan=basic".into(),
        add_card: "/billing/cards/new?next=%2Fbilling%2Fsubscribe%3Fplan%3Dbasic".into(),
    }
}

fn visa() -> Vec<Choice> {
    vec![Choice::new("pm_1", "Visa ending in 4242"), Choice::new("pm_2", "Mastercard ending in 4444")]
}

fn outcome(state: OutcomeState) -> Outcome {
    let invoice = Some(invoice_row("ST-000042"));
    Outcome { page: page("Your subscription"), terms: "Basic, 3 agents, billed monthly".into(), state, invoice }
}

fn invoice(text: &str, open: Option<String>) -> InvoicePage {
    InvoicePage {
        page: page("Invoice ST-000042"),
        id: "inv_1".into(),
        number: text.into(),
        status: Badge::new(Tone::Good, "Paid"),
        issued: "23 November 2026".into(),
        due: "23 November 2026".into(),
        seller: vec!["Harbour Chat Pte. Ltd.".into(), "1 Marina Boulevard".into(), "Singapore 018989".into()],
        customer: vec![text.into(), "12 Harbour Road".into(), "Singapore 099253".into()],
        lines: vec![line(text), line(text)],
        totals: totals(text),
        settled: vec![("Paid on 23 November 2026, Visa ending in 4242".into(), "−USD 62.13".into())],
        pay: open.clone().map(|_| Link { href: "/billing/subscriptions/sub_1".into(), label: "Pay now".into() }),
        corrections: vec![Annotation {
            what: "the name on an invoice".into(),
            state: Badge::new(Tone::Bad, "Refused"),
            wanted: text.into(),
            reason: text.into(),
        }],
        open,
    }
}

#[test]
fn billing_says_what_is_there_and_what_is_not() {
    let html = check::page("billing", &overview("Basic"));
    assert!(html.contains("Pay with another card") && html.contains("4242"));
    let html = check::page("billing-empty", &nothing_yet());
    assert_eq!(html.matches("class=\"empty\"").count(), 3);
}

#[test]
fn the_opt_in_names_the_processor_and_is_never_ticked() {
    let html = check::page("add-card", &add_card("Stripe", Errors::default()));
    assert!(!html.contains(" checked") && html.contains("name=\"consent\" value=\"yes\" required"));
    assert!(html.contains("name=\"idempotency_key\"") && html.contains("Stripe"));
    let errors = Errors::default().on("consent", "Without this we cannot hand you to Stripe. Tick it to go on.");
    assert!(check::page("add-card-errors", &add_card("Stripe", errors)).contains("href=\"#consent\""));
}

#[test]
fn a_plan_is_chosen_without_prices_being_hidden() {
    let html = check::page("subscribe", &subscribe("Basic", Errors::default()));
    assert!(html.contains("an agent and month") && html.contains("action=\"/billing/preview\""));
    let errors = Errors::default().on("quantity", "Enter a whole number from 1 to 500.");
    check::page("subscribe-errors", &subscribe("many", errors));
}

#[test]
fn the_preview_tells_all_amounts_before_one_agrees() {
    let html = check::page("preview", &preview("Basic, 3 agents, billed monthly", visa()));
    for needed in ["USD 62.13", "23 December 2026", "15:04 today", "name=\"quote\" value=\"quote_1\"", "5.13"] {
        assert!(html.contains(needed), "{needed}");
    }
    let html = check::page("preview-no-card", &preview("Basic", vec![]));
    assert!(
        html.contains("href=\"/billing/cards/new?next=%2Fbilling%2Fsubscribe%3Fplan%3Dbasic\"")
            && !html.contains("action=\"/billing/subscribe\"")
    );
}

#[test]
fn every_outcome_has_a_way_on() {
    let until = || "24 November 2026, 14:00".to_owned();
    let failed = OutcomeState::Failed { reason: "Your bank declined the card.".into(), cards: visa(), until: until() };
    let no_cards =
        OutcomeState::Failed { reason: "Your bank declined the card.".into(), cards: vec![], until: until() };
    for (name, state, way) in [
        ("active", OutcomeState::Active { renews: "23 December 2026".into() }, "href=\"/billing\""),
        ("pending", OutcomeState::Pending, "href=\"/billing\""),
        ("failed", failed, "action=\"/billing/invoices/ST-000042/pay\""),
        ("failed-no-card", no_cards, "href=\"/billing/cards/new"),
        ("authentication", OutcomeState::Authentication { until: until() }, "/authenticate\""),
    ] {
        let html = check::page(&format!("outcome-{name}"), &outcome(state));
        assert!(html.contains(way), "{name}: {html}");
    }
}

#[test]
fn an_invoice_shows_both_parties_and_every_tax_column() {
    let html = check::page("invoice", &invoice("ST-000042", None));
    for needed in ["Harbour Chat Pte. Ltd.", "12 Harbour Road", "GST 9 % of USD 57.00", "USD 62.13", "5.13"] {
        assert!(html.contains(needed), "{needed}");
    }
    assert!(!html.contains("Still open"));
    assert!(check::page("invoice-open", &invoice("ST-000042", Some("USD 62.13".into()))).contains("Still open"));
}

#[test]
fn nothing_given_becomes_markup() {
    let reason = OutcomeState::Failed { reason: HOSTILE.into(), cards: vec![], until: HOSTILE.into() };
    let pages = [
        check::page("hostile", &overview(HOSTILE)),
        check::page("hostile", &add_card(HOSTILE, Errors::default())),
        check::page("hostile", &subscribe(HOSTILE, Errors::default().on("plan", HOSTILE))),
        check::page("hostile", &preview(HOSTILE, vec![Choice::new(HOSTILE, HOSTILE)])),
        check::page("hostile", &outcome(reason)),
        check::page("hostile", &invoice(HOSTILE, Some(HOSTILE.into()))),
    ];
    for html in pages {
        assert!(!html.contains("<script") && !html.contains("\" onload="), "{html}");
    }
}
