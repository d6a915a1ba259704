//! `/v1/invoices`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::calculation::{Line, LineInput};
use super::error::InvoicesError;
use super::store::{InvoiceRow, LineRow};
use crate::accounts::corrections::api::CorrectionView;
use crate::billing::corrections::actions as corrections;
use crate::billing::wire::MoneyView;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Id, Invoice};
use crate::kernel::money::Money;
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

/// A line of an invoice or preview.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// What it is for.
    pub description: String,
    /// How many.
    pub quantity: u32,
    /// For one.
    pub unit: MoneyView,
    /// Without tax.
    pub net: MoneyView,
    /// Its part of the tax.
    pub tax: MoneyView,
    /// First instant of the time charged for.
    pub period_start: String,
    /// First instant after it.
    pub period_end: String,
    /// How it was calculated.
    pub formula: String,
}

/// An invoice.
#[derive(Serialize, ToSchema)]
struct InvoiceView {
    /// `inv_…`
    id: String,
    /// The printed number; null while a draft.
    number: Option<String>,
    /// `draft`, `final`, `paid`, `void` or `uncollectible`.
    status: &'static str,
    /// `sub_…`
    subscription: String,
    /// Without tax.
    net: MoneyView,
    /// Tax.
    tax: MoneyView,
    /// What it comes to.
    total: MoneyView,
    /// What has arrived.
    paid: MoneyView,
    /// What has been credited.
    credited: MoneyView,
    /// Day of issue where the seller is.
    issued_on: Option<String>,
    /// Day by which to pay.
    due_on: Option<String>,
    /// First instant of the period.
    period_start: String,
    /// First instant after it.
    period_end: String,
    /// Its lines; only when one invoice is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<LineView>>,
    /// What its customer asked to be corrected and did not take back; only when one invoice is asked for. The invoice
    /// itself is never edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrections: Option<Vec<CorrectionView>>,
}

fn shown(input: &LineInput, net: Money, tax: Money, formula: &str) -> LineView {
    LineView {
        description: input.description.clone(),
        quantity: input.quantity,
        unit: input.unit.into(),
        net: net.into(),
        tax: tax.into(),
        period_start: input.start.to_string(),
        period_end: input.end.to_string(),
        formula: formula.to_owned(),
    }
}

/// A computed line as the API shows it.
#[must_use]
pub fn line_of(line: &Line) -> LineView {
    shown(&line.input, line.net, line.tax, &line.formula)
}

fn stored(invoice: &InvoiceRow, line: &LineRow) -> Option<LineView> {
    let input: LineInput = serde_json::from_str(&line.input).ok()?;
    let money = |minor| Money::new(minor, invoice.currency);
    Some(shown(&input, money(line.net), money(line.tax), &line.formula))
}

fn view(row: &InvoiceRow, lines: Option<&[LineRow]>) -> InvoiceView {
    let money = |minor| MoneyView::from(Money::new(minor, row.currency));
    InvoiceView {
        id: row.id.to_string(),
        number: row.number.clone(),
        status: row.status.as_str(),
        subscription: row.subscription_id.to_string(),
        net: money(row.net),
        tax: money(row.tax),
        total: money(row.total),
        paid: money(row.paid),
        credited: money(row.credited),
        issued_on: row.issued_on.map(|day| day.to_string()),
        due_on: row.due_on.map(|day| day.to_string()),
        period_start: row.period_start.to_string(),
        period_end: row.period_end.to_string(),
        lines: lines.map(|lines| lines.iter().filter_map(|line| stored(row, line)).collect()),
        corrections: None,
    }
}

async fn list(call: Call<Holder>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (before, window) = query.open::<Id<Invoice>>(&call.env.keys, "list_invoices")?;
    let rows = call
        .read(move |conn, context| actions::list(conn, &context.actor.account, before.as_ref(), window.rows()))
        .await?;
    let (rows, next) = window.cut(&call.env.keys, rows, |last| last.id.clone());
    let page = List { data: rows.iter().map(|row| view(row, None)).collect(), next };
    Ok(reply::list("/v1/invoices", window.limit, &page))
}

async fn get(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id: Id<Invoice> = path.parse().map_err(|_| InvoicesError::NotFound)?;
    let (row, lines, asked) = call
        .read::<_, InvoicesError, _>(move |conn, context| {
            let account = &context.actor.account;
            let (row, lines) = actions::find(conn, account, &id)?;
            Ok((row, lines, corrections::of_invoice(conn, &context.env, (account, &id))?))
        })
        .await?;
    let corrections = Some(asked.into_iter().map(CorrectionView::beside).collect());
    Ok(reply::json(200, &InvoiceView { corrections, ..view(&row, Some(&lines)) }))
}

/// The operations.
#[must_use]
pub fn routes() -> Vec<Operation> {
    vec![
        Operation::new("list_invoices", Method::GET, "/v1/invoices", || web::get().to(list))
            .summary("The account's invoices, newest first")
            .access(Access::Holder)
            .query(PageQuery::DOCUMENTED)
            .reply::<List<InvoiceView>>(200),
        Operation::new("get_invoice", Method::GET, "/v1/invoices/{id}", || web::get().to(get))
            .summary("One invoice with its lines")
            .access(Access::Holder)
            .reply::<InvoiceView>(200),
    ]
}
