//! Freezing by staff.

use crate::db::DbConnection;
use crate::env::Env;
use crate::identity::actors::StaffSession;
use crate::identity::freezing::actions as freezing;
use crate::identity::freezing::error::FreezeError;
use crate::identity::freezing::model::{Cause, Lifted, Reason};
use crate::identity::principals::model::PrincipalId;
use crate::identity::principals::store as principals;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{Account, Id};
use crate::kernel::public_error::FieldError;
use crate::privacy::looks::model::Purpose;
use crate::staff::actions::{Look, record};
use crate::staff::error::StaffError;
use crate::staff::model::Shown;

/// What staff want of an account's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Freeze it.
    Freeze,
    /// Lift that.
    Unfreeze,
}

/// Freezes an account or lifts that, for a reason; `case` names the case, where there is one.
///
/// # Errors
/// A reason that says nothing; no such account; one that is in that state already; the database failed.
pub fn decide(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    (account, wish): (&Id<Account>, Wish),
    (reason, case): (&str, Option<String>),
) -> Result<(), StaffError> {
    let reason: Reason = reason.parse().map_err(|text: &str| FreezeError::Field(FieldError::new("/reason", text)))?;
    let actor = Actor::Staff(member.id.clone());
    if principals::find(conn, &PrincipalId::Holder(account.clone()))?.is_none() {
        return Err(StaffError::NotFound);
    }
    let look = Look { account: account.clone(), purpose: Some(Purpose::FraudCheck), case };
    record(conn, env, (member, &look), &[Shown::Status])?;
    match wish {
        Wish::Freeze => {
            let cause = Cause::Staff(reason.into_text());
            if !freezing::freeze(conn, env, account, &cause, &actor)? {
                return Err(FreezeError::State("This account is frozen already.").into());
            }
        }
        Wish::Unfreeze => freezing::lift(conn, env, account, &Lifted::Staff(reason.into_text()), &actor)?,
    }
    Ok(())
}
