//! `/staff/sign-in`: password and one-time code at once. Signing out is the same as everybody's.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::views::StaffSignIn;
use crate::identity::actors::Anyone;
use crate::identity::factors::model::Answer;
use crate::identity::frame;
use crate::identity::refusal;
use crate::identity::sessions::browser;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{Choice, Computer, Transport};
use crate::identity::sessions::pages::factor::ask;
use crate::identity::sessions::pages::{complaint, own_path};
use crate::identity::sessions::sign_in::{self, Credentials};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::public_error::PublicError;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
use crate::platform::web::page::Section;
use crate::platform::web::posted::{Posted, Query};
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;

/// Where staff begin.
const START: &str = "/staff/subscriptions";

pub(super) fn routes() -> Vec<PageRoute> {
    let visitor = Access::Visitor;
    vec![
        PageRoute::new(Method::GET, "/staff/sign-in", visitor, || web::get().to(form)),
        PageRoute::new(Method::POST, "/staff/sign-in", visitor, || web::post().to(post)),
    ]
}

/// The form; its fields come back as typed, but for the secrets.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Form {
    email: String,
    password: String,
    factor: String,
    next: String,
}

async fn form(call: Call<Anyone>, query: Query<Form>) -> Result<HttpResponse, Problem> {
    draw(&call, (String::new(), &query.0.next), (Errors::default(), 200)).await
}

async fn draw(
    call: &Call<Anyone>,
    (email, next): (String, &str),
    (errors, status): (Errors, u16),
) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Staff sign-in", Section::None).await?.errors(errors);
    reply::page_with(status, &StaffSignIn { page, email, next: own_path(next).unwrap_or_default() })
}

async fn post(request: HttpRequest, call: Call<Anyone>, posted: Posted<Form>) -> Result<HttpResponse, Problem> {
    let Form { email: typed, password, factor, next } = posted.0;
    let password = Zeroizing::new(password);
    let email = match EmailAddress::parse(&typed) {
        Ok(email) => email,
        Err(error) => {
            let errors = Errors::default().on("email", error.to_string());
            return draw(&call, (typed, &next), (errors, 422)).await;
        }
    };
    // What may stay on the computer is fixed for staff: nothing but the session.
    let choice = Choice::new(Computer::Own, false, false);
    let given = Credentials {
        device: browser::known_device(&call.env, &request, &email),
        email: email.clone(),
        password,
        factor: Answer::posted(&factor, String::new(), ""),
        choice,
        transport: Transport::Cookie,
    };
    match sign_in::sign_in(&call.env, call.info.clone(), given).await {
        Ok(begun) => {
            sign_in::take_over(&call.env, &call.claim, &begun).await?;
            let next = own_path(&next).unwrap_or_else(|| START.to_owned());
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let mut response = reply::see_other(&format!("/sign-in/done?next={next}"));
            browser::welcome(&call.env, &request, &mut response, &begun);
            Ok(response)
        }
        Err(SignInError::FactorRequired(waiting)) => {
            let next = own_path(&next).unwrap_or_else(|| START.to_owned());
            ask(&call, &waiting.pending, &next, waiting.ways.contains(&"passkey")).await
        }
        Err(error) => {
            let told = (complaint(&error)?, error.code().status);
            let mut response = draw(&call, (typed, &next), told).await?;
            if let SignInError::Limited(limited) = &error {
                refusal::add_fields(&mut response, limited);
            }
            Ok(response)
        }
    }
}
