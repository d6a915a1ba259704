//! `GET /privacy/data-map`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::super::anyone::PublicReader;
use super::super::registry::tables;
use super::super::views::{DataGroup, DataMap, DataRow};
use crate::config::Settings;
use crate::identity::actors::Anyone;
use crate::kernel::field_registry::{Category, Field, Table};
use crate::platform::trust::recipients;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// Categories in the order of the page, with their headings.
const GROUPS: [(Category, &str); 8] = [
    (Category::Identity, "Who you are"),
    (Category::Contact, "How to reach you"),
    (Category::Preferences, "How you like things"),
    (Category::Credentials, "What you prove yourself by"),
    (Category::Activity, "What you did, and from where"),
    (Category::Communication, "What we wrote to each other"),
    (Category::Billing, "What you bought and paid"),
    (Category::Evidence, "What you agreed to, and what was done with your data"),
];

pub(super) fn route() -> PageRoute {
    PageRoute::new(Method::GET, "/privacy/data-map", Access::Visitor, || web::get().to(handle))
}

async fn handle(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let reader = call.read(PublicReader::find).await?;
    let settings = &call.env.settings;
    let groups = GROUPS.iter().map(|(category, title)| group(*category, title, settings));
    let groups = groups.filter(|group| !group.rows.is_empty());
    reply::page(&DataMap { page: reader.page(&call.env, &call.claim, "Data map"), groups: groups.collect() })
}

fn group(category: Category, title: &str, settings: &Settings) -> DataGroup {
    let fields = tables().flat_map(|table| table.personal.iter().map(move |field| (table, field)));
    let rows = fields.filter(|(_, field)| field.category == category).map(|(table, field)| row(table, field, settings));
    DataGroup { title: title.to_owned(), rows: rows.collect() }
}

fn row(table: &Table, field: &Field, settings: &Settings) -> DataRow {
    let named = recipients::in_force(field.recipients, settings).map(|recipient| recipient.name);
    DataRow {
        field: format!("{}.{}", table.name, field.column),
        purpose: field.purpose.to_owned(),
        basis: field.basis.as_str().to_owned(),
        retention: field.retention.to_string(),
        source: field.source.as_str().to_owned(),
        recipients: named.map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    #[test]
    fn no_field_is_left_out_of_the_page() {
        let (settings, _) = load(&Sources::default()).expect("the defaults");
        let shown: usize = GROUPS.iter().map(|(category, title)| group(*category, title, &settings).rows.len()).sum();
        assert_eq!(shown, tables().map(|table| table.personal.len()).sum::<usize>());
    }
}
