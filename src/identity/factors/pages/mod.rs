//! `/account/security/factors`: adding, removing, recovery codes; and the page that asks once more who it is.

mod prove;

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use webauthn_rs::prelude::RegisterPublicKeyCredential;
use zeroize::Zeroizing;

use super::actions::adding::{self, Added, Enrolment};
use super::actions::{self, Own};
use super::error::FactorError;
use super::model::FactorKind;
use super::qr;
use super::settling::{end_others, settle};
use super::store::FactorRow;
use super::views::{App, Codes, FactorLine, Factors, Reset, Standing};
use crate::db::DbError;
use crate::identity::actors::{Proved, SignedIn};
use crate::identity::factor_resets::actions as factor_resets;
use crate::identity::factors::passkeys;
use crate::identity::frame;
use crate::identity::refusal;
use crate::identity::sessions::actions::owner;
use crate::identity::sessions::model::{STEP_UP_HOLDS, SessionKind};
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Factor, Id};
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const LIST: &str = "/account/security/factors";

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let changing = |path, route| PageRoute::new(Method::POST, path, Access::Session, route).needs(Deed::Credentials);
    let mut all = vec![
        PageRoute::new(Method::GET, LIST, Access::Session, || web::get().to(show)),
        changing("/account/security/factors/app", || web::post().to(begin_app)),
        changing("/account/security/factors/app/confirm", || web::post().to(confirm_app)),
        changing("/account/security/factors/passkey", || web::post().to(passkey)),
        changing("/account/security/factors/{id}/remove", || web::post().to(remove)),
        changing("/account/security/recovery-codes", || web::post().to(renew)),
    ];
    all.extend(prove::pages());
    all
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    notice: String,
}

async fn show(call: Call<SignedIn>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Second factors", Section::Security).await?;
    let page = match query.0.notice.as_str() {
        "added-ended" => page.notice(Tone::Good, "It is added, and all your other sessions have ended."),
        "removed-ended" => page.notice(Tone::Good, "It is removed, and all your other sessions have ended."),
        "kept" => page.notice(Tone::Good, "It is stopped: your second factors stay."),
        "added" => page.notice(Tone::Good, "It is added. From now on signing in asks for it."),
        "removed" => page.notice(Tone::Good, "It is removed, and opens nothing any more."),
        _ => page,
    };
    draw(&call, page, 200).await
}

/// The list, for who may add and for who only looks.
async fn draw(call: &Call<SignedIn>, page: Page, status: u16) -> Result<HttpResponse, Problem> {
    let (own, standing, reset) = call
        .read::<_, DbError, _>(|conn, context| {
            let session = &context.actor.session;
            let standing = if session.kind == SessionKind::Public {
                Standing::Public
            } else if context.env.now() - session.stepped_up_at >= STEP_UP_HOLDS {
                Standing::ToProve
            } else {
                Standing::Open
            };
            let account = owner(session)?.account().cloned();
            let reset = account.map(|account| factor_resets::waiting(conn, &account)).transpose()?.flatten();
            Ok((actions::own(conn, session)?, standing, reset))
        })
        .await?;
    let Own { factors, codes_left } = own;
    let dates = page.dates;
    let view = Factors {
        page,
        factors: factors.into_iter().map(|row| line(row, dates)).collect(),
        codes_left: match codes_left {
            0 => "None is left.".to_owned(),
            1 => "One is left.".to_owned(),
            many => format!("{many} are left."),
        },
        standing,
        passkeys: passkeys::work_here(&call.env),
        reset: reset.map(|waiting| Reset { due: dates.moment(waiting.due_at), case: waiting.case_ref }),
    };
    Ok(reply::with_script(reply::page_with(status, &view)?))
}

fn line(row: FactorRow, dates: Dates) -> FactorLine {
    let kind = match row.kind {
        FactorKind::Totp => "Authenticator app",
        FactorKind::Passkey => "Passkey",
    };
    let used =
        row.last_used_at.map_or_else(|| "not used yet".to_owned(), |at| format!("last used {}", dates.moment(at)));
    FactorLine {
        id: row.id.to_string(),
        kind: kind.to_owned(),
        name: row.name,
        added: dates.moment(row.created_at),
        used,
    }
}

