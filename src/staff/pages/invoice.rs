//! `/staff/invoices/{id}`: a customer's invoice as the customer sees it; the look has a purpose and is recorded.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::actions;
use super::super::error::StaffError;
use super::super::query::LookQuery;
use super::{REVIEW, gate};
use crate::billing::invoices::error::InvoicesError;
use crate::billing::pages::{annotations, document};
use crate::identity::actors::{ReviewSubscriptions, Staff};
use crate::identity::frame;
use crate::kernel::ids::{Id, Invoice};
use crate::platform::web::call::Call;
use crate::platform::web::page::Section;
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::PageRoute;
use crate::platform::web::reply;

pub(super) fn routes() -> Vec<PageRoute> {
    vec![PageRoute::new(Method::GET, "/staff/invoices/{id}", REVIEW, || web::get().to(open))]
}

async fn open(
    call: Call<Staff<ReviewSubscriptions>>,
    path: web::Path<String>,
    query: Query<LookQuery>,
) -> Result<HttpResponse, Problem> {
    let page = query.0.asked(frame::page(&call, "Invoice", Section::StaffSubscriptions).await?);
    let dates = page.dates;
    let (purpose, case) = query.0.reason();
    let id: Id<Invoice> = path.parse().map_err(|_| InvoicesError::NotFound)?;
    if purpose.is_none() {
        return gate(page, ("invoices", &path));
    }
    let (found, asked) = call
        .write::<_, StaffError, _>(move |conn, context| {
            let why = (&id, purpose, case.clone());
            actions::open_invoice(conn, &context.env, &context.actor.member, why)
        })
        .await?;
    let mut view = document(&call.env, page, &found, dates);
    view.corrections = annotations(&asked, dates.lang);
    reply::page(&view)
}
