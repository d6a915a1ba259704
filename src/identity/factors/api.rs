//! `/v1/account/factors` and `/v1/account/recovery-codes`, for customers and staff.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::actions::adding::{self, Added};
use super::actions::{self, Own};
use super::error::FactorError;
use super::model::FactorKind;
use super::settling::{end_others, settle};
use super::store::FactorRow;
use crate::db::DbError;
use crate::identity::actors::{Proved, SignedIn};
use crate::identity::refusal;
use crate::kernel::deed::Deed;
use crate::kernel::ids::{Factor, Id};
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::json::{Json, JsonOrEmpty};
use crate::platform::web::posted::Query;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

/// The operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("list_factors", Method::GET, "/v1/account/factors", || web::get().to(list))
            .summary("Your second factors, and how many recovery codes are left.")
            .access(Access::Session)
            .reply::<OwnFactors>(200),
        Operation::new("create_factor", Method::POST, "/v1/account/factors", || web::post().to(create))
            .summary("Begin an authenticator app or a passkey; it counts once it is confirmed. Needs a step-up.")
            .access(Access::Session)
            .needs(Deed::Credentials)
            .audit(actions::BEGIN)
            .json::<CreateFactor>()
            .reply::<BegunFactor>(201),
        Operation::new("confirm_factor", Method::POST, "/v1/account/factors/confirm", || web::post().to(confirm))
            .summary("Confirm it: by a code of the app, or by the passkey's answer. Needs a step-up.")
            .access(Access::Session)
            .needs(Deed::Credentials)
            .audit(actions::CREATE)
            .json::<ConfirmFactor>()
            .reply::<AddedFactor>(201),
        Operation::new("delete_factor", Method::DELETE, "/v1/account/factors/{id}", || web::delete().to(delete))
            .summary("Remove a factor; with the last one the recovery codes go. Needs a step-up.")
            .access(Access::Session)
            .needs(Deed::Credentials)
            .audit(actions::DELETE)
            .query(&[("end_other_sessions", "`false` lets your other sessions go on; without it they end")])
            .empty(204),
        Operation::new("get_recovery_codes", Method::GET, "/v1/account/recovery-codes", || web::get().to(left))
            .summary("How many recovery codes are left.")
            .access(Access::Session)
            .reply::<CodesLeft>(200),
        Operation::new("create_recovery_codes", Method::POST, "/v1/account/recovery-codes", || web::post().to(renew))
            .summary("Make ten new recovery codes, shown this once; the old ones work no more. Needs a step-up.")
            .access(Access::Session)
            .needs(Deed::Credentials)
            .audit(actions::RENEW)
            .json::<RenewCodes>()
            .reply::<NewCodes>(201),
    ]
}

/// A factor.
#[derive(Serialize, ToSchema)]
pub struct FactorView {
    /// Which.
    #[schema(value_type = String)]
    id: Id<Factor>,
    /// What it is.
    kind: FactorKind,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = Option<String>)]
    last_used_at: Option<Timestamp>,
}

impl From<FactorRow> for FactorView {
    fn from(row: FactorRow) -> Self {
        let FactorRow { id, kind, name, created_at, last_used_at, .. } = row;
        Self { id, kind, name, created_at, last_used_at }
    }
}

/// What somebody has.
#[derive(Serialize, ToSchema)]
pub struct OwnFactors {
    /// The factors that count, the oldest first.
    data: Vec<FactorView>,
    /// There is one page only.
    #[schema(value_type = Option<String>)]
    next: Option<String>,
    /// Recovery codes that are left.
    recovery_codes_left: i64,
}

async fn list(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let Own { factors, codes_left } = own(&call).await?;
    let data = factors.into_iter().map(FactorView::from).collect();
    Ok(reply::json(200, &OwnFactors { data, next: None, recovery_codes_left: codes_left }))
}

async fn own(call: &Call<SignedIn>) -> Result<Own, Problem> {
    call.read::<_, DbError, _>(|conn, context| actions::own(conn, &context.actor.session)).await
}

/// A factor to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateFactor {
    /// What it is.
    kind: FactorKind,
    /// What to call it; up to 60 characters.
    #[serde(default)]
    name: String,
}

/// A factor that waits to be confirmed.
#[derive(Serialize, ToSchema)]
pub struct BegunFactor {
    /// What it is.
    kind: FactorKind,
    /// Of an app: which factor it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    id: Option<Id<Factor>>,
    /// Of an app: the secret in base 32, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Of an app: the same as an address for a QR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    otpauth_url: Option<String>,
    /// Of a passkey: names the challenge in the answer; holds five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    /// Of a passkey: for `PublicKeyCredential.parseCreationOptionsFromJSON()` and `navigator.credentials.create()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    public_key: Option<Value>,
}