/// The list once more, with what was wrong.
async fn again(call: &Call<Proved>, error: &FactorError) -> Result<HttpResponse, Problem> {
    if matches!(error, FactorError::Db(_) | FactorError::NoSuchFactor) {
        return Err(Problem::new(error.code()));
    }
    let call = call.acting::<SignedIn>();
    let mut errors = Errors::default();
    for field in error.fields() {
        let whole = field.pointer != "/name";
        errors.push(if whole { "" } else { "name" }, field.message);
    }
    if errors.is_empty() {
        errors.push("", error.detail().unwrap_or_else(|| format!("{}.", error.code().title)));
    }
    let page = frame::page(&call, "Second factors", Section::Security).await?.errors(errors);
    draw(&call, page, error.code().status).await
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

async fn begin_app(call: Call<Proved>, posted: Posted<Named>) -> Result<HttpResponse, Problem> {
    let name = posted.0.name;
    let begun =
        settle(&call, move |conn, context| adding::enrol_totp(conn, &context.env, &context.actor.session, &name));
    match begun.await? {
        Ok(app) => draw_app(&call, app, (Errors::default(), 200)).await,
        Err(error) => again(&call, &error).await,
    }
}

async fn draw_app(
    call: &Call<Proved>,
    app: Enrolment,
    (errors, status): (Errors, u16),
) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Add an authenticator app", Section::Security).await?.errors(errors);
    let groups: Vec<_> = app.secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    reply::page_with(status, &App { page, id: app.id.to_string(), secret: groups.join(" "), qr: qr::draw(&app.url) })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AppCode {
    id: String,
    code: String,
    end_other_sessions: String,
}

async fn confirm_app(call: Call<Proved>, posted: Posted<AppCode>) -> Result<HttpResponse, Problem> {
    let AppCode { id, code, end_other_sessions } = posted.0;
    let (named, ends) = (id.clone(), !end_other_sessions.is_empty());
    let confirmed = settle(&call, move |conn, context| {
        let id = named.parse().map_err(|_| FactorError::NoSuchFactor)?;
        let added = adding::confirm_totp(conn, &context.env, &context.actor.session, &id, &code)?;
        end_others(conn, context, ends)?;
        Ok(added)
    });
    let error = match confirmed.await? {
        Ok(added) => return welcome(&call, added, ends).await,
        Err(error) => error,
    };
    let told = match &error {
        FactorError::NotConfirmed(_) => error.fields().first().map(|field| field.message.clone()),
        FactorError::Limited(limited) => Some(limited.advice()),
        _ => return again(&call, &error).await,
    };
    let app = call
        .read::<_, FactorError, _>(move |conn, context| {
            let id = id.parse().map_err(|_| FactorError::NoSuchFactor)?;
            adding::unconfirmed(conn, &context.env, &context.actor.session, &id)
        })
        .await?;
    let errors = Errors::default().on("code", told.unwrap_or_default());
    let mut response = draw_app(&call, app, (errors, error.code().status)).await?;
    if let FactorError::Limited(limited) = &error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}

/// After a factor was added: the recovery codes, where they came with it.
async fn welcome(call: &Call<Proved>, added: Added, ended: bool) -> Result<HttpResponse, Problem> {
    if added.codes.is_empty() { Ok(reply::see_other(&noticed("added", ended))) } else { codes(call, added.codes).await }
}

/// The list, saying what has happened.
fn noticed(what: &str, ended: bool) -> String {
    format!("{LIST}?notice={what}{}", if ended { "-ended" } else { "" })
}

async fn codes(call: &Call<Proved>, codes: Vec<Zeroizing<String>>) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Recovery codes", Section::Security).await?;
    reply::page(&Codes { page, codes: codes.iter().map(|code| code.as_str().to_owned()).collect() })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answered {
    challenge: String,
    credential: String,
    end_other_sessions: String,
}

async fn passkey(call: Call<Proved>, posted: Posted<Answered>) -> Result<HttpResponse, Problem> {
    let Answered { challenge, credential, end_other_sessions } = posted.0;
    let ends = !end_other_sessions.is_empty();
    let Ok(credential) = serde_json::from_str::<RegisterPublicKeyCredential>(&credential) else {
        return again(&call, &FactorError::NotConfirmed("/credential")).await;
    };
    let confirmed = settle(&call, move |conn, context| {
        let added = adding::confirm_passkey(conn, &context.env, &context.actor.session, &challenge, &credential)?;
        end_others(conn, context, ends)?;
        Ok(added)
    });
    match confirmed.await? {
        Ok(added) => welcome(&call, added, ends).await,
        Err(error) => again(&call, &error).await,
    }
}

/// A form with nothing but the box.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Ending {
    end_other_sessions: String,
}

async fn remove(call: Call<Proved>, id: web::Path<String>, posted: Posted<Ending>) -> Result<HttpResponse, Problem> {
    let id: Id<Factor> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    let ends = !posted.0.end_other_sessions.is_empty();
    let removed = call
        .write::<_, FactorError, _>(move |conn, context| {
            actions::remove(conn, &context.env, &context.actor.session, &id)?;
            Ok(end_others(conn, context, ends)?)
        })
        .await;
    match removed {
        Ok(()) => Ok(reply::see_other(&noticed("removed", ends))),
        Err(problem) if problem.code.name == super::error::LAST_FACTOR.name => again(&call, &FactorError::Last).await,
        Err(problem) => Err(problem),
    }
}

async fn renew(call: Call<Proved>, posted: Posted<Ending>) -> Result<HttpResponse, Problem> {
    let ends = !posted.0.end_other_sessions.is_empty();
    let renewed = settle(&call, move |conn, context| {
        let codes = actions::renew_codes(conn, &context.env, &context.actor.session)?;
        end_others(conn, context, ends)?;
        Ok(codes)
    });
    match renewed.await? {
        Ok(new) => codes(&call, new).await,
        Err(error) => again(&call, &error).await,
    }
}
