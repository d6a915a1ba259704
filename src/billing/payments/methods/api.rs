//! `/v1/payment-methods`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions;
use super::error::MethodError;
use super::store::{self, MethodRow};
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, List, Operation};
use crate::platform::web::reply;

/// A card, as far as anybody here knows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentMethodView {
    /// `pm_…`
    id: String,
    /// `visa` …
    brand: String,
    /// Last four digits.
    last4: String,
    /// Month of expiry, 1 to 12.
    expiry_month: i32,
    /// Year of expiry.
    expiry_year: i32,
    /// Whether renewals are charged to it.
    is_default: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: crate::kernel::time::Timestamp,
}

impl From<MethodRow> for PaymentMethodView {
    fn from(row: MethodRow) -> Self {
        Self {
            id: row.id.to_string(),
            brand: row.brand,
            last4: row.last4,
            expiry_month: row.expiry_month,
            expiry_year: row.expiry_year,
            is_default: row.is_default,
            created_at: row.created_at,
        }
    }
}

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("list_payment_methods", Method::GET, "/v1/payment-methods", || web::get().to(list))
            .summary("Your cards: brand, last four digits and expiry, which is all that is stored")
            .access(Access::Holder)
            .reply::<List<PaymentMethodView>>(200),
        Operation::new("delete_payment_method", Method::DELETE, "/v1/payment-methods/{id}", || {
            web::delete().to(remove)
        })
        .summary("Removes a card, here and at the processor")
        .access(Access::Holder)
        .needs(Deed::Lessen)
        .audit("payment_method.removed")
        .empty(204),
        Operation::new("set_default_payment_method", Method::POST, "/v1/payment-methods/{id}/default", || {
            web::post().to(make_default)
        })
        .summary("Makes a card the one that renewals are charged to")
        .access(Access::Holder)
        .needs(Deed::Pay)
        .audit("payment_method.default_changed")
        .reply::<PaymentMethodView>(200)
        .shows_stored(),
    ]
}

async fn list(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let rows = call.read::<_, MethodError, _>(|conn, context| Ok(store::list(conn, &context.actor.account)?)).await?;
    let data = rows.into_iter().map(PaymentMethodView::from).collect();
    Ok(reply::json(200, &List { data, next: None }))
}

async fn remove(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = actions::parse_id(&path)?;
    call.write::<_, MethodError, _>(move |conn, context| {
        actions::remove(conn, &context.env, &context.actor.account, &id)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn make_default(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = actions::parse_id(&path)?;
    let (row, may_read) = call
        .write::<_, MethodError, _>(move |conn, context| {
            let row = actions::make_default(conn, &context.env, &context.actor.account, &id)?;
            Ok((row, context.actor.session.may_read))
        })
        .await?;
    if !may_read {
        return Ok(reply::unread(None));
    }
    Ok(reply::json(200, &PaymentMethodView::from(row)))
}
