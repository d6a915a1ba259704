//! The pages of sign-up: the form, "check your mail", the link's button, and sending again.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::error::RegistrationError;
use super::form::SignUpForm;
use super::model::SignUp;
use super::sign_up;
use crate::db::DbError;
use crate::identity::actors::Anyone;
use crate::identity::frame;
use crate::identity::ports::AccountOpening;
use crate::identity::refusal;
use crate::identity::tokens::model::Purpose;
use crate::identity::views::{CheckMail, Resend, SignUp as SignUpPage, Verify};
use crate::kernel::public_error::{FieldError, PublicError};
use crate::platform::trust::policy;
use crate::platform::web::call::Call;
use crate::platform::web::form::Errors;
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
        PageRoute::new(Method::GET, "/sign-up", visitor, || web::get().to(form)),
        PageRoute::new(Method::POST, "/sign-up", visitor, || web::post().to(post)),
        PageRoute::new(Method::GET, "/verify", visitor, || web::get().to(button)),
        PageRoute::new(Method::POST, "/verify", visitor, || web::post().to(verify)),
        PageRoute::new(Method::GET, "/verify/resend", visitor, || web::get().to(ask_again)),
        PageRoute::new(Method::POST, "/verify/resend", visitor, || web::post().to(send_again)),
    ]
}

async fn form(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    draw(&call, &SignUpForm::default(), Errors::default(), 200).await
}

async fn draw(call: &Call<Anyone>, form: &SignUpForm, errors: Errors, status: u16) -> Result<HttpResponse, Problem> {
    let current = call.read::<_, DbError, _>(|conn, _| policy::current(conn)).await?;
    let contact_open = form.has_contact();
    let page = frame::page(call, "Open an account", Section::SignUp).await?.errors(errors);
    let view = SignUpPage {
        name: form.name.clone(),
        email: form.email.clone(),
        password_min: call.env.settings.passwords.min_length,
        policy_version: current.version.to_string(),
        policy_date: page.dates.day(current.published_at),
        page,
        contact: form.contact(),
        contact_open,
    };
    reply::page_with(status, &view)
}

async fn post(call: Call<Anyone>, posted: Posted<SignUpForm>) -> Result<HttpResponse, Problem> {
    let form = posted.0;
    if form.accept_policy != "yes" {
        // Whoever corrects the box is not to meet the other complaints one by one.
        let mut errors = match SignUp::parse(&form.input(), sign_up::rules(&call.env)) {
            Ok(_) => Errors::default(),
            Err(fields) => form.errors(&fields),
        };
        if errors.of("accept_policy").is_none() {
            errors.push("accept_policy", "Please read the policy and tick the box to go on.");
        }
        return draw(&call, &form, errors, 422).await;
    }
    match sign_up::sign_up(&call.env, &call.info, form.input()).await {
        Ok(()) => check_mail(&call, form.email).await,
        Err(error) => {
            let errors = complaints(&error, |fields| form.errors(fields))?;
            finish(draw(&call, &form, errors, error.code().status).await?, &error)
        }
    }
}

async fn check_mail(call: &Call<Anyone>, email: String) -> Result<HttpResponse, Problem> {
    let page = frame::page(call, "Check your mail", Section::SignUp).await?;
    reply::page(&CheckMail {
        email,
        link_lifetime: page.lang.tell(Purpose::VerifyRegistration.lifetime_in_words()).into_owned(),
        page,
        for_password: false,
    })
}

/// A link's token, in the query or in the form.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

async fn button(call: Call<Anyone>, query: Query<Token>) -> Result<HttpResponse, Problem> {
    if query.0.token.is_empty() {
        return Ok(reply::see_other("/verify/resend"));
    }
    draw_button(&call, query.0.token, (Errors::default(), 200)).await
}

