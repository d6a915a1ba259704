//! `/billing`: what the holder has, the cards, the invoices.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{framed, words};
use crate::accounts::reader::Reader;
use crate::billing::catalog::actions as catalog;
use crate::billing::catalog::model::{Plan, Price};
use crate::billing::invoices::actions as invoices;
use crate::billing::payments::methods::actions as methods;
use crate::billing::subscriptions::SubscriptionRow;
use crate::billing::subscriptions::actions as subscriptions;
use crate::billing::subscriptions::model::{INCOMPLETE_LIFETIME, Status};
use crate::billing::views::{Overview, SubscriptionSummary};
use crate::db::{DbConnection, DbError};
use crate::identity::actors::Holder;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{Account, Id, Invoice};
use crate::platform::web::call::Call;
use crate::platform::web::cursor::Window;
use crate::platform::web::page::Paging;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::Link;

const LIST: &str = "page_invoices";
/// Invoices on a page.
const INVOICES: usize = 12;
/// Subscriptions shown, the latest ones.
const SUBSCRIPTIONS: i64 = 10;

pub(super) fn routes() -> Vec<PageRoute> {
    vec![PageRoute::new(Method::GET, "/billing", Access::Holder, || web::get().to(show))]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    done: String,
    after: Option<String>,
}

/// A subscription with what it is for.
type Held = (SubscriptionRow, Plan, Price);

/// The subscriptions of an account, current ones first.
pub(super) fn held(conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<Held>, DbError> {
    let mut all = Vec::new();
    for row in subscriptions::list(conn, account, None, SUBSCRIPTIONS)? {
        let (plan, price) = catalog::find_price(conn, &row.price_id)?.ok_or(DbError::NotFound)?;
        all.push((row, plan, price));
    }
    all.sort_by_key(|(row, ..)| row.status.is_ended());
    Ok(all)
}

async fn show(call: Call<Holder>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let (before, window) = Window::open::<Id<Invoice>>(&call.env.keys, LIST, query.0.after.as_deref(), INVOICES)?;
    let (reader, held, cards, issued) = call
        .read::<_, DbError, _>(move |conn, context| {
            let account = &context.actor.account;
            let issued = invoices::list(conn, account, before.as_ref(), window.rows())?;
            Ok((Reader::find(conn, context)?, held(conn, account)?, methods::list(conn, account)?, issued))
        })
        .await?;
    let (issued, next) = window.cut(&call.env.keys, issued, |last| last.id.clone());
    let is_taxed = call.env.settings.seller.tax_rate_bp > 0;
    let view = Overview {
        page: framed(&call, &reader, "Billing", &query.0.done),
        can_choose: held.iter().all(|(row, ..)| row.status.is_ended()),
        subscriptions: held.iter().map(|held| summary(held, reader.dates, is_taxed)).collect(),
        cards: cards.iter().map(|row| words::card(row, call.env.now())).collect(),
        invoices: issued.iter().map(|row| words::invoice_row(row, reader.dates)).collect(),
        paging: Paging {
            first: query.0.after.map(|_| "/billing#invoices".to_owned()),
            next: next.map(|next| format!("/billing?after={next}#invoices")),
        },
    };
    reply::page(&view)
}

fn summary((row, plan, price): &Held, dates: Dates, is_taxed: bool) -> SubscriptionSummary {
    let pay = |label: &str| Some(Link { href: format!("/billing/subscriptions/{}", row.id), label: label.to_owned() });
    let waits = row.status == Status::Incomplete && !row.is_ending;
    let (action, cancel) = match row.status {
        Status::Incomplete if waits => {
            (pay("Finish the payment"), Some("The order is called off. Nothing is charged.".to_owned()))
        }
        Status::PastDue => {
            let effect = "It ends at once, and what is not paid of this period is no longer asked for.";
            (pay("Pay what is due"), Some(effect.to_owned()))
        }
        Status::Active if !row.cancels_at_period_end => (
            None,
            Some(format!("You keep it until {}; then it ends without another charge.", dates.day(row.period_end))),
        ),
        _ => (None, None),
    };
    SubscriptionSummary {
        id: row.id.to_string(),
        plan: plan.name.clone(),
        terms: words::terms(row.quantity.into(), row.period, dates.lang),
        status: words::subscription_status(row.state()),
        next: next(row, price, dates, is_taxed),
        action,
        cancel,
        can_uncancel: row.status == Status::Active && row.cancels_at_period_end,
    }
}

/// What happens next, in a sentence.
fn next(row: &SubscriptionRow, price: &Price, dates: Dates, is_taxed: bool) -> String {
    let (end, ended) = (dates.day(row.period_end), row.ended_at.map(|at| dates.day(at)).unwrap_or_default());
    match row.status {
        Status::Incomplete if row.is_ending => "The order is being called off.".to_owned(),
        Status::Incomplete => {
            format!(
                "Begins with its first payment, which can be made until {}.",
                dates.moment(row.created_at + INCOMPLETE_LIFETIME)
            )
        }
        Status::Active if row.cancels_at_period_end => format!("Ends on {end}. Nothing more is charged."),
        Status::Active if price.is_free() => format!("Goes on by itself on {end}. Nothing is charged."),
        Status::Active => match price.per_seat.times(row.quantity.into()) {
            Ok(net) if is_taxed => format!("Renews on {end} for {} before tax.", net.written(dates.lang)),
            Ok(net) => format!("Renews on {end} for {}.", net.written(dates.lang)),
            Err(_) => format!("Renews on {end}."),
        },
        Status::PastDue => format!("The payment for the period until {end} has not arrived."),
        Status::Canceled => format!("Ended on {ended}."),
        Status::Expired => "The first payment did not come in time. Nothing was charged.".to_owned(),
    }
}
