//! `/billing/subscribe`: the choice, the binding preview, the order. The quote makes an order single: sent twice, it
//! leads to the same subscription.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::choice::{Chosen, form};
use super::overview::held;
use super::{framed, words};
use crate::accounts::reader::Reader;
use crate::billing::catalog::actions as catalog;
use crate::billing::payments::methods::{MethodRow, actions as methods};
use crate::billing::subscriptions::actions as subscriptions;
use crate::billing::subscriptions::error::{PAYMENT_METHOD_REQUIRED, QUOTE_STALE, SubscriptionsError};
use crate::billing::subscriptions::quotes::{self, LIFETIME, Offer, Order};
use crate::billing::views::{Preview, Totals};
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{self, Id, PaymentMethod, Quote};
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Page, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn routes() -> Vec<PageRoute> {
    let holder = Access::Holder;
    vec![
        PageRoute::new(Method::GET, "/billing/subscribe", holder, || web::get().to(choose)).needs(Deed::Order),
        PageRoute::new(Method::POST, "/billing/preview", holder, || web::post().to(preview)).needs(Deed::Order),
        PageRoute::new(Method::POST, "/billing/subscribe", holder, || web::post().to(subscribe)).needs(Deed::Order),
    ]
}

async fn choose(call: Call<Holder>, query: Query<Chosen>) -> Result<HttpResponse, Problem> {
    let (reader, plans, current) = call
        .read::<_, DbError, _>(|conn, context| {
            let held = held(conn, &context.actor.account)?;
            let current = held.into_iter().find(|(row, ..)| !row.status.is_ended()).map(|(_, plan, _)| plan.name);
            Ok((Reader::find(conn, context)?, catalog::list(conn)?, current))
        })
        .await?;
    let mut page = framed(&call, &reader, "Choose a plan", &query.0.done);
    if let Some(current) = current.filter(|_| page.notice.is_none()) {
        page = page.notice(Tone::Info, format!("You have {current} already. A further plan is billed beside it."));
    }
    reply::page(&form(page, &plans, query.0))
}

async fn preview(call: Call<Holder>, posted: Posted<Chosen>) -> Result<HttpResponse, Problem> {
    show_preview(&call, posted.0, None).await
}

/// The preview, or the form with what is wrong; `remark` stands on top.
async fn show_preview(call: &Call<Holder>, chosen: Chosen, remark: Option<&str>) -> Result<HttpResponse, Problem> {
    let (reader, plans, cards) = call
        .read::<_, DbError, _>(|conn, context| {
            let cards = methods::list(conn, &context.actor.account)?;
            Ok((Reader::find(conn, context)?, catalog::list(conn)?, cards))
        })
        .await?;
    let again = |errors: Errors, chosen: Chosen| {
        let page = framed(call, &reader, "Choose a plan", "").errors(errors);
        reply::page_with(422, &form(page, &plans, chosen))
    };
    let order = match chosen.order(&plans) {
        Ok(order) => order,
        Err(errors) => return again(errors, chosen),
    };
    let quoted = call
        .write::<_, SubscriptionsError, _>(move |conn, context| {
            quotes::preview(conn, &context.env, &context.actor.account, &order)
        })
        .await;
    let (quote, offer) = match quoted {
        Ok((quote, offer)) => (quote.id, offer),
        Err(problem) if problem.code.status == 422 => return again(Errors::of_problem(&problem), chosen),
        Err(problem) => return Err(problem),
    };
    let mut page = framed(call, &reader, "Before you agree", "");
    if let Some(remark) = remark {
        page = page.notice(Tone::Warn, remark);
    }
    reply::page(&drawn(page, call, &reader, (&quote, &offer), (&chosen, &cards)))
}

