//! Rows of principals.

use diesel::prelude::*;

use super::model::{PrincipalId, Status};
use crate::db::schema::principals;
use crate::db::{DbConnection, DbError};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;

crate::text_column!(Status, PrincipalId);

/// A principal. Has no `Debug`: the hash is in it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = principals)]
pub struct Principal {
    /// Who.
    pub id: PrincipalId,
    /// The address as its owner wrote it.
    pub email: Personal<String>,
    /// What is unique.
    pub email_key: Personal<String>,
    /// Whether they may sign in.
    pub status: Status,
    /// Hash of the password.
    pub password_phc: String,
    /// When the address was proved.
    pub verified_at: Timestamp,
    /// Since when an operator lets this member of staff in no more.
    pub disabled_at: Option<Timestamp>,
}

/// A new principal, its address proved.
#[derive(Insertable)]
#[diesel(table_name = principals)]
pub struct NewPrincipal<'a> {
    /// Who.
    pub id: &'a PrincipalId,
    /// `holder` or `staff`.
    pub kind: &'static str,
    /// The address as its owner wrote it.
    pub email: &'a str,
    /// What is unique.
    pub email_key: &'a str,
    /// Hash of the password.
    pub password_phc: &'a str,
    /// Whether they may sign in.
    pub status: Status,
    /// Now.
    pub created_at: Timestamp,
    /// When the address was proved.
    pub verified_at: Timestamp,
}

/// The principal with this address.
///
/// # Errors
/// The database failed.
pub fn find_by_email(conn: &mut DbConnection, email_key: &str) -> Result<Option<Principal>, DbError> {
    let named = principals::table.filter(principals::email_key.eq(email_key));
    Ok(named.select(Principal::as_select()).first(conn).optional()?)
}

/// The principal with this id.
///
/// # Errors
/// The database failed.
pub fn find(conn: &mut DbConnection, id: &PrincipalId) -> Result<Option<Principal>, DbError> {
    Ok(principals::table.find(id).select(Principal::as_select()).first(conn).optional()?)
}

/// Inserts a principal.
///
/// # Errors
/// [`DbError::Duplicate`] when the address has one already; the database failed.
pub fn insert(conn: &mut DbConnection, new: &NewPrincipal<'_>) -> Result<(), DbError> {
    diesel::insert_into(principals::table).values(new).execute(conn)?;
    Ok(())
}

/// How a principal stands whose password was just given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub status: Status,
    /// Whether a new password must be set before anybody signs in.
    pub needs_reset: bool,
    /// Whether an operator has taken this member of staff's access away.
    pub is_disabled: bool,
}

/// What a row says of how its owner stands.
type StandingRow = (Status, Option<Timestamp>, Option<Timestamp>);

impl From<StandingRow> for Standing {
    fn from((status, reset, disabled): StandingRow) -> Self {
        Self { status, needs_reset: reset.is_some(), is_disabled: disabled.is_some() }
    }
}

/// Writes `to` where the password's hash is still `from`, and answers how its owner stands; `None` when it has changed
/// meanwhile. Written even when both are equal: the row stays locked until the commit, so that a reset at the same
/// moment either sees the session that is about to begin, or prevents it.
///
/// # Errors
/// The database failed.
pub fn replace_password(
    conn: &mut DbConnection,
    id: &PrincipalId,
    from: &str,
    to: &str,
) -> Result<Option<Standing>, DbError> {
    let unchanged = principals::table.find(id).filter(principals::password_phc.eq(from));
    let row: Option<StandingRow> = diesel::update(unchanged)
        .set(principals::password_phc.eq(to))
        .returning((principals::status, principals::reset_required_at, principals::disabled_at))
        .get_result(conn)
        .optional()?;
    Ok(row.map(Standing::from))
}

/// Locks the principal's row until the commit; answers how its owner stands, and the hash, as they are now. Whoever
/// changes both at the same moment comes before or after.
///
/// # Errors
/// The database failed.
pub fn hold(conn: &mut DbConnection, id: &PrincipalId) -> Result<Option<(Standing, String)>, DbError> {
    let standing = (principals::status, principals::reset_required_at, principals::disabled_at);
    let row: Option<(StandingRow, String)> = diesel::update(principals::table.find(id))
        .set(principals::version.eq(principals::version))
        .returning((standing, principals::password_phc))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(standing, phc)| (standing.into(), phc)))
}

