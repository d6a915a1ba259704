//! The second step of signing in: what was chosen and that the password was right come along sealed, so nothing is asked
//! twice and no password stands in a page.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::sign_in::{complaint, entered, own_path};
use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::identity::factors::actions;
use crate::identity::factors::model::Answer;
use crate::identity::factors::views::SignInFactor;
use crate::identity::frame;
use crate::identity::refusal;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::pending::Pending;
use crate::identity::sessions::sign_in;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::Section;
use crate::platform::web::posted::Posted;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

pub(super) fn pages() -> Vec<PageRoute> {
    vec![PageRoute::new(Method::POST, "/sign-in/factor", Access::Visitor, || web::post().to(post))]
}

/// Asks for the factor.
///
/// # Errors
/// The database failed.
pub async fn ask(call: &Call<Anyone>, pending: &str, next: &str, passkey: bool) -> Result<HttpResponse, Problem> {
    draw(call, (pending, next, passkey), (Errors::default(), 200)).await
}

async fn draw(
    call: &Call<Anyone>,
    (pending, next, passkey): (&str, &str, bool),
    (errors, status): (Errors, u16),
) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Second factor", Section::SignIn).await?.errors(errors);
    let (pending, next) = (pending.to_owned(), own_path(next).unwrap_or_default());
    Ok(reply::with_script(reply::page_with(status, &SignInFactor { page, pending, next, passkey })?))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Given {
    pending: String,
    factor: String,
    challenge: String,
    credential: String,
    next: String,
}

async fn post(request: HttpRequest, call: Call<Anyone>, posted: Posted<Given>) -> Result<HttpResponse, Problem> {
    let Given { pending, factor, challenge, credential, next } = posted.0;
    let factor = Zeroizing::new(factor);
    let Some(answer) = Answer::posted(&factor, challenge, &credential) else {
        let errors = Errors::default().on("factor", "Enter the code, or use a passkey.");
        let passkey = has_passkey(&call, &pending).await?;
        return draw(&call, (&pending, &next, passkey), (errors, 422)).await;
    };
    let error = match sign_in::go_on(&call.env, call.info.clone(), &pending, answer).await {
        Ok(begun) => return entered(&request, &call, &begun, &next).await,
        Err(error) => error,
    };
    if matches!(error, SignInError::Expired) {
        return Ok(reply::see_other("/sign-in?notice=expired"));
    }
    let errors = match &error {
        SignInError::WrongFactor if factor.is_empty() => {
            Errors::default().whole("The passkey did not answer as it should. Try again, or enter a code.")
        }
        error => complaint(error)?,
    };
    let passkey = has_passkey(&call, &pending).await?;
    let mut response = draw(&call, (&pending, &next, passkey), (errors, error.code().status)).await?;
    if let SignInError::Limited(limited) = &error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}

async fn has_passkey(call: &Call<Anyone>, pending: &str) -> Result<bool, Problem> {
    let Some(waiting) = Pending::open(&call.env, pending) else { return Ok(false) };
    let ways = call.read::<_, DbError, _>(move |conn, _| actions::ways(conn, &waiting.principal)).await?;
    Ok(ways.contains(&"passkey"))
}
