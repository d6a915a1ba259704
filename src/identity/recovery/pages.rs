//! `/reset`: asking for the link, and the form behind it.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::reset;
use crate::identity::actors::Anyone;
use crate::identity::frame;
use crate::identity::ports::HolderFacts;
use crate::identity::registrations::error::RegistrationError;
use crate::identity::registrations::pages::{complaints, finish, plain};
use crate::identity::tokens::model::Purpose;
use crate::identity::views::{CheckMail, Forgot, Reset};
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::page::{Section, Tone};
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// The routes.
#[must_use]
pub fn pages() -> Vec<PageRoute> {
    let visitor = Access::Visitor;
    vec![
        PageRoute::new(Method::GET, "/reset", visitor, || web::get().to(form)),
        PageRoute::new(Method::POST, "/reset", visitor, || web::post().to(request)),
        PageRoute::new(Method::POST, "/reset/password", visitor, || web::post().to(complete)),
    ]
}

/// A link's token, or why somebody comes here.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    notice: String,
}

async fn form(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    let token = query.0.token.clone();
    if token.is_empty() {
        let mut page = frame::page(&call, "Forgotten password", Section::SignIn).await?;
        if query.0.notice == "reported" {
            let text = "Every session and every API token has ended, and the password opens nothing any more. We have \
                        mailed you a link for a new one; if it does not come or runs out, ask for another here.";
            page = page.notice(Tone::Good, text);
        }
        return reply::page(&Forgot { page, email: String::new() });
    }
    let page = frame::page(&call, "New password", Section::SignIn).await?;
    let password_min = call.env.settings.passwords.min_length;
    Ok(reply::secret_address(reply::page(&Reset { page, token, password_min })?))
}

/// An address.
#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    email: String,
}

async fn request(call: Call<Anyone>, posted: Posted<Address>) -> Result<HttpResponse, Problem> {
    let email = posted.0.email;
    match reset::request(&call.env, &call.info, &email).await {
        Ok(()) => {
            let page = frame::page(&call, "Check your mail", Section::SignIn).await?;
            let link_lifetime = page.lang.tell(Purpose::ResetPassword.lifetime_in_words()).into_owned();
            reply::page(&CheckMail { page, email, link_lifetime, for_password: true })
        }
        Err(error) => {
            let page = frame::page(&call, "Forgotten password", Section::SignIn).await?;
            let page = page.errors(complaints(&error, plain)?);
            finish(reply::page_with(error.code().status, &Forgot { page, email })?, &error)
        }
    }
}

/// The form behind the link.
#[derive(Deserialize)]
struct NewPassword {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

async fn complete(
    call: Call<Anyone>,
    facts: web::Data<dyn HolderFacts>,
    posted: Posted<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let NewPassword { token, password } = posted.0;
    match reset::complete(&call.env, &call.info, facts.into_inner(), &token, &password).await {
        Ok(true) => Ok(reply::see_other("/sign-in?notice=password-tokens")),
        Ok(false) => Ok(reply::see_other("/sign-in?notice=password")),
        Err(RegistrationError::LinkSpent) => {
            let text = "This link has expired or was used before. Ask for a new one.";
            let page = frame::page(&call, "Forgotten password", Section::SignIn).await?.notice(Tone::Bad, text);
            reply::page_with(410, &Forgot { page, email: String::new() })
        }
        Err(error) => {
            let page = frame::page(&call, "New password", Section::SignIn).await?;
            let page = page.errors(complaints(&error, plain)?);
            let password_min = call.env.settings.passwords.min_length;
            let response = reply::page_with(error.code().status, &Reset { page, token, password_min })?;
            finish(reply::secret_address(response), &error)
        }
    }
}
