//! The frame of a page for whoever looks at it: name and navigation, the token of its forms, a fresh idempotency key.

pub(in crate::identity) mod store;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::actors::{Anyone, Holder, Proved, Requires, SignedIn, Staff, StaffSession, Visitor};
use super::principals::model::PrincipalId;
use super::sessions::actions::owner;
use super::sessions::store::{LiveSession, staff_member};
use crate::db::{DbConnection, DbError};
use crate::env::random;
use crate::platform::web::answer::site;
use crate::platform::web::call::{Authenticate, Call};
use crate::platform::web::csrf;
use crate::platform::web::page::{Page, Section, Viewer};
use crate::platform::web::problem::Problem;

/// An actor that pages can name.
pub trait Viewing: Authenticate {
    /// How the masthead shows them.
    ///
    /// # Errors
    /// The database failed.
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError>;
}

impl Viewing for Visitor {
    fn viewer(&self, _: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(Viewer::Visitor)
    }
}

impl Viewing for Holder {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(Viewer::Holder { name: store::display_name(conn, &self.account)?.into_revealed() })
    }
}

impl Viewing for SignedIn {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        of_session(conn, &self.session)
    }
}

impl Viewing for Proved {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        of_session(conn, &self.session)
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
}

impl<P: Requires> Viewing for Staff<P> {
    fn viewer(&self, _: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(staff(&self.member))
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
    let viewer = call.read::<_, DbError, _>(|conn, context| context.actor.viewer(conn)).await?;
    let page = Page::new(&site(&call.env), title).section(section).idempotency_key(fresh_key());
    Ok(match (viewer, call.claim.digest()) {
        (Viewer::Visitor, _) | (_, None) => page,
        (viewer, Some(session)) => page.signed_in(viewer, csrf::token(&call.env.keys, session)),
    })
}

/// A key for a form that creates something.
#[must_use]
pub fn fresh_key() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<16>())
}
