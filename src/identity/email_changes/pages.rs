//! `/account/email` and `/email/undo`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::error::EmailChangeError;
use super::undoing::{self, Outcome, Proof};
use super::views::{Confirm, EmailChange, Undo};
use super::{actions, changing};
use crate::db::DbError;
use crate::identity::actors::{Anyone, Holder, SteppedUp};
use crate::identity::frame;
use crate::identity::freezing::error::FreezeError;
use crate::identity::freezing::pages::{complaints, finish};
use crate::identity::sessions::actions::step_up as again;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::sign_in::step_up;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::{Page, Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let (holder, visitor) = (Access::Holder, Access::Visitor);
    vec![
        PageRoute::new(Method::GET, "/account/email", holder, || web::get().to(show)),
        PageRoute::new(Method::POST, "/account/email", holder, || web::post().to(request)),
        PageRoute::new(Method::GET, "/account/email/confirm", holder, || web::get().to(button)),
        PageRoute::new(Method::POST, "/account/email/confirm", holder, || web::post().to(confirm)),
        PageRoute::new(Method::GET, "/email/undo", visitor, || web::get().to(undo)),
        PageRoute::new(Method::POST, "/email/undo", visitor, || web::post().to(freeze)),
        PageRoute::new(Method::POST, "/email/undo/password", visitor, || web::post().to(password)),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    notice: String,
}

async fn show(call: Call<Holder>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "E-mail address", Section::Profile).await?;
    let page = match query.0.notice.as_str() {
        "sent" => page.notice(Tone::Good, "A mail is on its way to the new address, and one to the present address."),
        "changed" => page.notice(Tone::Good, "Your e-mail address is changed, and your other sessions have ended."),
        _ => page,
    };
    draw(&call, page, String::new(), 200).await
}

async fn draw(call: &Call<Holder>, page: Page, email: String, status: u16) -> Result<HttpResponse, Problem> {
    let (present, pending, needs_factor) = call
        .read::<_, DbError, _>(|conn, context| {
            let account = &context.actor.account;
            let needs_factor = again::needs_factor(conn, &context.actor.session)?;
            Ok((actions::present(conn, account)?, actions::pending(conn, &context.env, account)?, needs_factor))
        })
        .await?;
    let dates = page.dates;
    let until = pending.as_ref().map(|row| dates.moment(row.holds_until));
    reply::page_with(
        status,
        &EmailChange {
            page,
            present,
            email,
            needs_password: !needs_factor,
            wanted: pending.map(|row| row.new_email.into_revealed()),
            until: until.unwrap_or_default(),
        },
    )
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// The form asks for the password itself, so its step-up is part of the same press; who has a factor is sent to the page
/// that asks for it, unless it was given lately.
async fn request(holder: Call<Holder>, call: Call<SteppedUp>, posted: Posted<Wanted>) -> Result<HttpResponse, Problem> {
    let (email, password) = (posted.0.email, Zeroizing::new(posted.0.password));
    let session = holder.read::<_, DbError, _>(|_, context| Ok(context.actor.session.clone())).await?;
    let proved = match step_up(&holder.env, session, &password).await {
        Ok(()) => changing::request(&call, &email).await?,
        Err(SignInError::ProofMissing("/factor")) => changing::request(&call, &email).await?,
        Err(SignInError::WrongCredentials) => Err(FreezeError::WrongPassword),
        Err(SignInError::Limited(limited)) => Err(FreezeError::Limited(limited)),
        Err(error) => return Err(error.into()),
    };
    let Err(error) = proved else { return Ok(reply::see_other("/account/email?notice=sent")) };
    let page = frame::page(&holder, "E-mail address", Section::Profile).await?.errors(complaints(&error)?);
    finish(draw(&holder, page, email, error.code().status).await?, &error)
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

async fn button(call: Call<Holder>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Confirm the new address", Section::Profile).await?;
    Ok(reply::secret_address(reply::page(&Confirm { page, token: query.0.token })?))
}

async fn confirm(call: Call<Holder>, posted: Posted<Token>) -> Result<HttpResponse, Problem> {
    match changing::switch(&call, &posted.0.token).await? {
        Ok(()) => Ok(reply::see_other("/account/email?notice=changed")),
        Err(error) => Err(error.into()),
    }
}

async fn undo(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    draw_undo(&call, (query.0.token, false), Errors::default(), 200).await
}

async fn draw_undo(
    call: &Call<Anyone>,
    (token, frozen): (String, bool),
    errors: Errors,
    status: u16,
) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Undo the change of the e-mail address", Section::None).await?.errors(errors);
    Ok(reply::secret_address(reply::page_with(status, &Undo { page, token, frozen })?))
}

async fn freeze(call: Call<Anyone>, posted: Posted<Token>) -> Result<HttpResponse, Problem> {
    undoing::undo(&call.env, &call.info, &posted.0.token, None).await?;
    draw_undo(&call, (posted.0.token, true), Errors::default(), 200).await
}

#[derive(Deserialize)]
struct Proving {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    recovery_code: String,
}

async fn password(call: Call<Anyone>, posted: Posted<Proving>) -> Result<HttpResponse, Problem> {
    let Proving { token, password, recovery_code } = posted.0;
    let proof = if recovery_code.trim().is_empty() {
        Proof::Password(Zeroizing::new(password))
    } else {
        Proof::RecoveryCode(Zeroizing::new(recovery_code))
    };
    match undoing::undo(&call.env, &call.info, &token, Some(&proof)).await {
        Ok(Outcome::Undone) => Ok(reply::see_other("/sign-in?notice=undone")),
        Ok(Outcome::Frozen) => draw_undo(&call, (token, true), Errors::default(), 200).await,
        Err(EmailChangeError::Freeze(error)) => {
            let response = draw_undo(&call, (token, true), complaints(&error)?, error.code().status).await?;
            finish(response, &error)
        }
        Err(error) => Err(error.into()),
    }
}