async fn draw_button(
    call: &Call<Anyone>,
    token: String,
    (errors, status): (Errors, u16),
) -> Result<HttpResponse, Problem> {
    let contested = sign_up::is_contested(&call.env, &token).await.map_err(RegistrationError::from)?;
    let page = frame::page(call, "Confirm your address", Section::SignUp).await?.errors(errors);
    Ok(reply::secret_address(reply::page_with(status, &Verify { page, token, contested })?))
}

/// The posted button.
#[derive(Deserialize)]
struct Proving {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

async fn verify(
    call: Call<Anyone>,
    opening: web::Data<dyn AccountOpening>,
    posted: Posted<Proving>,
) -> Result<HttpResponse, Problem> {
    let Proving { token, password } = posted.0;
    let password = Zeroizing::new(password);
    let given = (!password.is_empty()).then(|| password.as_str());
    if given.is_none() && sign_up::is_contested(&call.env, &token).await.map_err(RegistrationError::from)? {
        let errors = Errors::default().on("password", "Give the password that you chose when you signed up.");
        return draw_button(&call, token, (errors, 422)).await;
    }
    match sign_up::prove(&call.env, &call.info, opening.into_inner(), (&token, given)).await {
        Ok(_) => Ok(reply::see_other("/sign-in?notice=confirmed")),
        Err(RegistrationError::LinkSpent) => {
            let text = "This link has expired or was used before. If your address is confirmed already, just sign in.";
            let page = frame::page(&call, "Have the mail sent again", Section::SignUp).await?.notice(Tone::Bad, text);
            reply::page_with(410, &Resend { page, email: String::new() })
        }
        Err(error) if matches!(error, RegistrationError::Fields(_) | RegistrationError::Limited(_)) => {
            let told = (complaints(&error, plain)?, error.code().status);
            finish(draw_button(&call, token, told).await?, &error)
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask_again(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let page = frame::page(&call, "Have the mail sent again", Section::SignUp).await?;
    reply::page(&Resend { page, email: String::new() })
}

/// An address.
#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    email: String,
}

async fn send_again(call: Call<Anyone>, posted: Posted<Address>) -> Result<HttpResponse, Problem> {
    let email = posted.0.email;
    match sign_up::resend(&call.env, &call.info, &email).await {
        Ok(()) => check_mail(&call, email).await,
        Err(error) => {
            let errors = complaints(&error, plain)?;
            let page = frame::page(&call, "Have the mail sent again", Section::SignUp).await?.errors(errors);
            finish(reply::page_with(error.code().status, &Resend { page, email })?, &error)
        }
    }
}

/// Complaints of forms whose inputs are named like the API's fields.
#[must_use]
pub fn plain(fields: &[FieldError]) -> Errors {
    let mut errors = Errors::default();
    for field in fields {
        errors.push(field.pointer.trim_start_matches('/'), field.message.clone());
    }
    errors
}

/// What the form shows; failures of our own become the error page instead.
///
/// # Errors
/// The problem of a failure that no correction helps.
pub fn complaints(error: &RegistrationError, on_inputs: impl Fn(&[FieldError]) -> Errors) -> Result<Errors, Problem> {
    match error {
        RegistrationError::Limited(limited) => Ok(Errors::default().whole(limited.advice())),
        RegistrationError::Fields(_) | RegistrationError::PolicyOutdated(_) => Ok(on_inputs(&error.fields())),
        RegistrationError::LinkSpent => Ok(Errors::default().whole(error.code().title)),
        RegistrationError::Hash(_) => Err(Problem::new(error.code()).retry_after(2)),
        RegistrationError::Db(db) => Err(Problem::new(db.code())),
    }
}

/// Adds what a limit tells to a page.
///
/// # Errors
/// None of its own.
pub fn finish(mut response: HttpResponse, error: &RegistrationError) -> Result<HttpResponse, Problem> {
    if let RegistrationError::Limited(limited) = error {
        refusal::add_fields(&mut response, limited);
    }
    Ok(response)
}
