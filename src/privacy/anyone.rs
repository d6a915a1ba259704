//! The frame of a page that everybody may open, in the navigation of whoever does.

use crate::accounts::reader::Reader;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Anyone;
use crate::kernel::date_format::Dates;
use crate::platform::web::answer::site;
use crate::platform::web::csrf;
use crate::platform::web::page::{Page, Section, Viewer};
use crate::platform::web::request::Claim;

/// Who reads a public page.
pub enum PublicReader {
    /// Nobody signed in.
    Visitor,
    /// A customer.
    Holder(Reader),
    /// A member of staff: name and role.
    Staff(String, String),
}

impl PublicReader {
    /// Looks them up.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(conn: &mut DbConnection, actor: &Anyone) -> Result<Self, DbError> {
        Ok(match actor {
            Anyone::Visitor => Self::Visitor,
            Anyone::Holder(holder) => Self::Holder(Reader::find(conn, holder)?),
            Anyone::Staff(staff) => Self::Staff(staff.name.clone(), staff.role.as_str().to_owned()),
        })
    }

    /// How to write dates for them.
    pub fn dates(&self) -> Dates {
        if let Self::Holder(reader) = self { reader.dates } else { Dates::UTC }
    }

    /// The frame.
    pub fn page(&self, env: &Env, claim: &Claim, title: &str) -> Page {
        match self {
            Self::Visitor => Page::new(&site(env), title),
            Self::Holder(reader) => reader.page(env, claim, title, Section::None),
            Self::Staff(name, role) => {
                let token = claim.digest().map(|digest| csrf::token(&env.keys, digest)).unwrap_or_default();
                let viewer = Viewer::Staff { name: name.clone(), role: role.clone() };
                Page::new(&site(env), title).signed_in(viewer, token)
            }
        }
    }
}
