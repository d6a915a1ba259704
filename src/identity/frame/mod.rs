//! The frame of a page for whoever looks at it: name and navigation, the token of its forms, a fresh idempotency key.

pub(in crate::identity) mod store;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub use store::Wishes;

use super::actors::{Anyone, Holder, Proved, Requires, SignedIn, Staff, StaffSession, Visitor};
use super::principals::model::PrincipalId;
use super::sessions::actions::owner;
use super::sessions::store::{LiveSession, staff_member};
use crate::db::{DbConnection, DbError};
use crate::env::{Env, random};
use crate::kernel::date_format::Dates;
use crate::kernel::lang::Lang;
use crate::kernel::time_zone::TimeZone;
use crate::platform::web::answer::site;
use crate::platform::web::audience::{Audience, Reader};
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

    /// How they want to be spoken to.
    ///
    /// # Errors
    /// The database failed.
    fn wishes(&self, conn: &mut DbConnection) -> Result<Wishes, DbError>;
}

impl Viewing for Visitor {
    fn viewer(&self, _: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(Viewer::Visitor)
    }

    fn wishes(&self, _: &mut DbConnection) -> Result<Wishes, DbError> {
        Ok(Wishes::default())
    }
}

impl Viewing for Holder {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(Viewer::Holder { name: store::display_name(conn, &self.account)?.into_revealed() })
    }

    fn wishes(&self, conn: &mut DbConnection) -> Result<Wishes, DbError> {
        store::wishes(conn, &PrincipalId::Holder(self.account.clone()))
    }
}

impl Viewing for SignedIn {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        of_session(conn, &self.session)
    }

    fn wishes(&self, conn: &mut DbConnection) -> Result<Wishes, DbError> {
        store::wishes(conn, &owner(&self.session)?)
    }
}

impl Viewing for Proved {
    fn viewer(&self, conn: &mut DbConnection) -> Result<Viewer, DbError> {
        of_session(conn, &self.session)
    }

    fn wishes(&self, conn: &mut DbConnection) -> Result<Wishes, DbError> {
        store::wishes(conn, &owner(&self.session)?)
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

    fn wishes(&self, conn: &mut DbConnection) -> Result<Wishes, DbError> {
        match self {
            Self::Holder(holder) => holder.wishes(conn),
            Self::Staff(member) => store::wishes(conn, &PrincipalId::Staff(member.id.clone())),
            Self::Visitor => Ok(Wishes::default()),
        }
    }
}

impl<P: Requires> Viewing for Staff<P> {
    fn viewer(&self, _: &mut DbConnection) -> Result<Viewer, DbError> {
        Ok(staff(&self.member))
    }

    fn wishes(&self, conn: &mut DbConnection) -> Result<Wishes, DbError> {
        store::wishes(conn, &PrincipalId::Staff(self.member.id.clone()))
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
    let (viewer, wishes) = call
        .read::<_, DbError, _>(|conn, context| Ok((context.actor.viewer(conn)?, context.actor.wishes(conn)?)))
        .await?;
    let dates = wishes.read(&call.env, &call.info);
    let page = Page::new(&site(&call.env), title).for_reader(dates).section(section).idempotency_key(fresh_key());
    Ok(match (viewer, call.claim.digest()) {
        (Viewer::Visitor, _) | (_, None) => page,
        (viewer, Some(session)) => page.signed_in(viewer, csrf::token(&call.env.keys, session)),
    })
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
    Ok(store::wishes(conn, id)?.written(env).lang)
}

/// How to write days and times to a principal, in [`language`]. A mail is read anywhere, so it names the zone.
///
/// # Errors
/// The database failed.
pub fn written_dates(conn: &mut DbConnection, env: &Env, id: &PrincipalId) -> Result<Dates, DbError> {
    Ok(store::wishes(conn, id)?.written(env))
}

impl Wishes {
    /// For a page.
    #[must_use]
    pub fn read(&self, env: &Env, info: &RequestInfo) -> Dates {
        Dates { own: self.time_zone.is_some(), ..self.dates(env, spoken(env, info, self.locale.as_deref())) }
    }

    /// For a mail.
    fn written(&self, env: &Env) -> Dates {
        let lang = self.locale.as_deref().and_then(Lang::of_tag).unwrap_or(env.settings.product.language());
        self.dates(env, lang)
    }

    /// Staff work by the calendar of the seller; visitors, of whom nothing is known, read UTC.
    fn dates(&self, env: &Env, lang: Lang) -> Dates {
        let office = self.is_staff.then(|| env.settings.billing.seller_time_zone.name());
        let zone = self.time_zone.as_deref().or(office).and_then(|name| TimeZone::parse(name).ok());
        Dates { zone: zone.unwrap_or(TimeZone::UTC), format: self.date_format, lang, own: false }
    }
}

/// Tells error pages who is signed in.
pub struct SignedInReaders;

impl Audience for SignedInReaders {
    fn find(
        &self,
        conn: &mut DbConnection,
        env: &Env,
        info: &RequestInfo,
        claim: &Claim,
    ) -> Result<Option<Reader>, DbError> {
        let (Ok(actor), Some(session)) = (Anyone::authenticate(conn, env, claim), claim.digest()) else {
            return Ok(None);
        };
        if matches!(actor, Anyone::Visitor) {
            return Ok(None);
        }
        let (viewer, dates) = (actor.viewer(conn)?, actor.wishes(conn)?.read(env, info));
        Ok(Some(Reader { viewer, dates, token: csrf::token(&env.keys, session) }))
    }
}

/// A key for a form that creates something.
#[must_use]
pub fn fresh_key() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<16>())
}
