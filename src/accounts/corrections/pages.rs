//! `/account/corrections`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::actions::{self, Correction};
use super::error::CorrectionError;
use super::form;
use super::model::State;
use super::views::{CorrectionRow, Corrections};
use super::words;
use crate::accounts::author::Author;
use crate::accounts::reader::Reader;
use crate::identity::actors::Holder;
use crate::kernel::date_format::Dates;
use crate::kernel::ids::{self, Id};
use crate::platform::web::call::Call;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/account/corrections";

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, PATH, Access::Holder, || web::get().to(show)),
        PageRoute::new(Method::POST, PATH, Access::Holder, || web::post().to(ask)),
        PageRoute::new(Method::POST, "/account/corrections/{id}/withdraw", Access::Holder, || web::post().to(withdraw)),
    ]
}

/// What has just happened, from the redirect after a form.
#[derive(serde::Deserialize)]
struct Done {
    done: Option<String>,
}

type Pairs = Vec<(String, String)>;

async fn show(call: Call<Holder>, Query(Done { done }): Query<Done>) -> Result<HttpResponse, Problem> {
    let (page, rows) = frame(&call).await?;
    let page = match done.as_deref() {
        Some("asked") => page.notice(Tone::Good, "Noted. We decide within 30 days and write to you."),
        Some("withdrawn") => page.notice(Tone::Good, "Withdrawn. The value is no longer restricted."),
        _ => page,
    };
    reply::page(&Corrections { page, rows, form: form::draw(&[], &form::ALL) })
}

async fn frame(call: &Call<Holder>) -> Result<(Page, Vec<CorrectionRow>), Problem> {
    let (reader, all) = call
        .read::<_, crate::db::DbError, _>(|conn, context| {
            let reader = Reader::find(conn, context)?;
            Ok((reader, actions::list(conn, &context.env, &context.actor.account)?))
        })
        .await?;
    let page = reader.page(&call.env, &call.claim, "Corrections", Section::Profile);
    Ok((page, all.into_iter().map(|one| row(one, reader.dates)).collect()))
}

async fn ask(call: Call<Holder>, Posted(pairs): Posted<Pairs>) -> Result<HttpResponse, Problem> {
    let (wish, evidence) = (form::wish(&pairs), form::given(&pairs, "evidence").to_owned());
    let asked = call
        .write(move |conn, context| {
            let author = Author::holder(&context.actor, context.info.ip);
            actions::ask(conn, &context.env, &author, (&wish, &evidence))
        })
        .await;
    match asked {
        Ok(_) => Ok(reply::see_other("/account/corrections?done=asked")),
        Err(problem) if [409, 422].contains(&problem.code.status) => {
            let (page, rows) = frame(&call).await?;
            let errors = form::complaints(&problem);
            reply::page_with(
                problem.code.status,
                &Corrections { page: page.errors(errors), rows, form: form::draw(&pairs, &form::ALL) },
            )
        }
        Err(problem) => Err(problem),
    }
}

async fn withdraw(call: Call<Holder>, path: web::Path<String>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let id: Id<ids::Correction> = path.parse().map_err(|_| CorrectionError::NotFound)?;
    call.write(move |conn, context| {
        let author = Author::holder(&context.actor, context.info.ip);
        actions::withdraw(conn, &context.env, &author, &id)
    })
    .await?;
    Ok(reply::see_other("/account/corrections?done=withdrawn"))
}

fn row(correction: Correction, dates: Dates) -> CorrectionRow {
    let ends = match correction.decided_at {
        Some(at) => format!("Ended on {}.", dates.day(at)),
        None => format!("Decided by {} at the latest.", dates.day(correction.due_at)),
    };
    let withdraw = (correction.state == State::Open).then(|| format!("{PATH}/{}/withdraw", correction.id));
    let (subject, claim) = (&correction.subject, correction.claim);
    let (held, wanted, evidence) = claim.map_or_else(Default::default, |claim| {
        let wanted = claim.what.unwrap_or_else(|| words::value(subject, claim.wanted.as_ref(), dates.lang));
        (words::value(subject, claim.held.as_ref(), dates.lang), wanted, claim.evidence)
    });
    CorrectionRow {
        what: capitalised(&dates.lang.tell(&words::subject(subject))),
        state: words::state(correction.state),
        opened: dates.day(correction.opened_at),
        until: ends,
        held,
        wanted,
        evidence,
        reason: correction.reason.unwrap_or_default(),
        withdraw,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
