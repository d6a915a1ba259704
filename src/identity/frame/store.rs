//! The name in the masthead, and how a page speaks: language, time zone, form of dates.

use diesel::prelude::*;
use serde::Deserialize;

use crate::db::schema::{accounts, staff_members};
use crate::db::{DbConnection, DbError};
use crate::identity::principals::model::PrincipalId;
use crate::kernel::date_format::DateFormat;
use crate::kernel::ids::{Account, Id};
use crate::kernel::personal::Personal;

/// What the holder is called.
///
/// # Errors
/// The database failed.
pub fn display_name(conn: &mut DbConnection, account: &Id<Account>) -> Result<Personal<String>, DbError> {
    Ok(accounts::table.find(account).select(accounts::name).first(conn)?)
}

/// How a principal wants to be spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// A language tag: holders have one in their profile, staff may have one in their settings.
    pub locale: Option<String>,
    /// The holder's time zone.
    pub time_zone: Option<String>,
    /// How the holder likes dates.
    pub date_format: DateFormat,
    /// Whether it is one of us.
    pub is_staff: bool,
}

/// What of the stored preferences a page of this feature needs.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Preferences {
    date_format: DateFormat,
}

/// Reads them; nothing is known of who is no more.
///
/// # Errors
/// The database failed.
pub fn wishes(conn: &mut DbConnection, id: &PrincipalId) -> Result<Wishes, DbError> {
    match id {
        PrincipalId::Holder(account) => {
            let columns = (accounts::locale, accounts::time_zone, accounts::preferences);
            let row: Option<(String, String, String)> =
                accounts::table.find(account).select(columns).first(conn).optional()?;
            let Some((locale, time_zone, preferences)) = row else { return Ok(Wishes::default()) };
            let preferences: Preferences = serde_json::from_str(&preferences).unwrap_or_default();
            let date_format = preferences.date_format;
            Ok(Wishes { locale: Some(locale), time_zone: Some(time_zone), date_format, is_staff: false })
        }
        PrincipalId::Staff(id) => {
            let found = staff_members::table.find(id).select(staff_members::language).first(conn).optional()?;
            Ok(Wishes { locale: found.flatten(), is_staff: true, ..Wishes::default() })
        }
    }
}
