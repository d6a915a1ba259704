//! `/v1/subscriptions`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, Subscribe};
use super::error::SubscriptionsError;
use super::model::Event;
use super::ordering;
use super::quotes::{self, Order};
use super::store::SubscriptionRow;
use crate::billing::invoices::api::{LineView, line_of};
use crate::billing::payments::actions::PaymentView;
use crate::billing::payments::outcome::NextActionView;
use crate::billing::wire::MoneyView;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Subscription};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::cursor::PageQuery;
use crate::platform::web::json::Json;
use crate::platform::web::once::{self, Asked, IdempotencyKey, Turn};
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Idempotency, List, Operation};
use crate::platform::web::reply;

/// What is to be ordered.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscribeBody {
    /// `price_…`
    price: String,
    /// How many seats.
    quantity: u32,
    /// `quote_…` of the preview agreed to.
    #[serde(default)]
    quote: Option<String>,
    /// `pm_…`; the default card if absent.
    #[serde(default)]
    payment_method: Option<String>,
}

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionView {
    /// `sub_…`
    id: String,
    /// `incomplete`, `active`, `past_due`, `canceled` or `expired`.
    status: &'static str,
    /// `plan_…`
    plan: String,
    /// `price_…`
    price: String,
    /// How many seats.
    quantity: i32,
    /// ISO 4217 code.
    currency: &'static str,
    /// `month` or `year`.
    interval: &'static str,
    /// First instant of the period under way.
    period_start: String,
    /// First instant after it; the next renewal unless it ends then.
    period_end: String,
    /// Whether it ends with the period.
    cancels_at_period_end: bool,
    /// When it was made.
    created_at: String,
    /// When it ended.
    ended_at: Option<String>,
    /// The first or latest payment; only right after an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentView>,
    /// What the holder has to do to pay; only right after an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action: Option<NextActionView>,
    /// `inv_…` of the first invoice; only right after an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice: Option<String>,
}

/// A binding preview.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewView {
    /// `quote_…`
    quote: String,
    /// Until when it binds.
    expires_at: String,
    /// What the first invoice will hold.
    lines: Vec<LineView>,
    /// Without tax.
    net: MoneyView,
    /// Tax.
    tax: MoneyView,
    /// What it comes to.
    total: MoneyView,
    /// What is charged at once.
    due_now: MoneyView,
    /// When it renews.
    next_renewal: String,
    /// What each renewal comes to.
    next_total: MoneyView,
}

/// How to cancel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CancelBody {
    /// `now` or `period_end`.
    when: When,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum When {
    Now,
    PeriodEnd,
}

fn view(row: &SubscriptionRow) -> SubscriptionView {
    SubscriptionView {
        id: row.id.to_string(),
        status: row.status.as_str(),
        plan: row.plan_id.to_string(),
        price: row.price_id.to_string(),
        quantity: row.quantity,
        currency: row.currency.code(),
        interval: row.period.as_str(),
        period_start: row.period_start.to_string(),
        period_end: row.period_end.to_string(),
        cancels_at_period_end: row.cancels_at_period_end,
        created_at: row.created_at.to_string(),
        ended_at: row.ended_at.map(|at: Timestamp| at.to_string()),
        payment: None,
        next_action: None,
        invoice: None,
    }
}

impl SubscribeBody {
    fn order(&self) -> Result<Order, SubscriptionsError> {
        let price = self.price.parse().map_err(|_| SubscriptionsError::PriceUnknown)?;
        Ok(Order { price, quantity: self.quantity })
    }

    fn command(&self) -> Result<Subscribe, SubscriptionsError> {
        let quote = self.quote.as_deref().map(str::parse).transpose().map_err(|_| SubscriptionsError::QuoteStale)?;
        let method = self.payment_method.as_deref().map(str::parse).transpose();
        Ok(Subscribe {
            order: self.order()?,
            quote,
            payment_method: method.map_err(|_| SubscriptionsError::PaymentMethodRequired)?,
        })
    }
}

async fn preview(call: Call<Holder>, body: Json<SubscribeBody>) -> Result<HttpResponse, Problem> {
    let order = body.0.order()?;
    let (quote, offer) =
        call.write(move |conn, context| quotes::preview(conn, &context.env, &context.actor.account, &order)).await?;
    let total = offer.calculation.total;
    let answer = PreviewView {
        quote: quote.id.to_string(),
        expires_at: quote.expires_at.to_string(),
        lines: offer.calculation.lines.iter().map(line_of).collect(),
        net: offer.calculation.net.into(),
        tax: offer.calculation.tax.into(),
        total: total.into(),
        due_now: total.into(),
        next_renewal: offer.period.end.to_string(),
        next_total: total.into(),
    };
    Ok(reply::json(200, &answer))
}

