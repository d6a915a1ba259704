//! `/account/security`: where the holder is signed in, and changing the password.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::listing;
use crate::db::DbError;
use crate::identity::actors::Holder;
use crate::identity::api_tokens::actions as api_tokens;
use crate::identity::credentials::{change, error::ChangeError};
use crate::identity::frame;
use crate::identity::ports::HolderFacts;
use crate::identity::refusal;
use crate::identity::security_views::{CookieContent, Security};
use crate::identity::sessions::actions;
use crate::identity::sessions::error::SignInError;
use crate::identity::xmpp_notices::actions as xmpp_notices;
use crate::identity::xmpp_notices::views::XmppLine;
use crate::kernel::date_format::Dates;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Account, Id, Session};
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::cookies;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::request::Claim;

pub(super) fn pages() -> Vec<PageRoute> {
    let holder = Access::Holder;
    vec![
        PageRoute::new(Method::GET, "/account/security", holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/account/security/sessions/end-others", holder, || web::post().to(end_others))
            .needs(Deed::Session),
        PageRoute::new(Method::POST, "/account/security/sessions/end-all", holder, || web::post().to(end_all))
            .needs(Deed::Session),
        PageRoute::new(Method::POST, "/account/security/sessions/{id}/end", holder, || web::post().to(end))
            .needs(Deed::Session),
        PageRoute::new(Method::POST, "/account/security/password", holder, || web::post().to(password))
            .needs(Deed::Credentials),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    notice: String,
}

async fn show(request: HttpRequest, call: Call<Holder>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Security", Section::Security).await?;
    let page = match query.0.notice.as_str() {
        "ended" => page.notice(Tone::Good, "The session has ended."),
        "others-ended" => page.notice(Tone::Good, "All your other sessions have ended."),
        "password" => page.notice(Tone::Good, "Your password is changed, and all your other sessions have ended."),
        _ => page,
    };
    draw(&request, &call, page, 200).await
}

async fn draw(request: &HttpRequest, call: &Call<Holder>, page: Page, status: u16) -> Result<HttpResponse, Problem> {
    let (rows, current, changed, has_tokens, xmpp) = call
        .read::<_, DbError, _>(|conn, context| {
            let (session, account) = (&context.actor.session, &context.actor.account);
            let rows = actions::list(conn, &context.env, session)?;
            let has_tokens = api_tokens::any(conn, &context.env, account)?;
            let xmpp = xmpp_notices::standing(conn, &context.env, account)?;
            Ok((rows, session.id.clone(), change::last_changed(conn, session)?, has_tokens, xmpp))
        })
        .await?;
    let dates = page.dates;
    let view = Security {
        page,
        cookie: cookie_content(&call.claim, dates),
        remembered: cookies::remembered_email(&call.env.keys, request).map(|(email, _)| email),
        sessions: listing::list(listing::OF_HOLDERS, rows, &current, dates),
        has_tokens,
        password_min: call.env.settings.passwords.min_length,
        password_changed: changed.map_or_else(|| "more than a year ago".to_owned(), |at| dates.day(at)),
        xmpp: xmpp.map(|standing| XmppLine::of(standing, dates)),
    };
    reply::page_with(status, &view)
}

/// What the cookie itself says, opened: not what the database knows of it.
fn cookie_content(claim: &Claim, dates: Dates) -> Option<CookieContent> {
    let Claim::Cookie(cookie) = claim else { return None };
    let account = Id::<Account>::from_uuid(cookie.principal).to_string();
    Some(CookieContent { account, signed_in: dates.moment(cookie.signed_in_at) })
}

async fn end(call: Call<Holder>, id: web::Path<String>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let id: Id<Session> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    let own = call
        .write::<_, SignInError, _>(move |conn, context| {
            let session = &context.actor.session;
            actions::end_one(conn, &context.env, session, &id)?;
            Ok((session.id == id).then_some(session.kind))
        })
        .await?;
    Ok(listing::ended(&call.claim, own, "/account/security?notice=ended"))
}

async fn end_others(call: Call<Holder>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    call.write::<_, DbError, _>(|conn, context| actions::end_others(conn, &context.env, &context.actor.session))
        .await?;
    Ok(reply::see_other("/account/security?notice=others-ended"))
}

async fn end_all(call: Call<Holder>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let kind = call
        .write::<_, DbError, _>(|conn, context| {
            let session = &context.actor.session;
            actions::end_all(conn, &context.env, session)?;
            Ok(session.kind)
        })
        .await?;
    Ok(listing::ended(&call.claim, Some(kind), "/account/security"))
}

/// The posted passwords.
#[derive(Deserialize)]
struct Passwords {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    password: String,
}

async fn password(
    request: HttpRequest,
    call: Call<Holder>,
    facts: web::Data<dyn HolderFacts>,
    posted: Posted<Passwords>,
) -> Result<HttpResponse, Problem> {
    let (current, new) = (Zeroizing::new(posted.0.current_password), Zeroizing::new(posted.0.password));
    let session = call.read::<_, DbError, _>(|_, context| Ok(context.actor.session.clone())).await?;
    let error = match change::change(&call.env, session, facts.into_inner(), (&current, &new)).await {
        Ok(()) => return Ok(reply::see_other("/account/security?notice=password")),
        Err(error) => error,
    };
    let errors = match &error {
        ChangeError::Password(wrong) if current.is_empty() => {
            Errors::default().on("current_password", "Enter your present password.").on("password", wrong.to_string())
        }
        ChangeError::Password(wrong) => Errors::default().on("password", wrong.to_string()),
        ChangeError::Credentials(SignInError::WrongCredentials) => {
            Errors::default().on("current_password", "This is not your present password.")
        }
        ChangeError::Credentials(SignInError::Limited(limited)) => Errors::default().whole(limited.advice()),
        ChangeError::Credentials(_) | ChangeError::StepUp => return Err(error.into()),
    };
    let page = frame::page(&call, "Security", Section::Security).await?.errors(errors);
    let mut response = draw(&request, &call, page, error.code().status).await?;
    if let ChangeError::Credentials(SignInError::Limited(limited)) = &error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}
