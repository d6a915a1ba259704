//! `/billing/invoices/{id}/correction`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde_json::Map;

use super::actions;
use super::views::InvoiceCorrection;
use crate::accounts::author::Author;
use crate::accounts::corrections::actions::{Ask, Correction};
use crate::accounts::corrections::error::CorrectionError;
use crate::accounts::corrections::{form, words};
use crate::accounts::reader::Reader;
use crate::identity::actors::Holder;
use crate::kernel::ids::{Id, Invoice};
use crate::platform::web::call::Call;
use crate::platform::web::page::{Badge, Page, Section};
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/billing/invoices/{id}/correction";

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, PATH, Access::Holder, || web::post().to(ask)),
    ]
}

async fn show(call: Call<Holder>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (page, rows) = frame(&call, &path).await?;
    reply::page(&InvoiceCorrection { page, id: path.into_inner(), rows, form: form::draw(&[], &form::PRINTED) })
}

async fn frame(call: &Call<Holder>, path: &str) -> Result<(Page, Vec<(String, Badge, String)>), Problem> {
    let path = path.to_owned();
    let (reader, asked) = call
        .read::<_, CorrectionError, _>(move |conn, context| {
            let (id, account): (Id<Invoice>, _) =
                (path.parse().map_err(|_| CorrectionError::NotFound)?, &context.actor.account);
            actions::printed(conn, account, &id)?;
            let asked = actions::of_invoice(conn, &context.env, (account, &id))?;
            Ok((Reader::find(conn, context)?, asked))
        })
        .await?;
    let page = reader.page(&call.env, &call.claim, "Correct an invoice", Section::Billing);
    Ok((page, asked.into_iter().map(row).collect()))
}

fn row(asked: Correction) -> (String, Badge, String) {
    (words::subject(&asked.subject), words::state(asked.state), asked.reason.unwrap_or_default())
}

async fn ask(
    call: Call<Holder>,
    path: web::Path<String>,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let wanted = if let Ask::Profile(wanted) = form::wish(&pairs) { wanted } else { Map::new() };
    let (evidence, id) = (form::given(&pairs, "evidence").to_owned(), path.into_inner());
    let text = id.clone();
    let asked = call
        .write::<_, CorrectionError, _>(move |conn, context| {
            let id: Id<Invoice> = text.parse().map_err(|_| CorrectionError::NotFound)?;
            let author = Author::holder(&context.actor, context.info.ip);
            actions::ask(conn, &context.env, &author, (&id, &wanted, &evidence))
        })
        .await;
    match asked {
        Ok(_) => Ok(reply::see_other("/account/corrections?done=asked")),
        Err(problem) if [409, 422].contains(&problem.code.status) => {
            let (page, rows) = frame(&call, &id).await?;
            let (page, form) = (page.errors(form::complaints(&problem)), form::draw(&pairs, &form::PRINTED));
            reply::page_with(problem.code.status, &InvoiceCorrection { page, id, rows, form })
        }
        Err(problem) => Err(problem),
    }
}
