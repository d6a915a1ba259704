//! `POST /v1/accounts`, `…/verify`, `…/resend`.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::error::RegistrationError;
use super::model::{ContactInput, SignUpInput};
use super::sign_up;
use crate::identity::actors::Visitor;
use crate::identity::ports::AccountOpening;
use crate::identity::refusal;
use crate::kernel::ids::{Account, Id};
use crate::kernel::im_id::ImIdInput;
use crate::kernel::postal_address::PostalAddressInput;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::Operation;
use crate::platform::web::reply;

/// The operations of sign-up.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("create_account", Method::POST, "/v1/accounts", || web::post().to(create))
            .summary("Sign up; the mail's link opens the account. Answers the same for a known address.")
            .audit("registration.create")
            .json::<CreateAccount>()
            .reply::<Accepted>(202),
        Operation::new("verify_account", Method::POST, "/v1/accounts/verify", || web::post().to(verify))
            .summary("Open the account with the token of the mail's link.")
            .audit("account.create")
            .json::<VerifyAccount>()
            .reply::<Verified>(200),
        Operation::new("resend_verification", Method::POST, "/v1/accounts/resend", || web::post().to(resend))
            .summary("Have the mail of a sign-up sent again. Answers the same for every address.")
            .audit("registration.resend")
            .json::<ResendVerification>()
            .reply::<Accepted>(202),
    ]
}

/// A postal address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number, or box.
    line1: String,
    /// Floor, building, care of.
    line2: Option<String>,
    /// City or town.
    #[serde(default)]
    city: String,
    /// State or province.
    region: Option<String>,
    /// Postcode.
    postcode: Option<String>,
    /// Two-letter country code.
    country: String,
}

/// An instant-messaging id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImHandle {
    /// `xmpp`, `matrix`, `signal`, `telegram`, `skype`, …
    network: String,
    /// The handle there.
    handle: String,
}

/// A sign-up. Only the first three and the policy are needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// To confirm the account, to sign in, and for invoices.
    email: String,
    /// How to address the person, and the name on invoices.
    name: String,
    /// At least 15 characters, unless the installation asks for another length.
    password: String,
    /// The `version` of `GET /v1/policy` that the person has read and accepts.
    policy_version: i32,
    /// To call back about a problem with the account. E.164.
    phone: Option<String>,
    /// Printed on invoices; the country decides which tax applies.
    address: Option<Address>,
    /// Tells the person who answers what the customer works with.
    website: Option<String>,
    /// To answer where the person prefers to write.
    #[serde(default)]
    im_ids: Vec<ImHandle>,
    /// Language tag, e.g. `en`; without it, what Accept-Language asks for.
    locale: Option<String>,
    /// IANA name, e.g. `Asia/Singapore`.
    time_zone: Option<String>,
}

impl From<CreateAccount> for SignUpInput {
    fn from(body: CreateAccount) -> Self {
        let address = body.address.map(|address| {
            let Address { line1, line2, city, region, postcode, country } = address;
            PostalAddressInput { line1, line2, city, region, postcode, country }
        });
        let im_ids = body.im_ids.into_iter().map(|id| ImIdInput { network: id.network, handle: id.handle }).collect();
        let contact =
            ContactInput { phone: body.phone, address, website: body.website, im_ids, time_zone: body.time_zone };
        Self {
            email: body.email,
            name: body.name,
            password: body.password,
            contact,
            locale: body.locale,
            policy_version: body.policy_version,
        }
    }
}

/// The same answer for every address.
#[derive(Serialize, ToSchema)]
pub struct Accepted {
    /// What happens next.
    message: &'static str,
}

/// Says what happens next, whoever asked.
#[must_use]
pub fn accepted() -> HttpResponse {
    reply::json(202, &Accepted { message: "If a mail is due, it is on its way to this address." })
}

/// The refusal of a sign-up.
#[must_use]
pub fn refused(error: RegistrationError) -> HttpResponse {
    let limited = if let RegistrationError::Limited(limited) = &error { Some(*limited) } else { None };
    refusal::answer(&Problem::from(error), limited.as_ref())
}

async fn create(call: Call<Visitor>, body: Json<CreateAccount>) -> HttpResponse {
    match sign_up::sign_up(&call.env, &call.info, body.0.into()).await {
        Ok(()) => accepted(),
        Err(error) => refused(error),
    }
}

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyAccount {
    /// The `token` of the mail's link.
    token: String,
    /// The password of the sign-up. Ask for it where people open the link: then a press on the link of somebody else's
    /// sign-up with their address opens theirs, and not that one. Without it the link opens its own sign-up.
    #[serde(default)]
    password: Option<String>,
}

/// An opened account.
#[derive(Serialize, ToSchema)]
pub struct Verified {
    /// The account; sign in to use it.
    #[schema(value_type = String)]
    account_id: Id<Account>,
}

async fn verify(
    call: Call<Visitor>,
    opening: web::Data<dyn AccountOpening>,
    body: Json<VerifyAccount>,
) -> HttpResponse {
    let VerifyAccount { token, password } = body.0;
    let password = password.map(Zeroizing::new);
    let given = (token.as_str(), password.as_ref().map(|text| text.as_str()));
    match sign_up::prove(&call.env, &call.info, opening.into_inner(), given).await {
        Ok(account_id) => reply::json(200, &Verified { account_id }),
        Err(error) => refused(error),
    }
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendVerification {
    /// The address that signed up.
    email: String,
}

async fn resend(call: Call<Visitor>, body: Json<ResendVerification>) -> HttpResponse {
    match sign_up::resend(&call.env, &call.info, &body.0.email).await {
        Ok(()) => accepted(),
        Err(error) => refused(error),
    }
}
