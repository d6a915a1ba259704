//! Both sets of migrations say the same, and can be taken back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use rstest::rstest;
use steward::db::{Backend, DbConnection, migrations};

use crate::support::TestDatabase;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

fn columns(conn: &mut DbConnection) -> BTreeMap<(String, String), String> {
    let query = match conn.backend() {
        Backend::Sqlite => {
            "SELECT m.name AS table_name, c.name AS column_name, c.type || CASE WHEN c.\"notnull\" THEN ' NOT NULL' \
             ELSE '' END AS kind FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
        Backend::Postgresql => {
            "SELECT table_name::text, column_name::text, data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' \
             ELSE '' END AS kind FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let found: Vec<Column> = sql_query(query).load(conn).expect("the catalogue is readable");
    let ours = found.into_iter().filter(|c| !c.table_name.starts_with("sqlite_") && !c.table_name.starts_with("__"));
    ours.map(|column| ((column.table_name, column.column_name), plain(&column.kind))).collect()
}

/// One word for what the two databases call differently.
fn plain(kind: &str) -> String {
    let kind = kind.to_uppercase();
    let (name, null) = kind.split_once(" NOT NULL").map_or((kind.as_str(), ""), |(name, _)| (name, " NOT NULL"));
    let name = match name {
        "TIMESTAMP WITHOUT TIME ZONE" => "TIMESTAMP",
        "BLOB" => "BYTEA",
        other => other,
    };
    format!("{name}{null}")
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = columns(&mut TestDatabase::new(Backend::Sqlite).connection());
    let postgres = columns(&mut TestDatabase::new(Backend::Postgresql).connection());
    assert!(sqlite.len() > 50, "only {} columns found", sqlite.len());
    let only = |a: &BTreeMap<_, String>, b: &BTreeMap<_, String>| -> Vec<String> {
        let differing = a.iter().filter(|(name, kind)| b.get(*name) != Some(*kind));
        differing.map(|((table, column), kind)| format!("{table}.{column} {kind}")).collect()
    };
    assert_eq!(only(&sqlite, &postgres), only(&postgres, &sqlite));
}

/// The columns of `schema.rs`, read from its text: what queries are compiled against.
fn declared() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema");
    let mut declared = Vec::new();
    for entry in fs::read_dir(folder).expect("src/db/schema") {
        let text = fs::read_to_string(entry.expect("readable").path()).expect("UTF-8");
        let mut table = String::new();
        for line in text.lines().map(str::trim) {
            if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
                table = name.trim_start_matches("diesel::table! { ").to_owned();
            } else if let Some((name, _)) = line.split_once(" -> ").filter(|_| line.ends_with(',')) {
                declared.push((table.clone(), name.to_owned()));
            }
        }
    }
    declared.sort();
    declared
}

#[rstest]
fn the_compiled_schema_is_the_migrated_one(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let migrated: Vec<_> = columns(&mut TestDatabase::new(backend).connection()).into_keys().collect();
    assert_eq!(declared(), migrated);
}

#[rstest]
fn migrations_apply_once_and_can_be_taken_back(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let database = TestDatabase::new(backend);
    let mut conn = database.connection();
    assert_eq!(migrations::apply(&mut conn).expect("nothing to do"), Vec::<String>::new());
    let before = columns(&mut conn);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend.name());
    let mut folders: Vec<_> = fs::read_dir(root).expect("migrations").map(|entry| entry.expect("ok").path()).collect();
    folders.sort();
    for folder in folders.iter().rev() {
        let down = fs::read_to_string(folder.join("down.sql")).expect("every migration can be taken back");
        conn.batch_execute(&down).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }
    assert_eq!(columns(&mut conn).into_keys().collect::<Vec<_>>(), [], "left behind by down.sql");
    conn.batch_execute("DELETE FROM __diesel_schema_migrations").expect("diesel's own table");
    assert_eq!(migrations::apply(&mut conn).expect("all of them").len(), folders.len());
    assert_eq!(columns(&mut conn), before);
}

#[test]
fn both_sets_have_the_same_names() {
    let names = |backend: Backend| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend.name());
        let mut names: Vec<_> = fs::read_dir(root).expect("migrations").map(|e| e.expect("ok").file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(Backend::Sqlite), names(Backend::Postgresql));
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Indexes that a migration names; those of keys are named by the databases.
fn indexes(conn: &mut DbConnection) -> Vec<String> {
    let query = match conn.backend() {
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\'"
        }
        Backend::Postgresql => {
            "SELECT c.relname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' \
             AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
        }
    };
    let mut names: Vec<String> =
        sql_query(query).load::<Name>(conn).expect("the catalogue").into_iter().map(|row| row.name).collect();
    names.sort();
    names
}

#[test]
fn both_databases_have_the_same_indexes() {
    let sqlite = indexes(&mut TestDatabase::new(Backend::Sqlite).connection());
    let postgres = indexes(&mut TestDatabase::new(Backend::Postgresql).connection());
    assert!(sqlite.len() > 10, "only {} indexes found", sqlite.len());
    assert_eq!(sqlite, postgres);
}
