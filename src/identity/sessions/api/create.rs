//! `POST /v1/sessions`: sign in.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::current::SessionView;
use crate::identity::actors::Visitor;
use crate::identity::refusal;
use crate::identity::sessions::browser::{self, Signed};
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{Choice, Computer, Transport};
use crate::identity::sessions::sign_in::{self, Credentials};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::public_error::FieldError;
use crate::platform::web::call::Call;
use crate::platform::web::codes::INVALID;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::Operation;
use crate::platform::web::reply;

pub(super) fn operation() -> Operation {
    Operation::new("create_session", Method::POST, "/v1/sessions", || web::post().to(create))
        .summary("Sign in, as a customer or as staff.")
        .audit("session.create")
        .json::<CreateSession>()
        .reply::<BegunSession>(201)
}

/// What somebody signs in with. Whatever is left out is the careful choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// The address.
    email: String,
    /// The password.
    password: String,
    /// `public` (the default) shortens the session, sets no lasting cookie and overrides the two wishes below.
    #[serde(default)]
    computer: Computer,
    /// Keep the address in an encrypted cookie, to fill it in next time.
    #[serde(default)]
    remember_email: bool,
    /// Stay signed in for weeks.
    #[serde(default)]
    keep_signed_in: bool,
    /// The one-time code, where the account has a second factor.
    factor: Option<String>,
    /// By cookie, or by a token for the Authorization header.
    #[serde(default)]
    transport: Transport,
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
pub struct BegunSession {
    /// Who is signed in: an account, or a member of staff.
    account_id: String,
    /// The session.
    session: SessionView,
    /// The token, shown this once; only with `"transport": "bearer"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

async fn create(request: HttpRequest, call: Call<Visitor>, body: Json<CreateSession>) -> HttpResponse {
    let body = body.0;
    let choice = Choice::new(body.computer, body.remember_email, body.keep_signed_in);
    let by_cookie = body.transport == Transport::Cookie;
    let email = match EmailAddress::parse(&body.email) {
        Ok(email) => email,
        Err(error) => {
            let problem = Problem::new(&INVALID).fields(vec![FieldError::new("/email", error)]);
            return refusal::answer(&problem, None);
        }
    };
    let given = Credentials {
        device: browser::known_device(&call.env, &request, &email),
        email: email.clone(),
        password: Zeroizing::new(body.password),
        factor: body.factor,
        choice,
        transport: body.transport,
    };
    match sign_in::sign_in(&call.env, call.info.clone(), given).await {
        Ok(begun) => {
            let session = SessionView::begun(&call.env, &begun);
            let token = (!by_cookie).then(|| begun.secret.clone());
            let account_id = begun.principal.as_str().to_owned();
            let mut response = reply::json(201, &BegunSession { account_id, session, token });
            if by_cookie {
                browser::welcome(&call.env, &request, &mut response, &begun, Signed { email: &email, choice });
            }
            response
        }
        Err(error) => {
            let mut response = refused(error);
            if by_cookie {
                browser::turn_away(&request, &mut response, choice);
            }
            response
        }
    }
}

/// The refusal of a sign-in.
pub(super) fn refused(error: SignInError) -> HttpResponse {
    let limited = if let SignInError::Limited(limited) = &error { Some(*limited) } else { None };
    refusal::answer(&Problem::from(error), limited.as_ref())
}
