//! The policy's versions and who accepted which (clause 4). Published text is never edited: the database refuses.

pub mod translations;

use diesel::prelude::*;

use crate::db::schema::{policy_acceptances, policy_versions};
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{Account, Id};
use crate::kernel::time::Timestamp;

/// The texts this version of the product ships, oldest first. A released text is never changed; a new one is added.
const SHIPPED: &[Shipped] = &[Shipped { version: 1, class: Class::Initial, markdown: include_str!("policy/v1.md") }];

struct Shipped {
    version: i32,
    class: Class,
    markdown: &'static str,
}

/// What a version changes for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The first version.
    Initial,
    /// Words only.
    Minor,
    /// Told by e-mail.
    Significant,
    /// In force for an account only once its holder has agreed.
    RightsReducing,
}

impl Class {
    const ALL: [Self; 4] = [Self::Initial, Self::Minor, Self::Significant, Self::RightsReducing];

    /// The word in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Minor => "minor",
            Self::Significant => "significant",
            Self::RightsReducing => "rights_reducing",
        }
    }
}

impl std::str::FromStr for Class {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or(())
    }
}

crate::text_column!(Class);

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = policy_versions)]
pub struct PolicyVersion {
    /// 1, 2, 3 …
    pub version: i32,
    /// What it changed.
    pub class: Class,
    /// The "last updated" date.
    pub published_at: Timestamp,
    /// The text, with a stable id at each clause: `### 1.1 What you give us {#1.1}`.
    pub markdown: String,
}

/// Who runs the installation, to be named in the text.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'a> {
    /// The operator's name.
    pub name: &'a str,
    /// Where to write about privacy.
    pub contact: &'a str,
}

impl Operator<'_> {
    /// A shipped text with the operator's name filled in.
    fn named_in(self, markdown: &str) -> String {
        markdown.replace("{operator}", self.name).replace("{contact}", self.contact)
    }
}

/// Publishes the shipped versions that the database lacks, and their translations, with the operator's name filled in.
/// Idempotent, and safe with several processes.
///
/// # Errors
/// The database failed.
pub fn publish_shipped(conn: &mut DbConnection, operator: Operator<'_>, now: Timestamp) -> Result<(), DbError> {
    for shipped in SHIPPED {
        let row = (
            policy_versions::version.eq(shipped.version),
            policy_versions::class.eq(shipped.class),
            policy_versions::published_at.eq(now),
            policy_versions::markdown.eq(operator.named_in(shipped.markdown)),
        );
        crate::each_backend!(conn, |inner| diesel::insert_into(policy_versions::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(inner))?;
    }
    translations::publish_shipped(conn, operator, now)
}

/// The newest version.
///
/// # Errors
/// [`DbError::NotFound`] before anything was published; the database failed.
pub fn current(conn: &mut DbConnection) -> Result<PolicyVersion, DbError> {
    Ok(policy_versions::table.order(policy_versions::version.desc()).select(PolicyVersion::as_select()).first(conn)?)
}

/// The newest version's number: what sign-up must name.
///
/// # Errors
/// [`DbError::NotFound`] before anything was published; the database failed.
pub fn current_number(conn: &mut DbConnection) -> Result<i32, DbError> {
    let newest = policy_versions::table.order(policy_versions::version.desc());
    Ok(newest.select(policy_versions::version).first(conn)?)
}

/// One version.
///
/// # Errors
/// [`DbError::NotFound`]; the database failed.
pub fn find(conn: &mut DbConnection, version: i32) -> Result<PolicyVersion, DbError> {
    Ok(policy_versions::table.find(version).select(PolicyVersion::as_select()).first(conn)?)
}

/// Every version, newest first.
///
/// # Errors
/// The database failed.
pub fn list(conn: &mut DbConnection) -> Result<Vec<PolicyVersion>, DbError> {
    let newest_first = policy_versions::table.order(policy_versions::version.desc());
    Ok(newest_first.select(PolicyVersion::as_select()).load(conn)?)
}

/// Records that an account accepted a version; accepting it twice changes nothing.
///
/// # Errors
/// [`DbError::Refused`] for a version that was never published; the database failed.
pub fn accept(conn: &mut DbConnection, account: &Id<Account>, version: i32, now: Timestamp) -> Result<(), DbError> {
    let row = (
        policy_acceptances::account_id.eq(account),
        policy_acceptances::version.eq(version),
        policy_acceptances::accepted_at.eq(now),
    );
    crate::each_backend!(conn, |inner| diesel::insert_into(policy_acceptances::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(())
}

/// The newest version the account has accepted, and when: the one in force for it.
///
/// # Errors
/// [`DbError::NotFound`] when it accepted none; the database failed.
pub fn accepted(conn: &mut DbConnection, account: &Id<Account>) -> Result<(i32, Timestamp), DbError> {
    Ok(policy_acceptances::table
        .filter(policy_acceptances::account_id.eq(account))
        .order(policy_acceptances::version.desc())
        .select((policy_acceptances::version, policy_acceptances::accepted_at))
        .first(conn)?)
}
