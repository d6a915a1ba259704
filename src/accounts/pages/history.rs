//! `GET /account/history`, and `POST /account/history/{id}/restore`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::super::actions::{self, Restore, Task};
use super::super::author::Author;
use super::super::error::{AccountError, Stale};
use super::super::model::Field;
use super::super::reader::Reader;
use super::super::ripples::model::{State, Why};
use super::super::{views, words};
use super::profile::Seen;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{Change, Id};
use crate::kernel::lang::Lang;
use crate::kernel::personal::Personal;
use crate::platform::changes::{Past, Place, Recorded};
use crate::platform::web::call::Call;
use crate::platform::web::codes::STALE;
use crate::platform::web::cursor::Window;
use crate::platform::web::etag::IfMatch;
use crate::platform::web::page::{Badge, Paging, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/account/history";

pub(super) fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/account/history/{id}/restore", Access::Holder, || web::post().to(restore)),
    ]
}

#[derive(Deserialize)]
struct Parameters {
    cursor: Option<String>,
}

async fn show(call: Call<Holder>, Query(parameters): Query<Parameters>) -> Result<HttpResponse, Problem> {
    let (after, window) = Window::page::<Id<Change>>(&call.env.keys, PATH, parameters.cursor.as_deref())?;
    let is_first = after.is_none();
    let (account, changes, tasks) = call
        .read(move |conn, context| {
            let (account, _) = actions::get(conn, &context.env, &context.actor.account)?;
            let changes = actions::history(conn, &context.env, &context.actor, after.as_ref(), window.rows())?;
            let tasks = actions::passed_on(conn, &changes)?;
            Ok::<_, DbError>((account, changes, tasks))
        })
        .await?;
    let (changes, next) = window.cut(&call.env.keys, changes, |last| last.id.clone());
    let reader = Reader::of(&account.profile, &call.env, &call.info);
    let dates = reader.dates;
    reply::page(&views::History {
        page: reader.page(&call.env, &call.claim, "History", Section::History),
        version: account.version.to_string(),
        changes: changes.into_iter().map(|change| row(change, &tasks, dates)).collect(),
        paging: Paging {
            first: (!is_first).then(|| PATH.to_owned()),
            next: next.map(|cursor| format!("{PATH}?cursor={cursor}")),
        },
    })
}

/// What came of a press on "restore".
enum Restored {
    Done,
    Stale(Box<(Stale, Recorded)>),
}

async fn restore(call: Call<Holder>, path: web::Path<String>, form: Posted<Seen>) -> Result<HttpResponse, Problem> {
    let change: Id<Change> = path.parse().map_err(|_| AccountError::NoSuchChange)?;
    let seen = Some(IfMatch::Version(form.0.required()?));
    let restored = call
        .write(move |conn, context| {
            let author = Author::holder(&context.actor, context.info.ip);
            let command = |seen| Restore { change: change.clone(), seen };
            match actions::restore(conn, &context.env, &author, &command(seen)) {
                Ok(_) => return Ok(Restored::Done),
                Err(AccountError::Stale(_)) => {}
                Err(error) => return Err(error),
            }
            // Other fields may have moved on; only a change of this one is worth a question.
            match actions::restore(conn, &context.env, &author, &command(None)) {
                Ok(_) => Ok(Restored::Done),
                Err(AccountError::Stale(stale)) => {
                    let change = actions::find_change(conn, &context.env, &context.actor, &change)?;
                    Ok(Restored::Stale(Box::new((*stale, change))))
                }
                Err(error) => Err(error),
            }
        })
        .await?;
    match restored {
        Restored::Done => Ok(reply::see_other("/account?done=restored")),
        Restored::Stale(found) => ask(&call, found.0, &found.1),
    }
}

/// Both values, when the field was changed since the page was opened.
fn ask(call: &Call<Holder>, stale: Stale, change: &Recorded) -> Result<HttpResponse, Problem> {
    let field = change.field.parse::<Field>();
    let current = field.ok().and_then(|field| stale.current.value(field).map(Personal::into_revealed));
    let words = |value: Option<String>| value.unwrap_or_default();
    let reader = Reader::of(&stale.current, &call.env, &call.info);
    let lang = reader.dates.lang;
    let view = views::RestoreConflict {
        page: reader.page(&call.env, &call.claim, "Changed meanwhile", Section::History),
        action: format!("{PATH}/{}/restore", change.id),
        version: stale.version.to_string(),
        field: field.map_or_else(|()| change.field.clone(), |field| words::label(field).to_owned()),
        wanted: words(shown(field, &change.before, lang)),
        stored: words(field.ok().zip(current).map(|(field, value)| words::value(field, &value, lang))),
    };
    reply::page_with(STALE.status, &view)
}

fn row(change: Recorded, tasks: &[Task], dates: Dates) -> views::Change {
    let field = change.field.parse::<Field>();
    let mark = match (&change.restores, change.overwrite) {
        (_, true) => Some(Badge::new(Tone::Warn, "Without looking at the version")),
        (Some(_), false) => Some(Badge::new(Tone::Info, "Brought back")),
        (None, false) => None,
    };
    views::Change {
        before: shown(field, &change.before, dates.lang),
        after: shown(field, &change.after, dates.lang),
        restore: restorable(&change).then(|| format!("{PATH}/{}/restore", change.id)),
        passed_on: tasks.iter().filter(|task| task.change_id == change.id).map(|task| told(task, dates)).collect(),
        place: place(&change.place),
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
        mark,
    }
}

/// A value that can still be read, of a field that exists; an empty one only where the field may be empty.
fn restorable(change: &Recorded) -> bool {
    let field = change.field.parse::<Field>();
    match change.before {
        Past::Erased => false,
        Past::Empty => field.is_ok_and(Field::is_optional),
        Past::Value(_) => field.is_ok(),
    }
}

fn place(place: &Place) -> String {
    match (&place.network, &place.session) {
        (Some(network), Some(_)) => format!("signed in, from the network {network}"),
        (Some(network), None) => format!("by a link from our mail, from the network {network}"),
        (None, Some(_)) => "signed in".to_owned(),
        (None, None) => String::new(),
    }
}

fn told(task: &Task, dates: Dates) -> String {
    let who = words::recipient(&task.recipient);
    match (task.state, task.why) {
        (State::Done, _) => {
            let at = task.settled_at.map_or_else(String::new, |at| dates.moment(at));
            format!("{who} had the old value and was told the new one {at}.")
        }
        (State::Open, _) => format!("{who} has the old value and is being told."),
        (State::ByPerson, Some(Why::NoConsent)) => format!(
            "{who} has the old value. You no longer agree to sharing, so one of us asks them in person to correct it."
        ),
        (State::ByPerson, _) => format!("{who} has the old value. One of us has to tell them in person."),
    }
}

fn shown(field: Result<Field, ()>, past: &Past, lang: Lang) -> Option<String> {
    let Past::Value(text) = past else { return None };
    let value = serde_json::from_str(text.reveal()).ok();
    Some(match (field, value) {
        (Ok(field), Some(value)) => words::value(field, &value, lang),
        (Err(()), Some(serde_json::Value::String(text))) => text,
        _ => text.reveal().clone(),
    })
}
