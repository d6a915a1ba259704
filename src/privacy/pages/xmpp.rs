//! The code of an XMPP address, on `/account/privacy`: asking for one, and giving it.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::actions;
use super::center::{PATH, draw};
use crate::db::DbError;
use crate::identity::actors::{Holder, SteppedUp};
use crate::identity::refusal;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::sign_in;
use crate::identity::throttle::model::Limited;
use crate::identity::xmpp_notices::codes;
use crate::identity::xmpp_notices::error::ProofError;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::form::Errors;
use crate::platform::web::posted::{Nothing, Posted};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn routes() -> Vec<PageRoute> {
    let posted = |path, route| PageRoute::new(Method::POST, path, Access::Holder, route);
    vec![
        posted("/account/privacy/xmpp-address/code", || web::post().to(send)),
        posted("/account/privacy/xmpp-address/proof", || web::post().to(confirm)),
    ]
}

async fn send(call: Call<Holder>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    let sent = call
        .write::<_, DbError, _>(|conn, context| match codes::send(conn, &context.env, &context.actor) {
            Err(ProofError::Db(error)) => Err(error),
            sent => Ok(sent),
        })
        .await?;
    match sent {
        Ok(()) => Ok(reply::see_other(&format!("{PATH}?notice=code#xmpp-notices"))),
        Err(error) => refused(&call, &error).await,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Given {
    code: String,
    password: String,
}

/// The form asks for the password itself where it was not given lately; who has a factor is sent to the page that asks for
/// it. A wrong password costs no try of the code.
async fn confirm(call: Call<Holder>, posted: Posted<Given>) -> Result<HttpResponse, Problem> {
    let (code, password) = (Zeroizing::new(posted.0.code), Zeroizing::new(posted.0.password));
    let (session, needs_password) = call
        .read::<_, DbError, _>(|conn, context| {
            let holder = &context.actor;
            Ok((holder.session.clone(), actions::needs_password(conn, &context.env, holder)?))
        })
        .await?;
    if needs_password && let Err(error) = sign_in::step_up(&call.env, session, &password).await {
        let (errors, limited) = match &error {
            SignInError::WrongCredentials => (Errors::default().on("password", "This is not your password."), None),
            SignInError::Limited(limited) => (Errors::default().whole(limited.advice()), Some(*limited)),
            _ => return Err(error.into()),
        };
        return again(&call, errors, (error.code().status, limited)).await;
    }
    let stepped_up: Call<SteppedUp> = call.acting();
    let confirmed = stepped_up
        .write::<_, DbError, _>(move |conn, context| codes::confirm(conn, &context.env, &context.actor.holder, &code))
        .await?;
    match confirmed {
        Ok(()) => Ok(reply::see_other(&format!("{PATH}?notice=proved"))),
        Err(error) => refused(&call, &error).await,
    }
}

/// The page once more, with what was wrong.
async fn refused(call: &Call<Holder>, error: &ProofError) -> Result<HttpResponse, Problem> {
    if error.code().name == NOT_FOUND.name {
        return Err(error.clone().into());
    }
    let mut errors = Errors::default();
    for field in error.fields() {
        // A code that is spent leaves no field on the page: the button that sends another stands there instead.
        let input = if matches!(error, ProofError::Spent(_) | ProofError::Wrong(0)) { "" } else { "code" };
        errors.push(input, field.message);
    }
    if errors.is_empty() {
        errors.push("", error.detail().unwrap_or_default());
    }
    let limited = if let ProofError::Limited(limited) = error { Some(*limited) } else { None };
    again(call, errors, (error.code().status, limited)).await
}

async fn again(
    call: &Call<Holder>,
    errors: Errors,
    (status, limited): (u16, Option<Limited>),
) -> Result<HttpResponse, Problem> {
    let mut response = draw(call, "", (errors, status)).await?;
    if let Some(limited) = &limited {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}
