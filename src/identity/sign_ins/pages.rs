//! `/account/security/sign-ins`, `/report-sign-in` and `/close-session`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::actions::{self, Entry};
use super::error::ReportError;
use super::links::{self, LinkFor};
use super::model::{Method as Way, Outcome};
use crate::db::DbError;
use crate::identity::actors::{Anyone, Holder};
use crate::identity::frame;
use crate::identity::principals::model::PrincipalId;
use crate::identity::refusal;
use crate::identity::security_views::{NoticeLink, SignInRow, SignIns};
use crate::identity::sessions::browser;
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Id, SignIn};
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::cursor::Window;
use crate::platform::web::page::{Badge, Paging, Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const PATH: &str = "/account/security/sign-ins";

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let (holder, visitor) = (Access::Holder, Access::Visitor);
    vec![
        PageRoute::new(Method::GET, PATH, holder, || web::get().to(show)).needs(Deed::Session),
        PageRoute::new(Method::POST, "/account/security/sign-ins/{id}/report", holder, || web::post().to(report))
            .needs(Deed::Session),
        PageRoute::new(Method::GET, "/report-sign-in", visitor, || web::get().to(report_button)),
        PageRoute::new(Method::POST, "/report-sign-in", visitor, || web::post().to(report_by_link)),
        PageRoute::new(Method::GET, "/close-session", visitor, || web::get().to(close_button)),
        PageRoute::new(Method::POST, "/close-session", visitor, || web::post().to(close)),
    ]
}

#[derive(Deserialize)]
struct Parameters {
    cursor: Option<String>,
}

async fn show(call: Call<Holder>, Query(parameters): Query<Parameters>) -> Result<HttpResponse, Problem> {
    let (after, window) = Window::page::<Id<SignIn>>(&call.env.keys, PATH, parameters.cursor.as_deref())?;
    let is_first = after.is_none();
    let entries = call
        .read::<_, DbError, _>(move |conn, context| {
            let owner = PrincipalId::Holder(context.actor.account.clone());
            actions::list(conn, &owner, after.as_ref(), window.rows())
        })
        .await?;
    let (entries, next) = window.cut(&call.env.keys, entries, |last| last.id.clone());
    let page = frame::page(&call, "Sign-ins", Section::Security).await?;
    let dates = page.dates;
    reply::page(&SignIns {
        page,
        entries: entries.into_iter().map(|entry| row(entry, dates)).collect(),
        paging: Paging {
            first: (!is_first).then(|| PATH.to_owned()),
            next: next.map(|cursor| format!("{PATH}?cursor={cursor}")),
        },
    })
}

fn row(entry: Entry, dates: Dates) -> SignInRow {
    let (tone, text) = match entry.outcome {
        _ if entry.reported_at.is_some() => (Tone::Bad, "You said it was not you"),
        Outcome::SignedIn => (Tone::Good, "Signed in"),
        Outcome::WrongPassword => (Tone::Quiet, "Refused: wrong password"),
        Outcome::FactorRequired => (Tone::Warn, "Right password, then asked for a code"),
        Outcome::WrongFactor => (Tone::Warn, "Right password, wrong code"),
        Outcome::TooMany => (Tone::Warn, "Refused: too many tries"),
        Outcome::Frozen => (Tone::Warn, "Right password, but the account is frozen"),
        Outcome::ResetRequired => (Tone::Warn, "Right password, but a new one must be set"),
        Outcome::Refused => (Tone::Quiet, "Refused"),
    };
    SignInRow {
        may_report: entry.outcome.knew_the_password() && entry.reported_at.is_none(),
        id: entry.id.to_string(),
        when: dates.moment(entry.at),
        when_iso: entry.at.to_string(),
        device: entry.device,
        is_new_device: !entry.was_known,
        network: entry.network,
        method: match entry.method {
            Way::Password => "with a password",
            Way::PasswordFactor => "with a password and a second factor",
            Way::Passkey => "with a passkey",
        }
        .to_owned(),
        outcome: Badge::new(tone, text),
    }
}

async fn report(call: Call<Holder>, id: web::Path<String>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let id: Id<SignIn> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    let kind = call
        .write::<_, ReportError, _>(move |conn, context| {
            actions::report(conn, &context.env, &PrincipalId::Holder(context.actor.account.clone()), &id)?;
            Ok(context.actor.session.kind)
        })
        .await?;
    let mut response = reply::see_other("/reset?notice=reported");
    browser::farewell(&mut response, &call.claim, Some(kind));
    Ok(response)
}

/// A link's token.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

async fn report_button(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    button(&call, LinkFor::Report, query.0.token).await
}

async fn close_button(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    button(&call, LinkFor::Close, query.0.token).await
}

/// Looking at the page does nothing: mail scanners follow links.
async fn button(call: &Call<Anyone>, what: LinkFor, token: String) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, title(what), Section::None).await?;
    let view = NoticeLink { page, reports: what == LinkFor::Report, token, done: false, spent: false };
    Ok(reply::secret_address(reply::page(&view)?))
}

const fn title(what: LinkFor) -> &'static str {
    match what {
        LinkFor::Report => "That was not me",
        LinkFor::Close => "End the session on the public computer",
    }
}

async fn report_by_link(call: Call<Anyone>, posted: Posted<Token>) -> Result<HttpResponse, Problem> {
    match links::follow(&call.env, &call.info, LinkFor::Report, &posted.0.token).await {
        Ok(()) => Ok(reply::see_other("/reset?notice=reported")),
        Err(error) => spent(&call, LinkFor::Report, error).await,
    }
}

async fn close(call: Call<Anyone>, posted: Posted<Token>) -> Result<HttpResponse, Problem> {
    match links::follow(&call.env, &call.info, LinkFor::Close, &posted.0.token).await {
        Ok(()) => {
            let page = frame::page(&call, "The session has ended", Section::None).await?;
            reply::page(&NoticeLink { page, reports: false, token: String::new(), done: true, spent: false })
        }
        Err(error) => spent(&call, LinkFor::Close, error).await,
    }
}

async fn spent(call: &Call<Anyone>, what: LinkFor, error: ReportError) -> Result<HttpResponse, Problem> {
    let limited = match &error {
        ReportError::LinkSpent => None,
        ReportError::Limited(limited) => Some(*limited),
        _ => return Err(error.into()),
    };
    let page = frame::page(call, title(what), Section::None).await?;
    let page = match &limited {
        None => page.notice(Tone::Bad, "This link has expired or was used before."),
        Some(limited) => page.notice(Tone::Bad, limited.advice()),
    };
    let view = NoticeLink { page, reports: what == LinkFor::Report, token: String::new(), done: false, spent: true };
    let mut response = reply::page_with(error.code().status, &view)?;
    if let Some(limited) = &limited {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}
