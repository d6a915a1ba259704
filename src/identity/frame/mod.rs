//! The frame of a page for whoever looks at it: name and navigation, the token of its forms, a fresh idempotency key.

pub(in crate::identity) mod store;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::actors::{Anyone, Holder, Proved, Requires, SignedIn, Staff, StaffSession, Visitor};
use super::principals::model::PrincipalId;
use super::sessions::actions::owner;
use super::sessions::store::{LiveSession, staff_member};
use crate::db::{DbConnection, DbError};
use crate::env::{Env, random};
use crate::kernel::lang::Lang;
use crate::platform::web::answer::site;
use crate::platform::web::call::{Authenticate, Call};
use crate::platform::web::csrf;
use crate::platform::web::page::{Page, Section, Viewer};
use crate::platform::web::problem::Problem;
use crate::platform::web::request::{Claim, RequestInfo};

/// An actor that pages can name.
pub trait Viewing: Authenticate {
    /// How the masthead shows them.
    ///
    /// # Errors
    /// The database failed.
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError>;

    /// The language tag that they have chosen.
    ///
    /// # Errors
    /// The database failed.
    fn locale(&self, conn: &mut DbConnection) -> Result<Option<String>, DbError>;
}

impl Viewing for Visitor {
    fn viewer(&self, _: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(Viewer::Visitor)
    }

    fn locale(&self, _: &mut DbConnection) -> Result<Option<String>, DbError> {
        Ok(None)
    }
}

impl Viewing for Holder {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(Viewer::Holder { name: store::display_name(conn, &self.account)?.into_revealed() })
    }

    fn locale(&self, conn: &mut DbConnection) -> Result<Option<String>, DbError> {
        store::locale(conn, &PrincipalId::Holder(self.account.clone()))
    }
}

impl Viewing for SignedIn {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        of_session(conn, &self.session)
    }

    fn locale(&self, conn: &mut DbConnection) -> Result<Option<String>, DbError> {
        store::locale(conn, &owner(&self.session)?)
    }
}

impl Viewing for Proved {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        of_session(conn, &self.session)
    }

    fn locale(&self, conn: &mut DbConnection) -> Result<Option<String>, DbError> {
        store::locale(conn, &owner(&self.session)?)
    }
}

fn of_session(conn: &mut DbConnection, session: &LiveSession) -> Result<Viewer, DbError> {
    match owner(session)? {
        PrincipalId::Holder(account) => {
            Ok(Viewer::Holder { name: store::display_name(conn, &account)?.into_revealed() })
        }
        PrincipalId::Staff(id) => {
            let (name, role) = staff_member(conn, &id)?.ok_or(DbError::NotFound)?;
            Ok(Viewer::Staff { name, role: role.as_str().to_owned() })
        }
    }
}

impl Viewing for Anyone {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        match self {
            Self::Visitor => Ok(Viewer::Visitor),
            Self::Holder(holder) => holder.viewer(conn),
            Self::Staff(member) => Ok(staff(member)),
        }
    }

    fn locale(&self, conn: &mut DbConnection) -> Result<Option<String>, DbError> {
        match self {
            Self::Holder(holder) => holder.locale(conn),
            Self::Staff(member) => store::locale(conn, &PrincipalId::Staff(member.id.clone())),
            Self::Visitor => Ok(None),
        }
    }
}

impl<P: Requires> Viewing for Staff<P> {
    fn viewer(&self, _: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(staff(&self.member))
    }

    fn locale(&self, conn: &mut DbConnection) -> Result<Option<String>, DbError> {
        store::locale(conn, &PrincipalId::Staff(self.member.id.clone()))
    }
}

fn staff(member: &StaffSession) -> Viewer {
    Viewer::Staff { name: member.name.clone(), role: member.role.as_str().to_owned() }
}

/// Authenticates and makes the frame.
///
/// # Errors
/// 401 or 403 for who may not see the page; the database failed.
pub async fn page<A: Viewing>(call: &Call<A>, title: &str, section: Section) -> Result<Page, Problem> {
    let (viewer, locale) = call
        .read::<_, DbError, _>(|conn, context| Ok((context.actor.viewer(conn)?, context.actor.locale(conn)?)))
        .await?;
    let lang = spoken(&call.env, &call.info, locale.as_deref());
    let page = Page::new(&site(&call.env), title).in_language(lang).section(section).idempotency_key(fresh_key());
    Ok(match (viewer, call.claim.digest()) {
        (Viewer::Visitor, _) | (_, None) => page,
        (viewer, Some(session)) => page.signed_in(viewer, csrf::token(&call.env.keys, session)),
    })
}

/// Adds to a refusal who was refused, so that its page keeps their masthead. Programs get a document, which has none.
///
/// # Errors
/// The database failed.
pub fn seen(
    conn: &mut DbConnection,
    env: &Env,
    (claim, session): (&Claim, &LiveSession),
    problem: Problem,
) -> Result<Problem, DbError> {
    let (Claim::Cookie(_), Some(digest)) = (claim, claim.digest()) else { return Ok(problem) };
    let lang = store::locale(conn, &owner(session)?)?.as_deref().and_then(Lang::of_tag);
    Ok(problem.seen_by(of_session(conn, session)?, csrf::token(&env.keys, digest), lang))
}

/// The language of a page: that of the profile, else what the browser asks for, else the installation's.
#[must_use]
pub fn spoken(env: &Env, info: &RequestInfo, locale: Option<&str>) -> Lang {
    locale.and_then(Lang::of_tag).or(info.asked).unwrap_or(env.settings.product.language())
}

/// The language in which to write to a principal: that of the profile, else the installation's.
///
/// # Errors
/// The database failed.
pub fn language(conn: &mut DbConnection, env: &Env, id: &PrincipalId) -> Result<Lang, DbError> {
    let locale = store::locale(conn, id)?;
    Ok(locale.as_deref().and_then(Lang::of_tag).unwrap_or(env.settings.product.language()))
}

/// A key for a form that creates something.
#[must_use]
pub fn fresh_key() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<16>())
}