fn drawn(
    page: Page,
    call: &Call<Holder>,
    reader: &Reader,
    (quote, offer): (&Id<Quote>, &Offer),
    (chosen, cards): (&Chosen, &[MethodRow]),
) -> Preview {
    let (dates, sum) = (reader.dates, &offer.calculation);
    let taxes: Vec<_> = sum.taxes.iter().map(|tax| (tax.category.rate.clone(), tax.base, tax.tax)).collect();
    let (taxes, note) = words::taxes(&call.env.settings.seller.tax_name, &taxes, dates.lang);
    let change = chosen.address();
    let back: String = url::form_urlencoded::byte_serialize(change.as_bytes()).collect();
    let mut kept = vec![("price".to_owned(), offer.price.id.to_string())];
    for (name, value) in [
        ("plan", &chosen.plan),
        ("interval", &chosen.interval),
        ("currency", &chosen.currency),
        ("quantity", &chosen.quantity),
    ] {
        kept.push((name.to_owned(), value.clone()));
    }
    Preview {
        page,
        terms: words::plan_terms(&offer.plan, offer.quantity.into(), offer.price.interval, dates.lang),
        lines: sum.lines.iter().map(|line| words::line(&line.input, line.net, line.tax, dates)).collect(),
        totals: Totals { net: sum.net.written(dates.lang), taxes, total: sum.total.written(dates.lang), note },
        due_now: sum.total.written(dates.lang),
        next_renewal: dates.day(offer.period.end),
        next_amount: sum.total.written(dates.lang),
        // What binds is the quote, on the clock that business runs by; its reader counts minutes from now.
        binding_until: dates.moment(call.env.now() + LIFETIME),
        quote: quote.to_string(),
        kept,
        cards: cards.iter().map(words::card_choice).collect(),
        card: cards.first().map(|card| card.id.to_string()).unwrap_or_default(),
        needs_card: sum.total.is_positive(),
        add_card: format!("/billing/cards/new?next={back}"),
        change,
    }
}

/// The posted agreement: the quote, what it was made for, and the card.
#[derive(Deserialize)]
struct Agreed {
    #[serde(default)]
    quote: String,
    #[serde(default)]
    price: String,
    #[serde(default)]
    payment_method: String,
    #[serde(default)]
    plan: String,
    #[serde(default)]
    interval: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    quantity: String,
}

const STALE: &str = "The figures you saw no longer hold, so nothing was ordered. These are the new ones.";
const NO_CARD: &str = "The card is not there any more, so nothing was ordered. Choose another one.";

async fn subscribe(call: Call<Holder>, posted: Posted<Agreed>) -> Result<HttpResponse, Problem> {
    let Agreed { quote, price, payment_method, plan, interval, currency, quantity } = posted.0;
    let chosen = Chosen { plan, interval, currency, quantity, done: String::new() };
    let (quote, price) = (quote.parse::<Id<Quote>>().ok(), price.parse::<Id<ids::Price>>().ok());
    let seats = chosen.quantity.trim().parse::<u32>().ok();
    let (Some(quote), Some(price), Some(quantity)) = (quote, price, seats) else {
        return show_preview(&call, chosen, Some(STALE)).await;
    };
    let payment_method: Option<Id<PaymentMethod>> = payment_method.parse().ok();
    let command =
        subscriptions::Subscribe { order: Order { price, quantity }, quote: Some(quote.clone()), payment_method };
    let made = call
        .write(move |conn, context| {
            let account = &context.actor.account;
            match subscriptions::made_from(conn, account, &quote)? {
                Some(id) => Ok(id),
                None => subscriptions::subscribe(conn, &context.env, account, &command).map(|(row, _)| row.id),
            }
        })
        .await;
    match made {
        Ok(id) => Ok(reply::see_other(&format!("/billing/subscriptions/{id}"))),
        Err(problem) if problem.code.name == QUOTE_STALE.name => show_preview(&call, chosen, Some(STALE)).await,
        Err(problem) if problem.code.name == PAYMENT_METHOD_REQUIRED.name => {
            show_preview(&call, chosen, Some(NO_CARD)).await
        }
        Err(problem) => Err(problem),
    }
}
