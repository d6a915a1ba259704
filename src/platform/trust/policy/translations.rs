//! Translations of the policy, published beside its text so that it can be understood. The text binds (clause 4): a mistake
//! in a translation is mended by a further revision, and what somebody may have read stays as it was.

use diesel::prelude::*;

use super::Operator;
use crate::db::schema::policy_translations;
use crate::db::{DbConnection, DbError};
use crate::kernel::lang::Lang;
use crate::kernel::time::Timestamp;

/// What this version of the product ships. A released translation is never changed; a further revision is added.
const SHIPPED: &[Shipped] = &[
    Shipped { version: 1, language: Lang::De, revision: 1, markdown: include_str!("v1.de.md") },
    Shipped { version: 1, language: Lang::ZhHans, revision: 1, markdown: include_str!("v1.zh-Hans.md") },
];

struct Shipped {
    version: i32,
    language: Lang,
    revision: i32,
    markdown: &'static str,
}

crate::text_column!(Lang);

/// A published translation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = policy_translations)]
pub struct Translation {
    /// Into which language.
    pub language: Lang,
    /// 1, 2, 3 …: mended how often.
    pub revision: i32,
    /// When this revision was published.
    pub published_at: Timestamp,
    /// The text, with the ids of the clauses that it translates.
    pub markdown: String,
}

/// Publishes the shipped translations that the database lacks. Idempotent, and safe with several processes.
///
/// # Errors
/// [`DbError::Refused`] for a version that is not published; the database failed.
pub(super) fn publish_shipped(conn: &mut DbConnection, operator: Operator<'_>, now: Timestamp) -> Result<(), DbError> {
    for shipped in SHIPPED {
        let row = (
            policy_translations::version.eq(shipped.version),
            policy_translations::language.eq(shipped.language),
            policy_translations::revision.eq(shipped.revision),
            policy_translations::published_at.eq(now),
            policy_translations::markdown.eq(operator.named_in(shipped.markdown)),
        );
        crate::each_backend!(conn, |inner| diesel::insert_into(policy_translations::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(inner))?;
    }
    Ok(())
}

/// The newest translation of a version into a language.
///
/// # Errors
/// The database failed.
pub fn find(conn: &mut DbConnection, version: i32, language: Lang) -> Result<Option<Translation>, DbError> {
    Ok(policy_translations::table
        .filter(policy_translations::version.eq(version).and(policy_translations::language.eq(language)))
        .order(policy_translations::revision.desc())
        .select(Translation::as_select())
        .first(conn)
        .optional()?)
}

/// The languages into which a version is translated.
///
/// # Errors
/// The database failed.
pub fn languages(conn: &mut DbConnection, version: i32) -> Result<Vec<Lang>, DbError> {
    Ok(policy_translations::table
        .filter(policy_translations::version.eq(version))
        .select(policy_translations::language)
        .distinct()
        .order(policy_translations::language)
        .load(conn)?)
}
