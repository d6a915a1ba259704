//! Rows of tries to sign in.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{self, Bool, Nullable, Text};

use super::model::{Method, Outcome};
use crate::db::schema::sign_ins;
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::ids::{Id, Session, SignIn};
use crate::kernel::time::Timestamp;
use crate::platform::jobs::BATCH;

crate::text_column!(Outcome, Method);

/// A try to sign in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sign_ins)]
pub struct Entry {
    /// Which.
    pub id: Id<SignIn>,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// What was shown to get in.
    pub method: Method,
    /// From which network.
    pub network: String,
    /// Browser and system in words.
    pub device: String,
    /// Whether that device had signed in from that network before.
    pub was_known: bool,
    /// The session that it began.
    pub session_id: Option<Id<Session>>,
    /// When its owner said that it was somebody else.
    pub reported_at: Option<Timestamp>,
}

/// A try that is to be noted.
pub(super) struct NewEntry<'a> {
    pub id: &'a Id<SignIn>,
    pub principal_id: &'a PrincipalId,
    pub at: Timestamp,
    pub outcome: Outcome,
    pub method: Method,
    pub network: &'a str,
    pub device: &'a str,
    /// Known by other proof than earlier sign-ins.
    pub is_known: bool,
    pub session_id: Option<&'a Id<Session>>,
}

/// Notes a try, and answers whether its device was known: in one statement, since every sign-in pays for it.
pub(super) fn insert(conn: &mut DbConnection, new: &NewEntry<'_>) -> Result<bool, DbError> {
    let earlier = sign_ins::table
        .filter(sign_ins::principal_id.eq(new.principal_id))
        .filter(sign_ins::is_trusted)
        .filter(sign_ins::network.eq(new.network))
        .filter(sign_ins::device.eq(new.device));
    let row = diesel::select((
        new.id.into_sql::<Text>(),
        new.principal_id.into_sql::<Text>(),
        new.at.into_sql::<sql_types::Timestamp>(),
        new.outcome.into_sql::<Text>(),
        new.method.into_sql::<Text>(),
        new.network.into_sql::<Text>(),
        new.device.into_sql::<Text>(),
        new.is_known.into_sql::<Bool>().or(exists(earlier)),
        new.session_id.is_some().into_sql::<Bool>(),
        new.session_id.into_sql::<Nullable<Text>>(),
    ));
    let columns = (
        sign_ins::id,
        sign_ins::principal_id,
        sign_ins::at,
        sign_ins::outcome,
        sign_ins::method,
        sign_ins::network,
        sign_ins::device,
        sign_ins::was_known,
        sign_ins::is_trusted,
        sign_ins::session_id,
    );
    let noted = diesel::insert_into(sign_ins::table).values(row).into_columns(columns);
    Ok(noted.returning(sign_ins::was_known).get_result(conn)?)
}

/// The newest tries of a principal from behind `older_than`.
pub(super) fn list(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    older_than: Option<&Id<SignIn>>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let mut query = sign_ins::table.filter(sign_ins::principal_id.eq(owner)).into_boxed();
    if let Some(id) = older_than {
        query = query.filter(sign_ins::id.lt(id));
    }
    Ok(query.order(sign_ins::id.desc()).limit(limit).select(Entry::as_select()).load(conn)?)
}

/// Whether tries were refused unjudged since `since`.
pub(super) fn was_limited(conn: &mut DbConnection, owner: &PrincipalId, since: Timestamp) -> Result<bool, DbError> {
    let noted = sign_ins::table
        .filter(sign_ins::principal_id.eq(owner))
        .filter(sign_ins::at.gt(since))
        .filter(sign_ins::outcome.eq(Outcome::TooMany));
    Ok(diesel::select(exists(noted)).get_result(conn)?)
}

/// Whether a row of this principal is there.
pub(super) fn is_there(conn: &mut DbConnection, owner: &PrincipalId, id: &Id<SignIn>) -> Result<bool, DbError> {
    let own = sign_ins::table.find(id).filter(sign_ins::principal_id.eq(owner));
    Ok(diesel::select(exists(own)).get_result(conn)?)
}

/// Notes that its owner said it was somebody else: of any number at once exactly one is told so. From then on no device
/// is known any more: which of them are the owner's is not clear.
pub(super) fn report(
    conn: &mut DbConnection,
    owner: &PrincipalId,
    id: &Id<SignIn>,
    now: Timestamp,
) -> Result<bool, DbError> {
    let unreported =
        sign_ins::table.find(id).filter(sign_ins::principal_id.eq(owner)).filter(sign_ins::reported_at.is_null());
    let reported = (sign_ins::reported_at.eq(now), sign_ins::is_trusted.eq(false));
    if diesel::update(unreported).set(reported).execute(conn)? == 0 {
        return Ok(false);
    }
    let trusted = sign_ins::table.filter(sign_ins::principal_id.eq(owner)).filter(sign_ins::is_trusted);
    diesel::update(trusted).set(sign_ins::is_trusted.eq(false)).execute(conn)?;
    Ok(true)
}

/// Whose try it is.
pub(super) fn owner_of(conn: &mut DbConnection, id: &str) -> Result<Option<PrincipalId>, DbError> {
    Ok(sign_ins::table.find(id).select(sign_ins::principal_id).first(conn).optional()?)
}

/// Whether anybody ever began a session, but for this one.
pub(super) fn has_begun(conn: &mut DbConnection, owner: &PrincipalId, but: &Id<SignIn>) -> Result<bool, DbError> {
    let others = sign_ins::table
        .filter(sign_ins::principal_id.eq(owner))
        .filter(sign_ins::session_id.is_not_null())
        .filter(sign_ins::id.ne(but));
    Ok(diesel::select(exists(others)).get_result(conn)?)
}

/// Deletes a batch of tries from before.
pub(super) fn delete_before(conn: &mut DbConnection, before: Timestamp) -> Result<usize, DbError> {
    let old: Vec<Id<SignIn>> =
        sign_ins::table.filter(sign_ins::at.lt(before)).limit(BATCH).select(sign_ins::id).load(conn)?;
    Ok(diesel::delete(sign_ins::table.filter(sign_ins::id.eq_any(old))).execute(conn)?)
}
