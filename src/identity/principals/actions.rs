//! Moving an account from state to state.

use super::model::PrincipalId;
use super::states::Event;
use super::store;
use crate::db::{DbConnection, DbError};
use crate::kernel::deed::Deed;

/// Moves an account on, in the caller's transaction; `false` where its state refuses the event.
///
/// # Errors
/// [`DbError::NotFound`]; [`DbError::Busy`] when it was moved at the same moment; the database failed.
pub fn apply(conn: &mut DbConnection, id: &PrincipalId, event: Event) -> Result<bool, DbError> {
    let from = store::find(conn, id)?.ok_or(DbError::NotFound)?.status;
    let Some(to) = from.next(event) else { return Ok(false) };
    if store::replace_status(conn, id, from, to)? { Ok(true) } else { Err(DbError::Busy) }
}

/// Whether the state of an account, or of a member of staff, allows something right now: for what comes by a mailed link or by itself, where no
/// session is asked. Holds the row until the commit, so that no freeze gets in between.
///
/// # Errors
/// The database failed.
pub fn allows(conn: &mut DbConnection, id: &PrincipalId, deed: Deed) -> Result<bool, DbError> {
    Ok(store::hold(conn, id)?.is_some_and(|(standing, _)| !standing.is_disabled && standing.status.allows(deed)))
}
