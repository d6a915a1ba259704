//! Making members of staff, replacing their second factor, taking their access away and giving it back.

use zeroize::Zeroizing;

use super::{StaffError, store};
use crate::db::{self, DbConnection, DbError};
use crate::env::Env;
use crate::identity::email_changes::actions as email_changes;
use crate::identity::factors::actions::adding;
use crate::identity::factors::codes;
use crate::identity::factors::store as factors;
use crate::identity::factors::totp::TotpSecret;
use crate::identity::notices::{self, Notice};
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, NewPrincipal};
use crate::identity::recovery::actions as recovery;
use crate::identity::sessions::model::End;
use crate::identity::sessions::store::write as sessions;
use crate::identity::tokens::model::Purpose;
use crate::identity::tokens::store as tokens;
use crate::kernel::actor::Actor;
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::lang::Lang;
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
    /// The language of pages and mails, if one is chosen for them.
    pub language: Option<Lang>,
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
        status: Status::Active,
        created_at: env.now(),
        verified_at: env.now(),
    };
    match db::nested(conn, |conn| principals::insert(conn, &new)) {
        Err(DbError::Duplicate(_)) => return Err(StaffError::Taken),
        Err(error) if email_changes::is_held(conn, &error, (new.email_key, None), new.verified_at)? => {
            return Err(StaffError::Taken);
        }
        other => other?,
    }
    let Member { name, role, language, .. } = *member;
    store::insert(conn, &store::NewRow { id: &id, name: name.as_str(), role, language })?;
    note(conn, env, "staff.create", &id)?;
    Ok(id)
}

/// Gives an authenticator app, and recovery codes for the day when it is lost; answers the codes, shown this once.
///
/// # Errors
/// The database failed.
pub fn enrol(
    conn: &mut DbConnection,
    env: &Env,
    id: &Id<StaffMember>,
    secret: &TotpSecret,
) -> Result<Vec<Zeroizing<String>>, DbError> {
    let owner = PrincipalId::Staff(id.clone());
    adding::give_totp(conn, env, &owner, secret)?;
    codes::renew(conn, env, &owner)
}

/// Replaces every factor and recovery code: whoever held the old ones is signed out.
///
/// # Errors
/// The database failed.
pub fn reset(
    conn: &mut DbConnection,
    env: &Env,
    id: &Id<StaffMember>,
    secret: &TotpSecret,
) -> Result<Vec<Zeroizing<String>>, DbError> {
    let owner = PrincipalId::Staff(id.clone());
    factors::delete_all(conn, &owner)?;
    let codes = enrol(conn, env, id, secret)?;
    sessions::end_all(conn, &owner, None, End::Revoked, env.now())?;
    note(conn, env, "staff.reset_totp", id)?;
    let principal = principals::find(conn, &owner)?.ok_or(DbError::NotFound)?;
    notices::tell(conn, env, &principal, Notice::FactorsReset)?;
    Ok(codes)
}

/// Lets somebody in only with a password that they choose by a mailed link, which is on its way.
///
/// # Errors
/// The database failed.
pub fn invite(conn: &mut DbConnection, env: &Env, owner: &PrincipalId) -> Result<(), DbError> {
    principals::require_reset(conn, owner, env.now())?;
    recovery::welcome(conn, env, owner)
}

/// Takes somebody's access away: every session ends, and what was mailed opens nothing any more. Answers how many
/// sessions, or `None` when it was away already.
///
/// # Errors
/// The database failed.
pub fn disable(conn: &mut DbConnection, env: &Env, id: &Id<StaffMember>) -> Result<Option<usize>, DbError> {
    let owner = PrincipalId::Staff(id.clone());
    // First, since it holds the row: a sign-in under way has either begun its session by now, or sees that it may not.
    if !principals::disable(conn, &owner, env.now())? {
        return Ok(None);
    }
    let ended = sessions::end_all(conn, &owner, None, End::Revoked, env.now())?;
    tokens::delete_of(conn, Purpose::ResetPassword, &[owner.as_str()])?;
    note(conn, env, "staff.disable", id)?;
    Ok(Some(ended))
}

/// Gives it back: password and factors are as they were. `false` when it was not away.
///
/// # Errors
/// The database failed.
pub fn enable(conn: &mut DbConnection, env: &Env, id: &Id<StaffMember>) -> Result<bool, DbError> {
    let enabled = principals::enable(conn, &PrincipalId::Staff(id.clone()))?;
    if enabled {
        note(conn, env, "staff.enable", id)?;
    }
    Ok(enabled)
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
