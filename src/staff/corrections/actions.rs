//! Looking at a request and deciding it.

use crate::accounts::corrections::actions::{self as corrections, Correction};
use crate::accounts::corrections::deciding::{self, Decision};
use crate::accounts::ripples::actions as ripples;
use crate::db::DbConnection;
use crate::env::Env;
use crate::identity::actors::StaffSession;
use crate::kernel::ids::{self, Id, RippleTask};
use crate::privacy::looks::model::Purpose;
use crate::staff::actions::{Look, record};
use crate::staff::error::StaffError;
use crate::staff::model::Shown;

/// Records the look and opens a request, in one transaction: nothing is shown unless the row is committed.
///
/// # Errors
/// [`StaffError::PurposeRequired`]; [`StaffError::NotFound`]; the database failed.
pub fn open(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    (id, purpose, case): (&Id<ids::Correction>, Option<Purpose>, Option<String>),
) -> Result<Correction, StaffError> {
    purpose.ok_or(StaffError::PurposeRequired)?;
    let request = corrections::find(conn, env, id)?;
    let look = Look { account: request.account.clone(), purpose, case };
    record(conn, env, (member, &look), &[Shown::Correction])?;
    Ok(request)
}

/// Decides a request; that is a look at it too.
///
/// # Errors
/// See [`deciding::decide`].
pub fn decide(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    (id, decision): (&Id<ids::Correction>, &Decision),
) -> Result<Correction, StaffError> {
    open(conn, env, member, (id, Some(Purpose::DataRequest), None))?;
    Ok(deciding::decide(conn, env, member, (id, decision))?)
}

/// Notes that a recipient was told in person; `false` when that was noted already.
///
/// # Errors
/// [`StaffError::NotFound`]; the database failed.
pub fn told(
    conn: &mut DbConnection,
    env: &Env,
    member: &StaffSession,
    task: &Id<RippleTask>,
) -> Result<bool, StaffError> {
    ripples::done(conn, env, task, &member.id).map_err(StaffError::of_missing)
}
