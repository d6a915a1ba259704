//! Asking a passkey to sign: anybody's before a sign-in, those of one account after its password or within its session.

use super::error::SignInError;
use super::pending::Pending;
use crate::identity::actors::Anyone;
use crate::identity::factors::error::FactorError;
use crate::identity::factors::passkeys::{Challenge, assertion};
use crate::identity::principals::model::PrincipalId;
use crate::identity::throttle::actions as throttle;
use crate::identity::throttle::model::PASSKEY_BY_IP;
use crate::platform::web::call::Call;
use crate::platform::web::problem::Problem;

/// Makes a challenge. One that is refused for too many is counted all the same.
///
/// # Errors
/// 401 for a pending sign-in that is over, 409 where passkeys do not work or the account has none, 429.
pub async fn ask(call: &Call<Anyone>, pending: Option<String>) -> Result<Challenge, Problem> {
    let waiting = match pending {
        Some(text) => Some(Pending::open(&call.env, &text).ok_or(SignInError::Expired)?.principal),
        None => None,
    };
    let outcome: Result<Challenge, FactorError> = call
        .write::<_, FactorError, _>(move |conn, context| {
            let from = context.info.address_group().to_string();
            if let Err(limited) = throttle::take(conn, &context.env, &PASSKEY_BY_IP, &from)? {
                return Ok(Err(FactorError::Limited(limited)));
            }
            let owner: Option<PrincipalId> = match (&waiting, &context.actor) {
                (Some(principal), _) => Some(principal.clone()),
                (None, Anyone::Holder(holder)) => Some(PrincipalId::Holder(holder.account.clone())),
                (None, Anyone::Staff(staff)) => Some(PrincipalId::Staff(staff.id.clone())),
                (None, Anyone::Visitor) => None,
            };
            assertion::ask(conn, &context.env, owner.as_ref()).map(Ok)
        })
        .await?;
    Ok(outcome?)
}
