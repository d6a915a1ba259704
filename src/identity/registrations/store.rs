//! Rows of registrations.

use diesel::prelude::*;

use crate::db::schema::registrations;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Id, Registration};
use crate::kernel::personal::Personal;
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

/// The name of a sign-up that opens nothing any more; nobody's is empty.
const DISARMED: &str = "";

/// A sign-up that waits for proof. Has no `Debug`: the hash is in it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = registrations)]
pub struct Pending {
    /// Which.
    pub id: Id<Registration>,
    /// The address as typed.
    pub email: Personal<String>,
    /// What is compared.
    pub email_key: Personal<String>,
    /// Name.
    pub name: Personal<String>,
    /// The optional part, as JSON.
    pub profile: Personal<String>,
    /// Hash of the password.
    pub password_phc: String,
    /// The policy that was accepted.
    pub policy_version: i32,
    /// Language.
    pub locale: String,
    /// When.
    pub created_at: Timestamp,
}

/// A new sign-up.
#[derive(Insertable)]
#[diesel(table_name = registrations)]
pub struct NewRegistration<'a> {
    /// Which.
    pub id: &'a Id<Registration>,
    /// The address as typed.
    pub email: &'a str,
    /// What is compared.
    pub email_key: &'a str,
    /// Name.
    pub name: &'a str,
    /// The optional part, as JSON.
    pub profile: &'a str,
    /// Hash of the password.
    pub password_phc: &'a str,
    /// The policy that was accepted.
    pub policy_version: i32,
    /// Language.
    pub locale: &'a str,
    /// Now.
    pub created_at: Timestamp,
    /// When it is deleted unless proved.
    pub expires_at: Timestamp,
}

/// Inserts a sign-up.
///
/// # Errors
/// The database failed.
pub fn insert(conn: &mut DbConnection, new: &NewRegistration<'_>) -> Result<(), DbError> {
    diesel::insert_into(registrations::table).values(new).execute(conn)?;
    Ok(())
}

/// A sign-up that still waits.
///
/// # Errors
/// The database failed.
pub fn find(conn: &mut DbConnection, id: &Id<Registration>, now: Timestamp) -> Result<Option<Pending>, DbError> {
    let waiting = registrations::table.find(id).filter(registrations::expires_at.gt(now));
    let waiting = waiting.filter(registrations::name.ne(DISARMED));
    Ok(waiting.select(Pending::as_select()).first(conn).optional()?)
}

/// The newest sign-up of an address that a link may still open.
///
/// # Errors
/// The database failed.
pub fn find_newest(
    conn: &mut DbConnection,
    email_key: &str,
    now: Timestamp,
) -> Result<Option<Id<Registration>>, DbError> {
    Ok(registrations::table
        .filter(registrations::email_key.eq(email_key))
        .filter(registrations::expires_at.gt(now))
        .filter(registrations::name.ne(DISARMED))
        .order(registrations::id.desc())
        .select(registrations::id)
        .first(conn)
        .optional()?)
}

/// The sign-ups of an address that a link may still open, newest first, with the hashes of their passwords.
///
/// # Errors
/// The database failed.
pub fn list_waiting(
    conn: &mut DbConnection,
    email_key: &str,
    now: Timestamp,
) -> Result<Vec<(Id<Registration>, String)>, DbError> {
    Ok(registrations::table
        .filter(registrations::email_key.eq(email_key))
        .filter(registrations::expires_at.gt(now))
        .filter(registrations::name.ne(DISARMED))
        .order(registrations::id.desc())
        .select((registrations::id, registrations::password_phc))
        .load(conn)?)
}

/// The password hash of the newest sign-up of an address, also of one that opens nothing any more: whether the address
/// has got an account meanwhile must not show to whoever knows this password.
///
/// # Errors
/// The database failed.
pub fn find_newest_hash(conn: &mut DbConnection, email_key: &str, now: Timestamp) -> Result<Option<String>, DbError> {
    Ok(registrations::table
        .filter(registrations::email_key.eq(email_key))
        .filter(registrations::expires_at.gt(now))
        .order(registrations::id.desc())
        .select(registrations::password_phc)
        .first(conn)
        .optional()?)
}

/// Deletes every sign-up of an address; answers their ids, whose links go too.
///
/// # Errors
/// The database failed.
pub fn delete_of(conn: &mut DbConnection, email_key: &str) -> Result<Vec<String>, DbError> {
    let theirs = registrations::table.filter(registrations::email_key.eq(email_key));
    let ids: Vec<Id<Registration>> = theirs.select(registrations::id).load(conn)?;
    diesel::delete(theirs).execute(conn)?;
    Ok(ids.iter().map(ToString::to_string).collect())
}

/// Takes from every sign-up of an address what would open an account, and leaves the hash of its password until it runs
/// out: signing in with it is answered as before. Answers their ids, whose links go too.
///
/// # Errors
/// The database failed.
pub fn disarm_of(conn: &mut DbConnection, email_key: &str) -> Result<Vec<String>, DbError> {
    let theirs = registrations::table.filter(registrations::email_key.eq(email_key));
    let ids: Vec<Id<Registration>> = theirs.select(registrations::id).load(conn)?;
    diesel::update(theirs).set((registrations::name.eq(DISARMED), registrations::profile.eq("{}"))).execute(conn)?;
    Ok(ids.iter().map(ToString::to_string).collect())
}

/// Deletes a batch of sign-ups that nobody proved in time.
///
/// # Errors
/// The database failed.
pub fn delete_expired(conn: &mut DbConnection, now: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<Registration>> = registrations::table
        .filter(registrations::expires_at.le(now))
        .limit(BATCH)
        .select(registrations::id)
        .load(conn)?;
    Ok(diesel::delete(registrations::table.filter(registrations::id.eq_any(old))).execute(conn)?)
}
