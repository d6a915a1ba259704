//! `/billing/invoices/{id}`: the document, as it was frozen at issue, and what followed. 3-D Secure leads back here.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;

use super::{framed, words};
use crate::accounts::corrections::actions::Correction;
use crate::accounts::corrections::words as correction_words;
use crate::accounts::reader::Reader;
use crate::billing::corrections::actions as corrections;
use crate::billing::invoices::actions::{self, Document};
use crate::billing::invoices::calculation::LineInput;
use crate::billing::invoices::error::InvoicesError;
use crate::billing::invoices::model::Status;
use crate::billing::invoices::{InvoiceRow, LineRow};
use crate::billing::payments::actions as payments;
use crate::billing::payments::jobs::refresh;
use crate::billing::payments::setups::flow::Gateway;
use crate::billing::views::{Annotation, InvoicePage, Line, Totals};
use crate::db::DbError;
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::kernel::country::Country;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{Id, Invoice};
use crate::kernel::lang::Lang;
use crate::kernel::money::Money;
use crate::kernel::postal_address::PostalAddressInput;
use crate::kernel::time_zone::TimeZone;
use crate::platform::web::call::Call;
use crate::platform::web::page::Page;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::Link;

pub(super) fn routes() -> Vec<PageRoute> {
    vec![PageRoute::new(Method::GET, "/billing/invoices/{id}", Access::Holder, || web::get().to(show))]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    done: String,
    /// Set by the processor on the way back from 3-D Secure.
    #[serde(default)]
    payment_intent: String,
}

async fn show(
    call: Call<Holder>,
    gateway: web::Data<Gateway>,
    path: web::Path<String>,
    query: Query<Arrival>,
) -> Result<HttpResponse, Problem> {
    let id: Id<Invoice> = path.parse().map_err(|_| InvoicesError::NotFound)?;
    let wanted = id.clone();
    let (reader, found, asked) = call
        .read::<_, InvoicesError, _>(move |conn, context| {
            let account = &context.actor.account;
            let found = actions::document(conn, account, &wanted)?;
            let asked = corrections::of_invoice(conn, &context.env, (account, &wanted))?;
            Ok((Reader::find(conn, context)?, found, asked))
        })
        .await?;
    let outcome = format!("/billing/subscriptions/{}", found.invoice.subscription_id);
    if !query.0.payment_intent.is_empty() {
        settle(&call, &gateway, id).await?;
        return Ok(reply::see_other(&outcome));
    }
    if query.0.done == "card" && found.invoice.status == Status::Final {
        return Ok(reply::see_other(&format!("{outcome}?done=card")));
    }
    let title = format!("Invoice {}", found.invoice.number.as_deref().unwrap_or_default());
    let pay = Link { href: outcome, label: String::new() };
    let mut view = document(&call.env, framed(&call, &reader, &title, &query.0.done), &found, reader.dates);
    view.corrections = annotations(&asked, reader.dates.lang);
    let label = |open: &String| view.page.fill("invoice-pay").with("amount", open).text();
    view.pay = view.open.as_ref().map(|open| Link { label: label(open), ..pay });
    reply::page(&view)
}

/// Asks the processor what became of 3-D Secure, so that the outcome is known when the page is drawn. If it cannot be
/// asked right now, its event or the poll tells a little later.
async fn settle(call: &Call<Holder>, gateway: &Gateway, invoice: Id<Invoice>) -> Result<(), Problem> {
    let of = invoice.clone();
    let intent = call.read::<_, DbError, _>(move |conn, _| payments::unsettled_intent(conn, &of)).await?;
    if let Some(intent) = intent
        && let Err(error) = refresh(&call.env, &**gateway, &intent).await
    {
        tracing::warn!(target: "steward::payments", invoice = %invoice, error = ?error, "payment not settled on return");
    }
    Ok(())
}

/// What was asked to be corrected on an invoice, for beside it.
#[must_use]
pub fn annotations(asked: &[Correction], lang: Lang) -> Vec<Annotation> {
    let one = |asked: &Correction| Annotation {
        what: correction_words::subject(&asked.subject),
        state: correction_words::state(asked.state),
        wanted: correction_words::value(
            &asked.subject,
            asked.claim.as_ref().and_then(|claim| claim.wanted.as_ref()),
            lang,
        ),
        reason: asked.reason.clone().unwrap_or_default(),
    };
    asked.iter().map(one).collect()
}

