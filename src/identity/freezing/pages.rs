//! `/account/freeze`, `/freeze` and `/unfreeze`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::actions;
use super::error::FreezeError;
use super::lifting::{self, Proof};
use super::model::Cause;
use super::store::FreezeRow;
use super::views::{FreezeDone, FreezeLink, FreezeOwn, Lift, LiftAsk, Line};
use crate::db::DbError;
use crate::identity::actors::{Anyone, Holder};
use crate::identity::factors::model::Answer;
use crate::identity::frame;
use crate::identity::ports::HolderFacts;
use crate::identity::refusal;
use crate::identity::sessions::browser;
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::lang::Lang;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Badge, Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let (holder, visitor) = (Access::Holder, Access::Visitor);
    vec![
        PageRoute::new(Method::GET, "/account/freeze", holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/account/freeze", holder, || web::post().to(freeze)).needs(Deed::Freeze),
        PageRoute::new(Method::GET, "/freeze", visitor, || web::get().to(link)),
        PageRoute::new(Method::POST, "/freeze", visitor, || web::post().to(by_link)),
        PageRoute::new(Method::GET, "/frozen", visitor, || web::get().to(done)),
        PageRoute::new(Method::GET, "/unfreeze", visitor, || web::get().to(ask)),
        PageRoute::new(Method::POST, "/unfreeze", visitor, || web::post().to(send)),
        PageRoute::new(Method::GET, "/unfreeze/confirm", visitor, || web::get().to(form)),
        PageRoute::new(Method::POST, "/unfreeze/confirm", visitor, || web::post().to(lift)),
    ]
}

/// A link's token.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

async fn show(call: Call<Holder>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Freeze the account", Section::Security).await?;
    let rows = call.read::<_, DbError, _>(|conn, context| actions::history(conn, &context.actor.account)).await?;
    let dates = page.dates;
    reply::page(&FreezeOwn { page, rows: rows.into_iter().map(|row| line(row, dates)).collect() })
}

/// Whose doing a freeze was.
fn by(row: &FreezeRow, lang: Lang) -> String {
    let how = match (row.cause.as_str(), &row.reason) {
        ("holder", _) => lang.fill("freeze-by-you"),
        ("link", _) => lang.fill("freeze-by-link"),
        ("email_undo", _) => lang.fill("freeze-by-email"),
        (_, Some(reason)) => lang.fill("freeze-by-staff-why").with("reason", reason),
        (_, None) => lang.fill("freeze-by-staff"),
    };
    how.text()
}

/// What the page behind a link says of the freeze that it lifts.
async fn told(call: &Call<Anyone>, token: &str, dates: Dates) -> Result<Option<String>, Problem> {
    let token = token.to_owned();
    let row = call.read::<_, DbError, _>(move |conn, context| actions::lifted_by(conn, &context.env, &token)).await?;
    Ok(row.map(|row| {
        let when = dates.moment(row.started_at);
        dates.lang.fill("lift-was-frozen").with("when", when).with("how", by(&row, dates.lang)).text()
    }))
}

fn line(row: FreezeRow, dates: Dates) -> Line {
    let lang = dates.lang;
    let how = by(&row, lang);
    let ended = match (row.ended_by.as_deref(), &row.ended_reason) {
        (Some("staff"), Some(reason)) => lang.fill("freeze-lifted-staff-why").with("reason", reason),
        (Some("staff"), None) => lang.fill("freeze-lifted-staff"),
        (Some("email_undo"), _) => lang.fill("freeze-lifted-email"),
        (_, _) => lang.fill("freeze-lifted-you"),
    };
    let ended = row.ended_at.map(|at| ended.with("when", dates.moment(at)).text());
    let ended = ended.unwrap_or_else(|| lang.say("freeze-not-lifted").to_owned());
    let state = if row.ended_at.is_some() { Badge::new(Tone::Quiet, "Over") } else { Badge::new(Tone::Warn, "Frozen") };
    Line { when: dates.moment(row.started_at), how, ended, state }
}

async fn freeze(call: Call<Holder>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    call.write::<_, FreezeError, _>(|conn, context| {
        let holder = &context.actor;
        actions::freeze(conn, &context.env, &holder.account, &Cause::Holder, &holder.actor())
    })
    .await?;
    let mut response = reply::see_other("/frozen");
    browser::farewell(&mut response, &call.claim, None);
    Ok(response)
}

async fn link(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Freeze the account", Section::None).await?;
    Ok(reply::secret_address(reply::page(&FreezeLink { page, token: query.0.token })?))
}

