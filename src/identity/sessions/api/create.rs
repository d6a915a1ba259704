//! `POST /v1/sessions`: sign in.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;
use zeroize::Zeroizing;

use super::current::SessionView;
use crate::identity::actors::Visitor;
use crate::identity::factors::model::Answer;
use crate::identity::refusal;
use crate::identity::sessions::actions::begin::Begun;
use crate::identity::sessions::browser;
use crate::identity::sessions::error::SignInError;
use crate::identity::sessions::model::{Choice, Computer, Transport};
use crate::identity::sessions::sign_in::{self, Credentials};
use crate::kernel::email_address::{EmailAddress, EmailError};
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

/// What somebody signs in with: `email` and `password`; or, after 401 `factor-required`, its `pending` with a factor; or
/// a passkey alone. Whatever is left out is the careful choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// The address.
    email: Option<String>,
    /// The password.
    password: Option<String>,
    /// `public` (the default) shortens the session, sets no lasting cookie and overrides the two wishes below. Said
    /// outright, it also has a link mailed that ends the session from elsewhere.
    computer: Option<Computer>,
    /// Keep the address in an encrypted cookie, to fill it in next time.
    #[serde(default)]
    remember_email: bool,
    /// Stay signed in for weeks.
    #[serde(default)]
    keep_signed_in: bool,
    /// The digits of the authenticator app, or a recovery code.
    factor: Option<String>,
    /// From 401 `factor-required`: the sign-in so far, in the place of address, password and the choices.
    pending: Option<String>,
    /// From `POST /v1/sessions/passkey-challenges`.
    challenge: Option<String>,
    /// The passkey's answer, as `PublicKeyCredential.toJSON()` writes it.
    #[schema(value_type = Option<Object>)]
    credential: Option<PublicKeyCredential>,
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
    let said = body.computer.map(|computer| Choice::new(computer, body.remember_email, body.keep_signed_in));
    let choice = said.unwrap_or_else(Choice::unsaid);
    let by_cookie = body.transport == Transport::Cookie;
    match attempt(&request, &call, body, choice).await {
        Ok(begun) => {
            if let Err(error) = sign_in::take_over(&call.env, &call.claim, &begun).await {
                return refused(error.into());
            }
            let session = SessionView::begun(&call.env, &begun);
            let by_cookie = begun.wish.transport == Transport::Cookie;
            let token = (!by_cookie).then(|| begun.secret.clone());
            let account_id = begun.principal.as_str().to_owned();
            let mut response = reply::json(201, &BegunSession { account_id, session, token });
            if by_cookie {
                browser::welcome(&call.env, &request, &mut response, &begun);
            }
            response
        }
        Err(Refused::Address(error)) => {
            let problem = Problem::new(&INVALID).fields(vec![FieldError::new("/email", error)]);
            refusal::answer(&problem, None)
        }
        Err(Refused::SignIn(error)) => {
            let mut response = refused(error);
            if by_cookie {
                browser::turn_away(&request, &mut response, choice);
            }
            response
        }
    }
}

enum Refused {
    Address(EmailError),
    SignIn(SignInError),
}

impl From<SignInError> for Refused {
    fn from(error: SignInError) -> Self {
        Self::SignIn(error)
    }
}

/// Signs in by whichever of the three ways the body names.
async fn attempt(
    request: &HttpRequest,
    call: &Call<Visitor>,
    body: CreateSession,
    choice: Choice,
) -> Result<Begun, Refused> {
    let (env, info, transport) = (&call.env, call.info.clone(), body.transport);
    let factor = Answer::given(body.factor, body.challenge, body.credential);
    if let Some(pending) = body.pending {
        let answer = factor.ok_or(SignInError::Missing(&["/factor"]))?;
        return Ok(sign_in::go_on(env, info, &pending, answer).await?);
    }
    let (email, password) = match (body.email, body.password, factor) {
        (None, None, Some(Answer::Passkey { challenge, credential })) => {
            return Ok(sign_in::by_passkey(env, info, (challenge, credential), (choice, transport)).await?);
        }
        (Some(email), Some(password), factor) => {
            let email = EmailAddress::parse(&email).map_err(Refused::Address)?;
            let (device, password) = (browser::known_device(env, request, &email), Zeroizing::new(password));
            let given = Credentials { email, password, factor, choice, transport, device };
            return Ok(sign_in::sign_in(env, info, given).await?);
        }
        (email, password, _) => (email, password),
    };
    let missing: &'static [&'static str] = match (email, password) {
        (None, None) => &["/email", "/password"],
        (None, _) => &["/email"],
        _ => &["/password"],
    };
    Err(SignInError::Missing(missing).into())
}

/// The refusal of a sign-in.
pub(super) fn refused(error: SignInError) -> HttpResponse {
    let limited = if let SignInError::Limited(limited) = &error { Some(*limited) } else { None };
    refusal::answer(&Problem::from(error), limited.as_ref())
}