/// An invoice as a page; who may pay it adds where.
#[must_use]
pub fn document(env: &Env, page: Page, found: &Document, dates: Dates) -> InvoicePage {
    let invoice = &found.invoice;
    let money = |minor| Money::new(minor, invoice.currency);
    // Days on a document are days where the seller is, like the day of issue.
    let seller_zone = TimeZone::parse(env.settings.billing.seller_time_zone.name()).unwrap_or(TimeZone::UTC);
    let seller: Value = serde_json::from_str(&invoice.seller).unwrap_or_default();
    let customer: Value = serde_json::from_str(invoice.customer.reveal()).unwrap_or_default();
    let taxes: Vec<_> = found.taxes.iter().map(|tax| (tax.rate.clone(), money(tax.base), money(tax.tax))).collect();
    let (taxes, note) = words::taxes(seller["tax_name"].as_str().unwrap_or("Tax"), &taxes, dates.lang);
    let open = invoice.standing().open().ok().filter(|open| invoice.status == Status::Final && open.is_positive());
    InvoicePage {
        page,
        id: invoice.id.to_string(),
        number: invoice.number.clone().unwrap_or_else(|| "(draft)".to_owned()),
        status: words::invoice_status(invoice.status),
        issued: invoice.issued_on.map(|day| dates.date(day)).unwrap_or_default(),
        due: invoice.due_on.map(|day| dates.date(day)).unwrap_or_default(),
        seller: seller_lines(&seller),
        customer: customer_lines(&customer),
        lines: found.lines.iter().filter_map(|row| line(invoice, row, dates)).collect(),
        totals: Totals {
            net: money(invoice.net).written(dates.lang),
            taxes,
            total: money(invoice.total).written(dates.lang),
            note,
        },
        settled: settled(invoice, Dates { zone: seller_zone, ..dates }),
        open: open.map(|open| open.written(dates.lang)),
        pay: None,
        corrections: Vec::new(),
    }
}

fn line(invoice: &InvoiceRow, row: &LineRow, dates: Dates) -> Option<Line> {
    let input: LineInput = serde_json::from_str(&row.input).ok()?;
    let money = |minor| Money::new(minor, invoice.currency);
    Some(words::line(&input, money(row.net), money(row.tax), dates))
}

fn seller_lines(seller: &Value) -> Vec<String> {
    let text = |name: &str| seller[name].as_str().filter(|text| !text.is_empty());
    let mut lines: Vec<String> = [text("name"), text("address")].into_iter().flatten().map(ToOwned::to_owned).collect();
    lines.extend(
        text("country").and_then(|code| Country::parse(code).ok()).map(|country| Lang::En.country(country).to_owned()),
    );
    if let Some(id) = text("tax_id") {
        lines.push(format!("{} no. {id}", text("tax_name").unwrap_or("Tax")));
    }
    lines
}

/// The customer as frozen, in the words of the day of issue; so the seller's country is named in the same language.
fn customer_lines(customer: &Value) -> Vec<String> {
    let mut lines = vec![customer["name"].as_str().unwrap_or_default().to_owned()];
    if let Some(frozen) = customer["lines"].as_array() {
        lines.extend(frozen.iter().filter_map(Value::as_str).map(str::to_owned));
    } else if let Ok(address) = serde_json::from_value::<PostalAddressInput>(customer["address"].clone()) {
        // Issued before the lines were frozen, when the standard's name of the country was printed.
        lines.extend(address.lines());
        lines.extend(Country::parse(&address.country).ok().map(|country| country.standard_name().to_owned()));
    }
    lines
}

/// What followed the issue, as amounts that reduce what is open.
fn settled(invoice: &InvoiceRow, dates: Dates) -> Vec<(String, String)> {
    let lang = dates.lang;
    let named = |what, on_day| match invoice.settled_at {
        Some(at) => lang.fill(on_day).with("day", dates.day(at)).text(),
        None => lang.say(what).to_owned(),
    };
    [
        (named("invoice-status-paid", "invoice-paid-on"), invoice.paid),
        (named("invoice-credited", "invoice-credited-on"), invoice.credited),
    ]
    .into_iter()
    .filter(|(_, minor)| *minor > 0)
    .map(|(what, minor)| (what, Money::new(-minor, invoice.currency).written(dates.lang)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_keeps_the_lines_that_it_was_issued_with() {
        let address =
            serde_json::json!({ "line1": "10 Downing St", "city": "London", "postcode": "?", "country": "GB" });
        let before = serde_json::json!({ "name": "Ada", "address": address });
        let standard = "United Kingdom of Great Britain and Northern Ireland";
        assert_eq!(customer_lines(&before), ["Ada", "10 Downing St", "London", "?", standard]);
        let frozen = serde_json::json!({ "name": "Ada", "address": address, "lines": ["As it stood", "Then"] });
        assert_eq!(customer_lines(&frozen), ["Ada", "As it stood", "Then"]);
        assert_eq!(customer_lines(&serde_json::json!({ "name": "Ada", "address": null })), ["Ada"]);
    }
}
