//! `GET /account/history`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::super::model::Field;
use super::super::reader::Reader;
use super::super::{actions, views, words};
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{Change, Id};
use crate::platform::changes::{Past, Recorded};
use crate::platform::web::call::Call;
use crate::platform::web::cursor::{self, DEFAULT_LIMIT};
use crate::platform::web::page::{Badge, Paging, Section, Tone};
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/account/history";

pub(super) fn routes() -> Vec<PageRoute> {
    vec![PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show))]
}

#[derive(Deserialize)]
struct Parameters {
    cursor: Option<String>,
}

async fn show(call: Call<Holder>, Query(parameters): Query<Parameters>) -> Result<HttpResponse, Problem> {
    let after: Option<Id<Change>> =
        parameters.cursor.map(|text| cursor::open(&call.env.keys, PATH, &text)).transpose()?;
    let is_first = after.is_none();
    let (reader, mut changes) = call
        .read(move |conn, context| {
            let reader = Reader::find(conn, &context.actor)?;
            let most = i64::try_from(DEFAULT_LIMIT).unwrap_or(i64::MAX).saturating_add(1);
            Ok::<_, DbError>((reader, actions::history(conn, &context.env, &context.actor, after.as_ref(), most)?))
        })
        .await?;
    let more = changes.len() > DEFAULT_LIMIT;
    changes.truncate(DEFAULT_LIMIT);
    let next = changes.last().filter(|_| more).map(|last| cursor::seal(&call.env.keys, PATH, &last.id));
    let dates = reader.dates;
    reply::page(&views::History {
        page: reader.page(&call.env, &call.claim, "History", Section::History),
        changes: changes.into_iter().map(|change| row(change, dates)).collect(),
        paging: Paging {
            first: (!is_first).then(|| PATH.to_owned()),
            next: next.map(|cursor| format!("{PATH}?cursor={cursor}")),
        },
    })
}

fn row(change: Recorded, dates: Dates) -> views::Change {
    let field = change.field.parse::<Field>();
    views::Change {
        before: shown(field, &change.before),
        after: shown(field, &change.after),
        field: match field {
            Ok(field) => words::label(field).to_owned(),
            Err(()) if change.field == "email" => "E-mail address".to_owned(),
            Err(()) => change.field,
        },
        who: match change.actor_kind.as_str() {
            "holder" => "You",
            "staff" => "Our staff",
            _ => "The system",
        }
        .to_owned(),
        when: dates.moment(change.at),
        when_iso: change.at.to_string(),
        mark: change.overwrite.then(|| Badge::new(Tone::Warn, "Without looking at the version")),
        restore: None,
    }
}

fn shown(field: Result<Field, ()>, past: &Past) -> Option<String> {
    let Past::Value(text) = past else { return None };
    let value = serde_json::from_str(text.reveal()).ok();
    Some(match (field, value) {
        (Ok(field), Some(value)) => words::value(field, &value),
        (Err(()), Some(serde_json::Value::String(text))) => text,
        _ => text.reveal().clone(),
    })
}
