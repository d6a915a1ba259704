//! `POST /v1/invoices/{id}/correction`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::actions;
use crate::accounts::api::PatchDocument;
use crate::accounts::author::Author;
use crate::accounts::corrections::actions::ASK;
use crate::accounts::corrections::api::CorrectionView;
use crate::accounts::corrections::error::CorrectionError;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Id, Invoice};
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("create_invoice_correction", Method::POST, "/v1/invoices/{id}/correction", || {
            web::post().to(create)
        })
        .summary(
            "Ask for another name or address on an invoice; staff decide within 30 days, the invoice stays as it is",
        )
        .access(Access::Holder)
        .audit(ASK)
        .json::<InvoiceCorrection>()
        .reply::<CorrectionView>(201),
    ]
}

/// What is wrong on the invoice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceCorrection {
    /// `name` or `address`, with the whole value that should stand there, as `PATCH /v1/account` takes it.
    #[schema(value_type = PatchDocument)]
    wanted: Map<String, Value>,
    /// Why it is so: 10 to 2000 characters.
    evidence: String,
}

async fn create(
    call: Call<Holder>,
    path: web::Path<String>,
    body: Json<InvoiceCorrection>,
) -> Result<HttpResponse, Problem> {
    let InvoiceCorrection { wanted, evidence } = body.0;
    let (asked, may_read) = call
        .write::<_, CorrectionError, _>(move |conn, context| {
            let id: Id<Invoice> = path.parse().map_err(|_| CorrectionError::NotFound)?;
            let author = Author::holder(&context.actor, context.info.ip);
            let asked = actions::ask(conn, &context.env, &author, (&id, &wanted, &evidence))?;
            Ok((asked, context.actor.session.may_read))
        })
        .await?;
    Ok(reply::json(201, &CorrectionView::asked(asked, may_read)))
}
