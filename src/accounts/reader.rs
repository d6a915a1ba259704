//! Who reads a page: what every page of a holder needs, in any feature above.

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::identity::frame::spoken;
use crate::kernel::date_format::Dates;
use crate::kernel::personal::Personal;
use crate::kernel::time_zone::TimeZone;
use crate::platform::web::answer::site;
use crate::platform::web::call::Context;
use crate::platform::web::csrf;
use crate::platform::web::page::{Page, Section, Viewer};
use crate::platform::web::request::{Claim, RequestInfo};

use super::model::Profile;
use super::store;

/// The holder as the reader of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// How to address them.
    pub name: Personal<String>,
    /// How to write dates for them, and in which language.
    pub dates: Dates,
}

impl Reader {
    /// Looks the holder up.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(conn: &mut DbConnection, context: &Context<Holder>) -> Result<Self, DbError> {
        Self::find_holder(conn, &context.actor, &context.env, &context.info)
    }

    /// The same for a page that others may open too.
    ///
    /// # Errors
    /// The database failed.
    pub fn find_holder(
        conn: &mut DbConnection,
        holder: &Holder,
        env: &Env,
        info: &RequestInfo,
    ) -> Result<Self, DbError> {
        Ok(Self::of(&store::find(conn, &holder.account)?.0.profile, env, info))
    }

    /// The reader whose profile this is, at the browser that asks.
    #[must_use]
    pub fn of(profile: &Profile, env: &Env, info: &RequestInfo) -> Self {
        let zone = TimeZone::parse(&profile.time_zone).unwrap_or(TimeZone::UTC);
        let lang = spoken(env, info, Some(&profile.locale));
        Self {
            name: profile.name.clone(),
            dates: Dates { zone, format: profile.preferences.date_format, lang, own: true },
        }
    }

    /// The frame of a page for them; `claim` is the request's, whose token the page's forms carry.
    #[must_use]
    pub fn page(&self, env: &Env, claim: &Claim, title: &str, section: Section) -> Page {
        let token = claim.digest().map(|digest| csrf::token(&env.keys, digest)).unwrap_or_default();
        let viewer = Viewer::Holder { name: self.name.reveal().clone() };
        Page::new(&site(env), title).for_reader(self.dates).signed_in(viewer, token).section(section)
    }
}
