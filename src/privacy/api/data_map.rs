//! `GET /v1/data-map`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::registry::tables;
use crate::config::Settings;
use crate::env::Env;
use crate::kernel::field_registry::{Field, Table};
use crate::platform::trust::recipients;
use crate::platform::web::registry::{List, Operation};
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("list_data_map", Method::GET, "/v1/data-map", || web::get().to(handle))
        .summary("Every kind of personal data that is kept: why, how long, from where, for whom")
        .reply::<List<DataMapEntry>>(200)
}

/// A stored field about a person.
#[derive(Serialize, ToSchema)]
struct DataMapEntry {
    /// Where it is kept, as `table.column`; sharings name fields so.
    field: String,
    /// `identity`, `contact`, `credentials`, `preferences`, `activity`, `communication`, `billing` or `evidence`.
    category: &'static str,
    /// What it is used for.
    purpose: &'static str,
    /// `contract`, `law`, `legitimate interest` or `your choice`.
    basis: &'static str,
    /// How long, in words.
    retention: String,
    /// Where it comes from, in words.
    source: &'static str,
    /// Keys of the recipients it may go to.
    recipients: Vec<&'static str>,
    /// Whether it needs express consent.
    sensitive: bool,
}

async fn handle(env: web::Data<Env>) -> HttpResponse {
    let fields = tables().flat_map(|table| table.personal.iter().map(move |field| (table, field)));
    let data = fields.map(|(table, field)| entry(table, field, &env.settings)).collect();
    reply::json(200, &List { data, next: None })
}

fn entry(table: &Table, field: &Field, settings: &Settings) -> DataMapEntry {
    DataMapEntry {
        field: format!("{}.{}", table.name, field.column),
        category: field.category.as_str(),
        purpose: field.purpose,
        basis: field.basis.as_str(),
        retention: field.retention.to_string(),
        source: field.source.as_str(),
        recipients: recipients::in_force(field.recipients, settings).map(|recipient| recipient.key).collect(),
        sensitive: field.sensitive,
    }
}
