//! `GET /v1/plans`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::model::{Plan, Price};
use crate::billing::wire::MoneyView;
use crate::identity::actors::Visitor;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{List, Operation};
use crate::platform::web::reply;

/// A plan.
#[derive(Debug, Serialize, ToSchema)]
struct PlanView {
    /// `plan_…`
    id: String,
    /// Stable short name.
    code: String,
    /// Name for people.
    name: String,
    /// One sentence.
    description: String,
    /// What it can be taken for.
    prices: Vec<PriceView>,
}

/// A price: so much per agent seat and interval.
#[derive(Debug, Serialize, ToSchema)]
struct PriceView {
    /// `price_…`
    id: String,
    /// `month` or `year`.
    interval: &'static str,
    /// For one seat and one period, without tax.
    per_seat: MoneyView,
    /// The most seats.
    largest_quantity: u32,
}

fn view((plan, prices): (Plan, Vec<Price>)) -> PlanView {
    let price = |price: Price| PriceView {
        id: price.id.to_string(),
        interval: price.interval.as_str(),
        per_seat: price.per_seat.into(),
        largest_quantity: price.largest_quantity,
    };
    PlanView {
        id: plan.id.to_string(),
        code: plan.code,
        name: plan.name,
        description: plan.description,
        prices: prices.into_iter().map(price).collect(),
    }
}

async fn list(call: Call<Visitor>) -> Result<HttpResponse, Problem> {
    let plans = call.read(|conn, _| actions::list(conn)).await?;
    Ok(reply::json(200, &List { data: plans.into_iter().map(view).collect(), next: None }))
}

/// The operations.
#[must_use]
pub fn routes() -> Vec<Operation> {
    vec![
        Operation::new("list_plans", Method::GET, "/v1/plans", || web::get().to(list))
            .summary("Plans with their prices")
            .reply::<List<PlanView>>(200),
    ]
}