/// Sets a password, whoever knew the one before.
///
/// # Errors
/// [`DbError::NotFound`] when the principal is gone; the database failed.
pub fn set_password(conn: &mut DbConnection, id: &PrincipalId, phc: &str) -> Result<(), DbError> {
    let changed = diesel::update(principals::table.find(id)).set(principals::password_phc.eq(phc)).execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::NotFound) }
}

/// Sets a password that somebody chose who has shown that the mailbox is theirs: what [`require_reset`] waits for.
///
/// # Errors
/// [`DbError::NotFound`] when the principal is gone; the database failed.
pub fn choose_password(conn: &mut DbConnection, id: &PrincipalId, phc: &str) -> Result<(), DbError> {
    let new = (principals::password_phc.eq(phc), principals::reset_required_at.eq(None::<Timestamp>));
    let changed = diesel::update(principals::table.find(id)).set(new).execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(DbError::NotFound) }
}

/// Moves a principal from one state to another; `false` when it is no longer in the first.
///
/// # Errors
/// [`DbError::Refused`] for a move that there is not; the database failed.
pub fn replace_status(conn: &mut DbConnection, id: &PrincipalId, from: Status, to: Status) -> Result<bool, DbError> {
    let unchanged = principals::table.find(id).filter(principals::status.eq(from));
    Ok(diesel::update(unchanged).set(principals::status.eq(to)).execute(conn)? == 1)
}

/// The state, with the row held until the transaction ends.
///
/// # Errors
/// The database failed.
pub fn lock(conn: &mut DbConnection, id: &PrincipalId) -> Result<Option<Status>, DbError> {
    Ok(hold(conn, id)?.map(|(standing, _)| standing.status))
}

/// Sets the address that a principal signs in with; `false` when its state is another than `status`.
///
/// # Errors
/// [`DbError::Duplicate`] when the address belongs to somebody; the database failed.
pub fn replace_email(
    conn: &mut DbConnection,
    id: &PrincipalId,
    status: Status,
    (email, key): (&str, &str),
    now: Timestamp,
) -> Result<bool, DbError> {
    let row = principals::table.find(id).filter(principals::status.eq(status));
    let columns = (
        principals::email.eq(email),
        principals::email_key.eq(key),
        principals::verified_at.eq(now),
        principals::version.eq(principals::version + 1),
    );
    Ok(diesel::update(row).set(columns).execute(conn)? == 1)
}

/// Notes that the address of a principal was proved, at `now`.
///
/// # Errors
/// The database failed.
pub fn set_verified(conn: &mut DbConnection, id: &PrincipalId, now: Timestamp) -> Result<(), DbError> {
    diesel::update(principals::table.find(id)).set(principals::verified_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Lets nobody sign in until [`choose_password`].
///
/// # Errors
/// The database failed.
pub fn require_reset(conn: &mut DbConnection, id: &PrincipalId, now: Timestamp) -> Result<(), DbError> {
    diesel::update(principals::table.find(id)).set(principals::reset_required_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Takes the access of a member of staff away, since `now`; `false` when it is away already.
///
/// # Errors
/// [`DbError::Refused`] for a customer; the database failed.
pub fn disable(conn: &mut DbConnection, id: &PrincipalId, now: Timestamp) -> Result<bool, DbError> {
    let enabled = principals::table.find(id).filter(principals::disabled_at.is_null());
    Ok(diesel::update(enabled).set(principals::disabled_at.eq(now)).execute(conn)? == 1)
}

/// Gives it back; `false` when it was not away.
///
/// # Errors
/// The database failed.
pub fn enable(conn: &mut DbConnection, id: &PrincipalId) -> Result<bool, DbError> {
    let disabled = principals::table.find(id).filter(principals::disabled_at.is_not_null());
    Ok(diesel::update(disabled).set(principals::disabled_at.eq(None::<Timestamp>)).execute(conn)? == 1)
}