async fn create(call: Call<Holder>, key: IdempotencyKey, body: Json<SubscribeBody>) -> Result<HttpResponse, Problem> {
    let command = body.0.command()?;
    let asked = Asked::new(key.required()?, "create_subscription", &body.0)?;
    let (claim, bound) = match once::begin(&call, Holder::actor, asked).await? {
        Turn::Act { claim, bound } => (claim, bound),
        Turn::Answered(answer) => return Ok(once::replay(answer)),
    };
    let ordered = ordering::order(&call, command, &claim, bound).await?;
    let mut answer = view(&ordered.subscription);
    answer.invoice = Some(ordered.invoice.to_string());
    answer.next_action = NextActionView::of(&ordered.payment);
    answer.payment = Some(ordered.payment);
    once::finish(&call.env, &claim, 201, &answer).await
}

async fn list(call: Call<Holder>, Query(query): Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let (before, window) = query.open::<Id<Subscription>>(&call.env.keys, "list_subscriptions")?;
    let rows = call
        .read(move |conn, context| -> Result<_, DbError> {
            super::store::list(conn, &context.actor.account, before.as_ref(), window.rows())
        })
        .await?;
    let (rows, next) = window.cut(&call.env.keys, rows, |last| last.id.clone());
    let page = List { data: rows.iter().map(view).collect(), next };
    Ok(reply::list("/v1/subscriptions", window.limit, &page))
}

fn id_of(text: &str) -> Result<Id<Subscription>, SubscriptionsError> {
    text.parse().map_err(|_| SubscriptionsError::NotFound)
}

async fn get(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let row = call.read(move |conn, context| actions::find(conn, &context.actor.account, &id)).await?;
    Ok(reply::json(200, &view(&row)))
}

async fn change(call: Call<Holder>, id: Id<Subscription>, event: Event) -> Result<HttpResponse, Problem> {
    let (row, may_read) = call
        .write(move |conn, context| {
            let row = actions::change(conn, &context.env, &context.actor.account, &id, event)?;
            Ok::<_, SubscriptionsError>((row, context.actor.session.may_read))
        })
        .await?;
    if !may_read {
        return Ok(reply::unread(None));
    }
    Ok(reply::json(200, &view(&row)))
}

async fn cancel(call: Call<Holder>, path: web::Path<String>, body: Json<CancelBody>) -> Result<HttpResponse, Problem> {
    let event = match body.0.when {
        When::Now => Event::CancelNow,
        When::PeriodEnd => Event::CancelAtPeriodEnd,
    };
    let id = id_of(&path)?;
    change(call, id, event).await
}

async fn uncancel(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    change(call, id, Event::Uncancel).await
}

/// The operations.
#[must_use]
pub fn routes() -> Vec<Operation> {
    vec![
        Operation::new("preview_subscription", Method::POST, "/v1/subscriptions/preview", || web::post().to(preview))
            .summary("What a subscription would cost; binds for 15 minutes")
            .access(Access::Holder)
            .needs(Deed::Order)
            .json::<SubscribeBody>()
            .reply::<PreviewView>(200),
        Operation::new("create_subscription", Method::POST, "/v1/subscriptions", || web::post().to(create))
            .summary("Start a subscription and pay its first invoice")
            .access(Access::Holder)
            .needs(Deed::Order)
            .audit("subscription.create")
            .idempotency(Idempotency::Required)
            .json::<SubscribeBody>()
            .reply::<SubscriptionView>(201),
        Operation::new("list_subscriptions", Method::GET, "/v1/subscriptions", || web::get().to(list))
            .summary("The account's subscriptions, newest first")
            .access(Access::Holder)
            .query(PageQuery::DOCUMENTED)
            .reply::<List<SubscriptionView>>(200),
        Operation::new("get_subscription", Method::GET, "/v1/subscriptions/{id}", || web::get().to(get))
            .summary("One subscription")
            .access(Access::Holder)
            .reply::<SubscriptionView>(200),
        Operation::new("cancel_subscription", Method::POST, "/v1/subscriptions/{id}/cancel", || web::post().to(cancel))
            .summary("End a subscription now or with its period")
            .access(Access::Holder)
            .needs(Deed::Lessen)
            .audit("subscription.cancel")
            .json::<CancelBody>()
            .reply::<SubscriptionView>(200)
            .shows_stored(),
        Operation::new("uncancel_subscription", Method::POST, "/v1/subscriptions/{id}/uncancel", || {
            web::post().to(uncancel)
        })
        .summary("Take back the end with the period")
        .access(Access::Holder)
        .needs(Deed::Order)
        .audit("subscription.uncancel")
        .reply::<SubscriptionView>(200)
        .shows_stored(),
    ]
}
