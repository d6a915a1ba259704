//! `/account/security/prove`: password or factor once more, then back to where one was.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::db::DbError;
use crate::identity::actors::SignedIn;
use crate::identity::factors::actions;
use crate::identity::factors::model::Answer;
use crate::identity::factors::views::Prove;
use crate::identity::frame;
use crate::identity::refusal;
use crate::identity::sessions::actions::{owner, step_up};
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::pages::own_path;
use crate::identity::sessions::sign_in;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::Section;
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const HERE: &str = "/account/security/prove";

pub(super) fn pages() -> Vec<PageRoute> {
    let signed_in = Access::Session;
    vec![
        PageRoute::new(Method::GET, HERE, signed_in, || web::get().to(form)),
        PageRoute::new(Method::POST, HERE, signed_in, || web::post().to(post)),
    ]
}

#[derive(Deserialize)]
struct Arrival {
    #[serde(default)]
    next: String,
}

async fn form(call: Call<SignedIn>, query: Query<Arrival>) -> Result<HttpResponse, Problem> {
    draw(&call, &query.0.next, (Errors::default(), 200)).await
}

async fn draw(call: &Call<SignedIn>, next: &str, (errors, status): (Errors, u16)) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Prove that it is you", Section::Security).await?.errors(errors);
    let ways = call.read::<_, DbError, _>(|conn, context| actions::ways(conn, &owner(&context.actor.session)?)).await?;
    let has = |way: &str| ways.contains(&way);
    let view = Prove { page, next: back(next), code: has("totp") || has("recovery_code"), passkey: has("passkey") };
    Ok(reply::with_script(reply::page_with(status, &view)?))
}

/// Where one was, if it is a page of ours.
fn back(next: &str) -> String {
    own_path(next).filter(|path| !path.starts_with(HERE)).unwrap_or_else(|| "/account/security/factors".to_owned())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Proof {
    password: String,
    factor: String,
    challenge: String,
    credential: String,
    next: String,
}

async fn post(call: Call<SignedIn>, posted: Posted<Proof>) -> Result<HttpResponse, Problem> {
    let Proof { password, factor, challenge, credential, next } = posted.0;
    let (password, factor) = (Zeroizing::new(password), Zeroizing::new(factor));
    let (session, by_factor) = call
        .read::<_, DbError, _>(|conn, context| {
            let session = context.actor.session.clone();
            Ok((session.clone(), step_up::needs_factor(conn, &session)?))
        })
        .await?;
    let outcome = if let Some(answer) = Answer::posted(&factor, challenge, &credential) {
        sign_in::step_up_by_factor(&call.env, session, answer).await
    } else if password.is_empty() && !by_factor {
        Err(SignInError::ProofMissing("/password"))
    } else {
        sign_in::step_up(&call.env, session, &password).await
    };
    let error = match outcome {
        Ok(()) => return Ok(reply::see_other(&back(&next))),
        Err(error) => error,
    };
    let errors = match &error {
        SignInError::ProofMissing("/factor") => Errors::default().on("factor", "Enter the code, or use a passkey."),
        SignInError::ProofMissing(_) => Errors::default().on("password", "Enter your password."),
        SignInError::WrongCredentials => Errors::default().on("password", "This is not your password."),
        SignInError::WrongFactor if factor.is_empty() => {
            Errors::default().whole("The passkey did not answer as it should. Try again.")
        }
        SignInError::WrongFactor => Errors::default().on("factor", "This code is wrong or was used before."),
        SignInError::Limited(limited) => Errors::default().whole(limited.advice()),
        _ => return Err(error.into()),
    };
    let mut response = draw(&call, &next, (errors, error.code().status)).await?;
    if let SignInError::Limited(limited) = &error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}
