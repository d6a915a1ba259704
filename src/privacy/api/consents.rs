//! `GET`, `PUT` and `DELETE /v1/account/consents/{purpose}`

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::actions::{self, Decision};
use super::super::error::PrivacyError;
use crate::identity::actors::Holder;
use crate::kernel::deed::Deed;
use crate::platform::trust::consents::Purpose;
use crate::platform::web::call::Call;
use crate::platform::web::json::Json;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, Operation};
use crate::platform::web::reply;

const PATH: &str = "/v1/account/consents/{purpose}";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("get_consent", Method::GET, PATH, || web::get().to(get))
            .summary("What the holder has agreed to for a purpose (`card-payments`, `xmpp-notices`)")
            .access(Access::Holder)
            .reply::<Consent>(200),
        Operation::new("put_consent", Method::PUT, PATH, || web::put().to(give))
            .summary(
                "Records that the holder agrees, after the words were shown to them; for `xmpp-notices` a code leaves that \
                 confirms the address",
            )
            .access(Access::Holder)
            .audit(actions::GIVE)
            .json::<Agreement>()
            .reply::<Consent>(200)
            .shows_stored(),
        Operation::new("delete_consent", Method::DELETE, PATH, || web::delete().to(withdraw))
            .summary("Withdraws the consent; cards shared on it are removed, notices by XMPP end")
            .access(Access::Holder)
            .needs(Deed::Lessen)
            .audit(actions::WITHDRAW)
            .empty(204),
    ]
}

/// The holder's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Agreement {
    /// True once the person has agreed; nothing else records a consent.
    consent: bool,
}

/// A decision about a purpose.
#[derive(Serialize, ToSchema)]
struct Consent {
    /// `card-payments` or `xmpp-notices`
    purpose: &'static str,
    /// `given`, `withdrawn` or `none`.
    status: &'static str,
    /// The very words agreed to.
    wording: Option<String>,
    /// Policy version in force when it was given.
    policy_version: Option<i32>,
    /// RFC 3339.
    given_at: Option<String>,
    /// RFC 3339.
    withdrawn_at: Option<String>,
}

// What the path and the body say is judged inside the closure: a stranger learns nothing but that they are one.
async fn get(call: Call<Holder>, purpose: web::Path<String>) -> Result<HttpResponse, Problem> {
    let decision = call
        .read(move |conn, context| Ok::<_, PrivacyError>(actions::decision(conn, &context.actor, parse(&purpose)?)?))
        .await?;
    Ok(reply::json(200, &Consent::from(decision)))
}

async fn give(
    call: Call<Holder>,
    purpose: web::Path<String>,
    Json(agreement): Json<Agreement>,
) -> Result<HttpResponse, Problem> {
    let (decision, may_read) = call
        .write(move |conn, context| {
            let may_read = context.actor.session.may_read;
            let purpose = parse(&purpose)?;
            if !agreement.consent {
                return Err(PrivacyError::NotAgreed);
            }
            let lang = context.info.asked.unwrap_or_default();
            Ok((actions::give(conn, &context.env, &context.actor, purpose, lang)?, may_read))
        })
        .await?;
    if !may_read {
        return Ok(reply::unread(None));
    }
    Ok(reply::json(200, &Consent::from(decision)))
}

async fn withdraw(call: Call<Holder>, purpose: web::Path<String>) -> Result<HttpResponse, Problem> {
    call.write(move |conn, context| {
        Ok::<_, PrivacyError>(actions::withdraw(conn, &context.env, &context.actor, parse(&purpose)?)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn parse(purpose: &str) -> Result<Purpose, PrivacyError> {
    purpose.parse().map_err(|_| PrivacyError::NoSuchPurpose)
}

impl From<Decision> for Consent {
    fn from(decision: Decision) -> Self {
        let status = match (&decision.given, decision.withdrawn_at) {
            (None, _) => "none",
            (Some(_), None) => "given",
            (Some(_), Some(_)) => "withdrawn",
        };
        Self {
            purpose: decision.purpose.as_str(),
            status,
            policy_version: decision.given.as_ref().map(|entry| entry.policy_version),
            given_at: decision.given.as_ref().map(|entry| entry.at.to_string()),
            wording: decision.given.map(|entry| entry.wording),
            withdrawn_at: decision.withdrawn_at.map(|at| at.to_string()),
        }
    }
}