async fn create(call: Call<Proved>, body: Json<CreateFactor>) -> Result<HttpResponse, Problem> {
    let CreateFactor { kind, name } = body.0;
    let begun = call
        .write::<_, FactorError, _>(move |conn, context| {
            let (env, session) = (&context.env, &context.actor.session);
            let none =
                BegunFactor { kind, id: None, secret: None, otpauth_url: None, challenge: None, public_key: None };
            Ok(match kind {
                FactorKind::Totp => {
                    let app = adding::enrol_totp(conn, env, session, &name)?;
                    let (secret, url) = (app.secret.as_str().to_owned(), app.url.as_str().to_owned());
                    BegunFactor { id: Some(app.id), secret: Some(secret), otpauth_url: Some(url), ..none }
                }
                FactorKind::Passkey => {
                    let asked = adding::begin_passkey(conn, env, session, &name)?;
                    BegunFactor { challenge: Some(asked.token), public_key: Some(asked.public_key), ..none }
                }
            })
        })
        .await?;
    Ok(reply::json(201, &begun))
}

/// Of an app its `id` and `code`; of a passkey `challenge` and `credential`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmFactor {
    /// The app's.
    id: Option<String>,
    /// What the app shows now.
    code: Option<String>,
    /// The passkey's.
    challenge: Option<String>,
    /// The passkey's answer, as `PublicKeyCredential.toJSON()` writes it.
    #[schema(value_type = Option<Object>)]
    credential: Option<RegisterPublicKeyCredential>,
    /// Whether your other sessions end; they do unless you say `false`.
    end_other_sessions: Option<bool>,
}

/// A factor that counts from now on.
#[derive(Serialize, ToSchema)]
pub struct AddedFactor {
    /// The factor.
    factor: FactorView,
    /// Recovery codes, shown this once; they come with the first factor.
    recovery_codes: Vec<String>,
}

async fn confirm(call: Call<Proved>, body: Json<ConfirmFactor>) -> Result<HttpResponse, Problem> {
    let body = body.0;
    let added = settle(&call, move |conn, context| {
        let (env, session) = (&context.env, &context.actor.session);
        let added = match (&body.challenge, &body.credential, &body.id, &body.code) {
            (Some(challenge), Some(credential), ..) => {
                adding::confirm_passkey(conn, env, session, challenge, credential)
            }
            (_, _, Some(id), Some(code)) => {
                let id = id.parse().map_err(|_| FactorError::NoSuchFactor)?;
                adding::confirm_totp(conn, env, session, &id, code)
            }
            _ => Err(FactorError::NotConfirmed("/code")),
        }?;
        end_others(conn, context, body.end_other_sessions.unwrap_or(true))?;
        Ok(added)
    })
    .await?;
    Ok(match added {
        Ok(Added { factor, codes }) => {
            let recovery_codes = codes.iter().map(|code| code.as_str().to_owned()).collect();
            reply::json(201, &AddedFactor { factor: factor.into(), recovery_codes })
        }
        Err(error) => refused(error),
    })
}

fn refused(error: FactorError) -> HttpResponse {
    let limited = if let FactorError::Limited(limited) = &error { Some(*limited) } else { None };
    refusal::answer(&Problem::from(error), limited.as_ref())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removing {
    end_other_sessions: Option<bool>,
}

async fn delete(
    call: Call<Proved>,
    id: web::Path<String>,
    Query(removing): Query<Removing>,
) -> Result<HttpResponse, Problem> {
    let id: Id<Factor> = id.parse().map_err(|_| Problem::new(&NOT_FOUND))?;
    call.write::<_, FactorError, _>(move |conn, context| {
        actions::remove(conn, &context.env, &context.actor.session, &id)?;
        Ok(end_others(conn, context, removing.end_other_sessions.unwrap_or(true))?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How many recovery codes are left.
#[derive(Serialize, ToSchema)]
pub struct CodesLeft {
    /// Their number.
    left: i64,
}

async fn left(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    Ok(reply::json(200, &CodesLeft { left: own(&call).await?.codes_left }))
}

/// New recovery codes, shown this once.
#[derive(Serialize, ToSchema)]
pub struct NewCodes {
    /// Each works once.
    codes: Vec<String>,
}

/// May be left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewCodes {
    /// Whether your other sessions end; they do unless you say `false`.
    end_other_sessions: Option<bool>,
}

async fn renew(call: Call<Proved>, body: JsonOrEmpty<RenewCodes>) -> Result<HttpResponse, Problem> {
    let ends = body.0.end_other_sessions.unwrap_or(true);
    let codes = call
        .write::<_, FactorError, _>(move |conn, context| {
            let codes = actions::renew_codes(conn, &context.env, &context.actor.session)?;
            end_others(conn, context, ends)?;
            Ok(codes)
        })
        .await?;
    Ok(reply::json(201, &NewCodes { codes: codes.iter().map(|code| code.as_str().to_owned()).collect() }))
}
