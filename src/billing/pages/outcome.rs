//! `/billing/subscriptions/{id}`: what became of an order or a payment, and the way out where it failed; and the
//! buttons that cancel a subscription or take that back.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{Button, framed, words};
use crate::accounts::reader::Reader;
use crate::billing::catalog::actions as catalog;
use crate::billing::invoices::model::Status as InvoiceStatus;
use crate::billing::invoices::{InvoiceRow, actions as invoices};
use crate::billing::payments::actions::{self as payments, PaymentView};
use crate::billing::payments::methods::{MethodRow, actions as methods};
use crate::billing::subscriptions::error::SubscriptionsError;
use crate::billing::subscriptions::model::{Event, INCOMPLETE_LIFETIME, Status};
use crate::billing::subscriptions::{SubscriptionRow, actions as subscriptions};
use crate::billing::views::{Outcome, OutcomeState};
use crate::db::DbConnection;
use crate::identity::actors::Holder;
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, Subscription};
use crate::platform::web::call::{Call, Context};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// How often the page looks by itself before it is shown as pending, so that most people never see that.
const LOOKS: u32 = 20;
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// Seconds after which a pending page asks again.
const REFRESH: HeaderValue = HeaderValue::from_static("5");

pub(super) fn routes() -> Vec<PageRoute> {
    let holder = Access::Holder;
    vec![
        PageRoute::new(Method::GET, "/billing/subscriptions/{id}", holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/billing/subscriptions/{id}/cancel", holder, || web::post().to(cancel))
            .needs(Deed::Lessen),
        PageRoute::new(Method::POST, "/billing/subscriptions/{id}/uncancel", holder, || web::post().to(uncancel))
            .needs(Deed::Order),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    done: String,
}

/// How a subscription and its latest invoice stand.
struct Seen {
    reader: Reader,
    row: SubscriptionRow,
    terms: String,
    invoice: Option<InvoiceRow>,
    payment: Option<PaymentView>,
    cards: Vec<MethodRow>,
}

fn look(conn: &mut DbConnection, context: &Context<Holder>, id: &Id<Subscription>) -> Result<Seen, SubscriptionsError> {
    let holder = &context.actor;
    let row = subscriptions::find(conn, &holder.account, id)?;
    let (plan, _) = catalog::find_price(conn, &row.price_id)?.ok_or(SubscriptionsError::PriceUnknown)?;
    let invoice = invoices::latest(conn, id)?;
    let payment = match &invoice {
        Some(invoice) => Some(payments::view(conn, &invoice.id)?),
        None => None,
    };
    let reader = Reader::find(conn, context)?;
    Ok(Seen {
        terms: words::plan_terms(&plan, row.quantity.into(), row.period, reader.dates.lang),
        reader,
        row,
        invoice,
        payment,
        cards: methods::list(conn, &holder.account)?,
    })
}

impl Seen {
    /// What to tell; `None` once there is nothing to wait for or to pay.
    fn state(&self, dates: Dates) -> Option<OutcomeState> {
        let open = self.invoice.as_ref().filter(|invoice| invoice.status == InvoiceStatus::Final);
        if open.is_none() || self.row.status.is_ended() || self.row.is_ending {
            let active = self.row.status == Status::Active && !self.row.cancels_at_period_end;
            return active.then(|| OutcomeState::Active { renews: dates.day(self.row.period_end) });
        }
        let until = match self.row.status {
            Status::Incomplete => dates.moment(self.row.created_at + INCOMPLETE_LIFETIME),
            _ => dates.moment(self.row.period_end),
        };
        let payment = self.payment.as_ref()?;
        let failed = |reason: &str| OutcomeState::Failed {
            reason: reason.to_owned(),
            cards: self.cards.iter().map(words::card_choice).collect(),
            until: until.clone(),
        };
        Some(match (payment.status, &payment.redirect_url) {
            ("requires_action", Some(_)) => OutcomeState::Authentication { until },
            ("requires_action", None) => failed("The bank wanted to see that it is you, and did not."),
            ("failed", _) => failed(words::refusal(payment.error.as_deref())),
            // A renewal that found no card to charge.
            ("none", _) if self.row.status == Status::PastDue => failed("There was no card to charge."),
            _ => OutcomeState::Pending,
        })
    }
}

async fn show(call: Call<Holder>, path: web::Path<String>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let id: Id<Subscription> = path.parse().map_err(|_| SubscriptionsError::NotFound)?;
    let mut looks = 0;
    let (seen, state) = loop {
        let wanted = id.clone();
        let seen = call.read::<_, SubscriptionsError, _>(move |conn, context| look(conn, context, &wanted)).await?;
        let state = seen.state(seen.reader.dates);
        looks += 1;
        if state != Some(OutcomeState::Pending) || looks == LOOKS {
            break (seen, state);
        }
        tokio::time::sleep(PAUSE).await;
    };
    let Some(state) = state else { return Ok(reply::see_other("/billing")) };
    let title = match state {
        OutcomeState::Active { .. } => "Your plan is active",
        OutcomeState::Pending => "Payment under way",
        OutcomeState::Failed { .. } => "The payment did not go through",
        OutcomeState::Authentication { .. } => "Confirm the payment",
    };
    let is_pending = state == OutcomeState::Pending;
    let view = Outcome {
        page: framed(&call, &seen.reader, title, &query.0.done),
        terms: seen.terms,
        state,
        invoice: seen.invoice.as_ref().map(|invoice| words::invoice_row(invoice, seen.reader.dates)),
    };
    let mut response = reply::page(&view)?;
    if is_pending {
        response.headers_mut().insert(HeaderName::from_static("refresh"), REFRESH);
    }
    Ok(response)
}

/// Cancels in the way that costs nobody anything: a running period is kept to its end, what is not paid ends at once.
async fn cancel(call: Call<Holder>, path: web::Path<String>, _: Posted<Button>) -> Result<HttpResponse, Problem> {
    change(call, &path, "canceled", |status| match status {
        Status::Active => Event::CancelAtPeriodEnd,
        _ => Event::CancelNow,
    })
    .await
}

async fn uncancel(call: Call<Holder>, path: web::Path<String>, _: Posted<Button>) -> Result<HttpResponse, Problem> {
    change(call, &path, "kept", |_| Event::Uncancel).await
}

async fn change(call: Call<Holder>, id: &str, done: &str, event: fn(Status) -> Event) -> Result<HttpResponse, Problem> {
    let id: Id<Subscription> = id.parse().map_err(|_| SubscriptionsError::NotFound)?;
    call.write::<_, SubscriptionsError, _>(move |conn, context| {
        let account = &context.actor.account;
        let row = subscriptions::find(conn, account, &id)?;
        subscriptions::change(conn, &context.env, account, &id, event(row.status)).map(|_| ())
    })
    .await?;
    Ok(reply::see_other(&format!("/billing?done={done}")))
}
