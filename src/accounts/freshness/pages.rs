//! `/account/reminders` and `/profile-check`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::checking::{send, spend};
use super::views::{CheckDone, CheckLink};
use crate::identity::actors::{Anyone, Holder};
use crate::identity::frame;
use crate::identity::freezing::error::FreezeError;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::page::{Section, Tone};
use crate::platform::web::posted::{Nothing, Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

const TITLE: &str = "Is what we keep still right?";

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::POST, "/account/reminders", Access::Holder, || web::post().to(ask)),
        PageRoute::new(Method::GET, "/profile-check", Access::Visitor, || web::get().to(link)),
        PageRoute::new(Method::POST, "/profile-check", Access::Visitor, || web::post().to(check)),
    ]
}

/// A link's token.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

async fn ask(call: Call<Holder>, _: Posted<Nothing>) -> Result<HttpResponse, Problem> {
    match send(&call).await? {
        Ok(()) => Ok(reply::see_other("/account?done=mailed")),
        Err(FreezeError::Limited(_)) => Ok(reply::see_other("/account?done=mailed-enough")),
        Err(error) => Err(error.into()),
    }
}

async fn link(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, TITLE, Section::None).await?;
    Ok(reply::secret_address(reply::page(&CheckLink { page, token: query.0.token })?))
}

async fn check(call: Call<Anyone>, posted: Posted<Token>) -> Result<HttpResponse, Problem> {
    let outcome = spend(&call, &posted.0.token).await;
    let page = frame::page(&call, TITLE, Section::None).await?;
    match outcome {
        Ok(checked) => reply::page(&CheckDone { page, is_confirmed: checked.confirmed_at.is_some() }),
        Err(FreezeError::LinkSpent) => {
            let text = "This link has expired, was used before, or belongs to an address that the account no longer has. \
                        Sign in to look at your profile, or have a new list mailed to you there.";
            let token = String::new();
            reply::page_with(410, &CheckLink { page: page.notice(Tone::Bad, text), token })
        }
        Err(error) if error.code().status < 500 => {
            let text = error.detail().unwrap_or_else(|| error.code().help.to_owned());
            reply::page_with(
                error.code().status,
                &CheckLink { page: page.notice(Tone::Bad, text), token: String::new() },
            )
        }
        Err(error) => Err(error.into()),
    }
}
