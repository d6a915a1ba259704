//! Who reads a page: what every page of a holder needs, in any feature above.

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Holder;
use crate::kernel::date_format::Dates;
use crate::kernel::personal::Personal;
use crate::kernel::time_zone::TimeZone;
use crate::platform::web::answer::site;
use crate::platform::web::csrf;
use crate::platform::web::page::{Page, Section, Viewer};
use crate::platform::web::request::Claim;

use super::model::Profile;
use super::store;

/// The holder as the reader of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// How to address them.
    pub name: Personal<String>,
    /// How to write dates for them.
    pub dates: Dates,
}

impl Reader {
    /// Looks the holder up.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(conn: &mut DbConnection, holder: &Holder) -> Result<Self, DbError> {
        Ok(Self::of(&store::find(conn, &holder.account)?.0.profile))
    }

    /// The reader whose profile this is.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let zone = TimeZone::parse(&profile.time_zone).unwrap_or(TimeZone::UTC);
        Self { name: profile.name.clone(), dates: Dates { zone, format: profile.preferences.date_format } }
    }

    /// The frame of a page for them; `claim` is the request's, whose token the page's forms carry.
    #[must_use]
    pub fn page(&self, env: &Env, claim: &Claim, title: &str, section: Section) -> Page {
        let token = claim.digest().map(|digest| csrf::token(&env.keys, digest)).unwrap_or_default();
        let viewer = Viewer::Holder { name: self.name.reveal().clone() };
        Page::new(&site(env), title).signed_in(viewer, token).section(section)
    }
}
