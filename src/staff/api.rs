//! `/v1/staff/…`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Opened, Reviewed};
use super::corrections::{self, WaitingView};
use super::error::StaffError;
use super::freezing;
use super::query::LookQuery;
use super::store::Filter;
use super::words;
use crate::db::DbError;
use crate::identity::actors::{ReviewSubscriptions, Staff};
use crate::kernel::ids::{Id, Subscription};
use crate::kernel::money::Money;
use crate::kernel::permission::Permission;
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

const LIST: &str = "list_staff_subscriptions";
const REVIEW: Access = Access::Staff(Permission::ReviewSubscriptions);

/// A line of the review list: no personal data.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// `sub_…`
    id: String,
    /// `acct_…`
    account_id: String,
    /// `incomplete`, `active`, `past_due`, `canceled` or `expired`.
    status: String,
    /// Whether it ends with the current period.
    cancels_at_period_end: bool,
    /// The plan's code.
    plan: String,
    /// Agents.
    quantity: i32,
    /// `month` or `year`.
    interval: String,
    /// Net amount of a period.
    #[schema(value_type = Object)]
    amount: Option<Money>,
    /// When it renews; null when it does not.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_renewal: Option<Timestamp>,
    /// The newest invoice and how it stands.
    last_payment: Option<PaymentView>,
}

/// An invoice and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentView {
    /// `inv_…`
    invoice: String,
    /// Its number.
    number: Option<String>,
    /// `final`, `paid`, `void` or `uncollectible`.
    status: String,
    /// Total.
    #[schema(value_type = Object)]
    total: Option<Money>,
    /// When it was paid or voided.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
}

/// An account as the role sees it: name and billing data; no IM ids, no logs.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffAccountView {
    /// `acct_…`
    id: String,
    /// Name.
    name: String,
    /// E-mail address, masked unless the role may see contacts.
    email: String,
    /// Postal address, as invoices carry it.
    #[schema(value_type = Option<Object>)]
    address: Option<serde_json::Value>,
    /// Status of the account.
    status: String,
    /// Customer since.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Subscriptions, newest first.
    subscriptions: Vec<ReviewView>,
    /// Invoices, newest first.
    invoices: Vec<PaymentView>,
    /// Brand and last four digits of each card.
    cards: Vec<String>,
    /// What the holder says is wrong: open requests, and refused ones, which stay beside the value.
    contested: Vec<WaitingView>,
}

/// Filters and position of the review list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    status: Option<String>,
    plan: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new(LIST, Method::GET, "/v1/staff/subscriptions", || web::get().to(list))
            .summary("Subscriptions under review, newest first, by status and plan")
            .access(REVIEW)
            .query(&[
                ("status", "Of this status only"),
                ("plan", "Of the plan with this code only"),
                ("limit", "1 to 100, 25 by default"),
                ("cursor", "The `next` of the page before"),
            ])
            .reply::<List<ReviewView>>(200),
        Operation::new("get_staff_account", Method::GET, "/v1/staff/accounts/{id}", || web::get().to(open))
            .summary("An account's name and billing data; recorded with its purpose, which the holder can read")
            .access(REVIEW)
            .look()
            .query(&[
                ("purpose", "billing_question, payment_problem, dispute, fraud_check or data_request"),
                ("case", "Number of the case, if there is one"),
            ])
            .reply::<StaffAccountView>(200),
    ]
    .into_iter()
    .chain(freezing::operations())
    .chain(corrections::operations())
    .collect()
}

async fn list(call: Call<Staff<ReviewSubscriptions>>, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (before, window) = page.open::<Id<Subscription>>(&call.env.keys, LIST)?;
    let chosen = [("status", &query.status), ("plan", &query.plan)];
    let chosen: Vec<(&str, &String)> =
        chosen.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))).collect();
    let mut path = "/v1/staff/subscriptions".to_owned();
    if !chosen.is_empty() {
        path = format!("{path}?{}", serde_html_form::to_string(&chosen).unwrap_or_default());
    }
    let filter = Filter { status: query.status, plan: query.plan, account: None };
    let rows = call
        .read::<_, DbError, _>(move |conn, _| actions::review(conn, &filter, before.as_ref(), window.rows()))
        .await?;
    let (rows, next) = window.cut(&call.env.keys, rows, |(row, _)| row.id.clone());
    Ok(reply::list(&path, window.limit, &List { data: rows.iter().map(review_view).collect(), next }))
}

async fn open(
    call: Call<Staff<ReviewSubscriptions>>,
    path: web::Path<String>,
    query: Query<LookQuery>,
) -> Result<HttpResponse, Problem> {
    let look = query.0.at(&path)?;
    let opened = call
        .write::<_, StaffError, _>(move |conn, context| {
            actions::open_account(conn, &context.env, &context.actor.member, &look)
        })
        .await?;
    Ok(reply::json(200, &account_view(opened)))
}

fn review_view((row, invoice): &Reviewed) -> ReviewView {
    ReviewView {
        id: row.id.to_string(),
        account_id: row.account_id.to_string(),
        status: row.status.clone(),
        cancels_at_period_end: row.cancels_at_period_end,
        plan: row.plan_code.clone(),
        quantity: row.quantity,
        interval: row.period.clone(),
        amount: words::amount(row),
        next_renewal: words::next_renewal(row),
        last_payment: invoice.as_ref().map(payment_view),
    }
}

fn payment_view(invoice: &super::store::InvoiceLine) -> PaymentView {
    PaymentView {
        invoice: invoice.id.to_string(),
        number: invoice.number.clone(),
        status: invoice.status.clone(),
        total: words::total(invoice),
        settled_at: invoice.settled_at,
    }
}

fn account_view(opened: Opened) -> StaffAccountView {
    let Opened { person, email, subscriptions, invoices, cards, contested } = opened;
    StaffAccountView {
        id: person.id.to_string(),
        name: person.name.into_revealed(),
        email,
        address: person.address.and_then(|address| serde_json::from_str(address.reveal()).ok()),
        status: person.status,
        created_at: person.created_at,
        subscriptions: subscriptions.iter().map(review_view).collect(),
        invoices: invoices.iter().map(payment_view).collect(),
        cards: cards.iter().map(|(brand, last4, _, _)| format!("{brand} {last4}")).collect(),
        contested: contested.into_iter().map(WaitingView::from).collect(),
    }
}
