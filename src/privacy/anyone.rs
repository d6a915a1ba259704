//! The frame of a page that everybody may open, in the navigation of whoever does.

use crate::accounts::reader::Reader;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::actors::Anyone;
use crate::identity::frame::{Viewing, spoken};
use crate::kernel::date_format::Dates;
use crate::kernel::lang::Lang;
use crate::platform::web::answer::site;
use crate::platform::web::call::Context;
use crate::platform::web::csrf;
use crate::platform::web::page::{Page, Section, Viewer};
use crate::platform::web::request::Claim;

/// Who reads a public page.
pub enum PublicReader {
    /// Nobody signed in.
    Visitor(Lang),
    /// A customer.
    Holder(Reader),
    /// A member of staff: name, role, and how to write dates for them.
    Staff(String, String, Dates),
}

impl PublicReader {
    /// Looks them up.
    ///
    /// # Errors
    /// The database failed.
    pub fn find(conn: &mut DbConnection, context: &Context<Anyone>) -> Result<Self, DbError> {
        let (env, info) = (&context.env, &context.info);
        Ok(match &context.actor {
            Anyone::Visitor => Self::Visitor(spoken(env, info, None)),
            Anyone::Holder(holder) => Self::Holder(Reader::find_holder(conn, holder, env, info)?),
            Anyone::Staff(staff) => {
                let dates = context.actor.wishes(conn)?.read(env, info);
                Self::Staff(staff.name.clone(), staff.role.as_str().to_owned(), dates)
            }
        })
    }

    /// How to write dates for them.
    pub fn dates(&self) -> Dates {
        match self {
            Self::Holder(reader) => reader.dates,
            Self::Visitor(lang) => Dates::UTC.in_language(*lang),
            Self::Staff(_, _, dates) => *dates,
        }
    }

    /// The frame.
    pub fn page(&self, env: &Env, claim: &Claim, title: &str) -> Page {
        let page = Page::new(&site(env), title).for_reader(self.dates());
        match self {
            Self::Visitor(_) => page,
            Self::Holder(reader) => reader.page(env, claim, title, Section::None),
            Self::Staff(name, role, _) => {
                let token = claim.digest().map(|digest| csrf::token(&env.keys, digest)).unwrap_or_default();
                page.signed_in(Viewer::Staff { name: name.clone(), role: role.clone() }, token)
            }
        }
    }
}