async fn by_link(call: Call<Anyone>, posted: Posted<Token>) -> Result<HttpResponse, Problem> {
    match lifting::freeze(&call.env, &call.info, &posted.0.token).await {
        Ok(_) => Ok(reply::see_other("/frozen")),
        Err(FreezeError::LinkSpent) => {
            let text = "This link has expired or was used before. If the account is frozen already, nothing more is needed. \
                        Otherwise take the link of a newer mail, sign in and freeze it there, or write to us.";
            let page = frame::page(&call, "Freeze the account", Section::None).await?.notice(Tone::Bad, text);
            reply::page_with(410, &FreezeDone { page })
        }
        Err(error) => Err(error.into()),
    }
}

async fn done(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "The account is frozen", Section::None).await?;
    reply::page(&FreezeDone { page: page.notice(Tone::Good, "Done. Nobody is signed in to the account any more.") })
}

async fn ask(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Lift a freeze", Section::None).await?;
    reply::page(&LiftAsk { page, email: String::new(), sent: false })
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    email: String,
}

async fn send(call: Call<Anyone>, posted: Posted<Address>) -> Result<HttpResponse, Problem> {
    let email = posted.0.email;
    let page = frame::page(&call, "Lift a freeze", Section::None).await?;
    match lifting::ask(&call.env, &call.info, &email).await {
        Ok(()) => reply::page(&LiftAsk { page, email, sent: true }),
        Err(error) => {
            let page = page.errors(complaints(&error)?);
            finish(reply::page_with(error.code().status, &LiftAsk { page, email, sent: false })?, &error)
        }
    }
}

async fn form(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Lift the freeze", Section::None).await?;
    let password_min = call.env.settings.passwords.min_length;
    let (token, frozen) = (query.0.token.clone(), told(&call, &query.0.token, page.dates).await?);
    Ok(reply::with_script(reply::secret_address(reply::page(&Lift { page, token, frozen, password_min })?)))
}

#[derive(Deserialize)]
struct LiftForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    factor: String,
    #[serde(default)]
    challenge: String,
    #[serde(default)]
    credential: String,
}

async fn lift(
    call: Call<Anyone>,
    facts: web::Data<dyn HolderFacts>,
    posted: Posted<LiftForm>,
) -> Result<HttpResponse, Problem> {
    let LiftForm { token, password, new_password, factor, challenge, credential } = posted.0;
    let factor = Answer::posted(&factor, challenge, &credential);
    let proof = Proof { present: Zeroizing::new(password), new: Zeroizing::new(new_password), factor };
    let page = frame::page(&call, "Lift the freeze", Section::None).await?;
    match lifting::lift(&call.env, &call.info, facts.into_inner(), &token, proof).await {
        Ok(()) => Ok(reply::see_other("/sign-in?notice=password")),
        Err(FreezeError::LinkSpent) => {
            let page = page.notice(Tone::Bad, "This link has expired or was used before. Ask for a new one.");
            reply::page_with(410, &LiftAsk { page, email: String::new(), sent: false })
        }
        Err(error) => {
            let (page, password_min) = (page.errors(complaints(&error)?), call.env.settings.passwords.min_length);
            let frozen = told(&call, &token, page.dates).await?;
            let response = reply::page_with(error.code().status, &Lift { page, token, frozen, password_min })?;
            finish(reply::with_script(reply::secret_address(response)), &error)
        }
    }
}

/// What a form shows; failures of our own become the error page instead.
///
/// # Errors
/// The problem of a failure that no correction helps.
pub fn complaints(error: &FreezeError) -> Result<Errors, Problem> {
    match error {
        FreezeError::Limited(limited) => Ok(Errors::default().whole(limited.advice())),
        FreezeError::State(text) => Ok(Errors::default().whole(*text)),
        FreezeError::Field(_)
        | FreezeError::NewPassword(_)
        | FreezeError::WrongPassword
        | FreezeError::FactorRequired
        | FreezeError::WrongFactor(_) => Ok(error.fields().iter().fold(Errors::default(), |errors, field| {
            errors.on(field.pointer.trim_start_matches('/'), field.message.clone())
        })),
        _ => Err(Problem::new(error.code())),
    }
}

/// Adds the fields of a limit.
///
/// # Errors
/// None of its own; fits behind what makes the page.
pub fn finish(mut response: HttpResponse, error: &FreezeError) -> Result<HttpResponse, Problem> {
    if let FreezeError::Limited(limited) = error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}
