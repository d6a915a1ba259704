//! Making members of staff, and replacing their second factor.

use super::{StaffError, store};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::factors::totp::TotpSecret;
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, NewPrincipal};
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::write as sessions;
use crate::kernel::actor::Actor;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::permission::Role;
use crate::kernel::person_name::PersonName;
use crate::platform::audit;

const COMMAND_LINE: Actor = Actor::System("command line");

/// A member of staff to be, parsed, the password hashed.
pub struct Member<'a> {
    /// The address.
    pub email: &'a EmailAddress,
    /// The name.
    pub name: &'a PersonName,
    /// The role.
    pub role: Role,
    /// Hash of the password.
    pub phc: &'a str,
}

/// Inserts a member of staff, without a second factor yet.
///
/// # Errors
/// [`StaffError::Taken`]; the database failed.
pub fn insert(conn: &mut DbConnection, env: &Env, member: &Member<'_>) -> Result<Id<StaffMember>, StaffError> {
    let id: Id<StaffMember> = env.id();
    let new = NewPrincipal {
        id: &PrincipalId::Staff(id.clone()),
        kind: "staff",
        email: member.email.as_str(),
        email_key: member.email.key(),
        password_phc: member.phc,
        locale: "en",
        status: Status::Active,
        created_at: env.now(),
        verified_at: env.now(),
    };
    match db::nested(conn, |conn| principals::insert(conn, &new)) {
        Err(DbError::Duplicate(_)) => return Err(StaffError::Taken),
        other => other?,
    }
    store::insert(conn, &id, member.name.as_str(), member.role)?;
    note(conn, env, "staff.create", &id)?;
    Ok(id)
}

/// Stores the secret of a second factor.
///
/// # Errors
/// The database failed.
pub fn enrol(conn: &mut DbConnection, env: &Env, id: &Id<StaffMember>, secret: &TotpSecret) -> Result<(), DbError> {
    store::set_totp(conn, id, &secret.seal(env.keys.columns(), id))
}

/// Replaces a second factor: whoever held the old one is signed out.
///
/// # Errors
/// The database failed.
pub fn reset(conn: &mut DbConnection, env: &Env, id: &Id<StaffMember>, secret: &TotpSecret) -> Result<(), DbError> {
    enrol(conn, env, id, secret)?;
    sessions::end_all(conn, &PrincipalId::Staff(id.clone()), None, End::Revoked, env.now())?;
    note(conn, env, "staff.reset_totp", id)
}

/// The member of staff with this address.
///
/// # Errors
/// The database failed.
pub fn find(conn: &mut DbConnection, email: &EmailAddress) -> Result<Option<Id<StaffMember>>, DbError> {
    Ok(principals::find_by_email(conn, email.key())?.and_then(|found| match found.id {
        PrincipalId::Staff(id) => Some(id),
        PrincipalId::Holder(_) => None,
    }))
}

fn note(conn: &mut DbConnection, env: &Env, action: &'static str, id: &Id<StaffMember>) -> Result<(), DbError> {
    let subject = id.as_str();
    let event = audit::Event { actor: &COMMAND_LINE, action, subject, fields: &[], refs: &[], commits_to: b"" };
    audit::record(conn, env, &event)
}
