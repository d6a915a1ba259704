//! Rows of `audit_entries` and `audit_head`.

use diesel::prelude::*;

use crate::db::dialect::seal_audit_entries;
use crate::db::schema::{audit_anchor, audit_entries, audit_head};
use crate::db::statements::Statement;
use crate::db::{DbConnection, DbError};
use crate::kernel::ids::{AuditEntry, Id};
use crate::kernel::time::Timestamp;

#[derive(Insertable)]
#[diesel(table_name = audit_entries)]
pub(super) struct NewEntry {
    pub id: Id<AuditEntry>,
    pub at: Timestamp,
    pub actor_kind: &'static str,
    pub actor_id: String,
    pub action: &'static str,
    pub subject: String,
    pub fields: String,
    pub refs: String,
    pub commitment: String,
}

/// An entry as the chain sees it.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = audit_entries)]
pub(super) struct EntryRow {
    pub id: Id<AuditEntry>,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: String,
    pub action: String,
    pub subject: String,
    pub fields: String,
    pub refs: String,
    pub commitment: String,
    pub sequence: Option<i64>,
    pub chain: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_head)]
pub(super) struct HeadRow {
    pub sequence: i64,
    pub chain: String,
    pub sealed_at: Timestamp,
}

/// The last entry that left: its number, its chain value and when it was made.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_anchor)]
pub(super) struct AnchorRow {
    pub sequence: i64,
    pub chain: String,
    pub last_at: Timestamp,
}

pub(super) fn insertion(entry: &NewEntry) -> impl Statement + '_ {
    diesel::insert_into(audit_entries::table).values(entry)
}

pub(super) fn insert(conn: &mut DbConnection, entry: &NewEntry) -> Result<(), DbError> {
    diesel::insert_into(audit_entries::table).values(entry).execute(conn)?;
    Ok(())
}

pub(super) fn insert_all(conn: &mut DbConnection, entries: Vec<&NewEntry>) -> Result<(), DbError> {
    crate::each_backend!(conn, |inner| diesel::insert_into(audit_entries::table).values(entries).execute(inner))?;
    Ok(())
}

pub(super) fn find_commitment(conn: &mut DbConnection, id: &Id<AuditEntry>) -> Result<String, DbError> {
    Ok(audit_entries::table.find(id).select(audit_entries::commitment).first(conn)?)
}

pub(super) fn find_last(
    conn: &mut DbConnection,
    subject: &str,
    actions: &[&str],
) -> Result<Option<Timestamp>, DbError> {
    Ok(audit_entries::table
        .filter(audit_entries::subject.eq(subject))
        .filter(audit_entries::action.eq_any(actions))
        .order(audit_entries::id.desc())
        .select(audit_entries::at)
        .first(conn)
        .optional()?)
}

pub(super) fn find_head(conn: &mut DbConnection) -> Result<Option<HeadRow>, DbError> {
    Ok(audit_head::table.select(HeadRow::as_select()).first(conn).optional()?)
}

/// Inserts the first head; answers false when another process was first.
pub(super) fn insert_head(conn: &mut DbConnection, chain: &str, now: Timestamp) -> Result<bool, DbError> {
    let row = (
        audit_head::singleton.eq(1),
        audit_head::sequence.eq(0),
        audit_head::chain.eq(chain),
        audit_head::sealed_at.eq(now),
    );
    let inserted = crate::each_backend!(conn, |inner| diesel::insert_into(audit_head::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

/// Moves the head on from `from`; answers false when another process has moved it meanwhile.
pub(super) fn advance_head(conn: &mut DbConnection, from: i64, to: &HeadRow) -> Result<bool, DbError> {
    let moved = diesel::update(audit_head::table.filter(audit_head::sequence.eq(from)))
        .set((
            audit_head::sequence.eq(to.sequence),
            audit_head::chain.eq(&to.chain),
            audit_head::sealed_at.eq(to.sealed_at),
        ))
        .execute(conn)?;
    Ok(moved == 1)
}

pub(super) fn has_unsealed(conn: &mut DbConnection) -> Result<bool, DbError> {
    let first: Option<String> = audit_entries::table
        .filter(audit_entries::sequence.is_null())
        .select(audit_entries::action)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

pub(super) fn list_unsealed(conn: &mut DbConnection, limit: i64) -> Result<Vec<EntryRow>, DbError> {
    Ok(audit_entries::table
        .filter(audit_entries::sequence.is_null())
        .order(audit_entries::id)
        .limit(limit)
        .select(EntryRow::as_select())
        .load(conn)?)
}

/// Numbers entries that nobody has numbered yet, and says how many those were.
pub(super) fn seal_entries(conn: &mut DbConnection, seals: &[(&Id<AuditEntry>, i64, &str)]) -> Result<usize, DbError> {
    let columns = seals.iter().map(|(id, sequence, chain)| (id.as_str(), (*sequence, *chain)));
    let (ids, (sequences, chains)): (Vec<_>, (Vec<_>, Vec<_>)) = columns.unzip();
    seal_audit_entries(conn, &ids, &sequences, &chains)
}

pub(super) fn list_sealed(conn: &mut DbConnection, after: i64, limit: i64) -> Result<Vec<EntryRow>, DbError> {
    Ok(audit_entries::table
        .filter(audit_entries::sequence.gt(after))
        .order(audit_entries::sequence)
        .limit(limit)
        .select(EntryRow::as_select())
        .load(conn)?)
}

pub(super) fn find_anchor(conn: &mut DbConnection) -> Result<Option<AnchorRow>, DbError> {
    Ok(audit_anchor::table.select(AnchorRow::as_select()).first(conn).optional()?)
}

/// Moves the anchor on from where it was seen; answers false when another process was first.
pub(super) fn move_anchor(conn: &mut DbConnection, from: Option<i64>, to: &AnchorRow) -> Result<bool, DbError> {
    let place = (
        audit_anchor::sequence.eq(to.sequence),
        audit_anchor::chain.eq(&to.chain),
        audit_anchor::last_at.eq(to.last_at),
    );
    let moved = match from {
        Some(from) => {
            diesel::update(audit_anchor::table.filter(audit_anchor::sequence.eq(from))).set(place).execute(conn)?
        }
        None => {
            let row = (audit_anchor::singleton.eq(1), place.0, place.1, place.2);
            crate::each_backend!(conn, |inner| diesel::insert_into(audit_anchor::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(inner))?
        }
    };
    Ok(moved == 1)
}

pub(super) fn delete_sealed(conn: &mut DbConnection, up_to: i64) -> Result<usize, DbError> {
    Ok(diesel::delete(audit_entries::table.filter(audit_entries::sequence.le(up_to))).execute(conn)?)
}
