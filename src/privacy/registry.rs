//! The field registry, put together from every module's `fields.rs` (policy clause 3): the source of the data map, and
//! of the test that no column is kept without a reason.

use crate::kernel::field_registry::Table;
use crate::platform::{audit, changes, idempotency, im, jobs, mail, trust};
use crate::{accounts, billing, identity};

/// Every table that the product stores, platform first.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    let modules = [
        trust::TABLES,
        jobs::TABLES,
        audit::TABLES,
        changes::TABLES,
        idempotency::TABLES,
        mail::TABLES,
        im::TABLES,
        identity::TABLES,
        accounts::TABLES,
        billing::TABLES,
        super::looks::TABLES,
    ];
    modules.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use diesel::sql_types::Text;
    use diesel::{QueryableByName, RunQueryDsl, sql_query};

    use super::*;
    use crate::db::Backend;
    use crate::env::testing::on_each_database;
    use crate::platform::trust::recipients;

    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
    }

    #[test]
    fn every_column_of_the_database_is_registered_and_nothing_else() {
        on_each_database(|mut bench| {
            let query = match bench.conn.backend() {
                Backend::Sqlite => {
                    "SELECT m.name || '.' || c.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'"
                }
                Backend::Postgresql => {
                    "SELECT table_name || '.' || column_name AS name FROM information_schema.columns \
                     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'"
                }
            };
            let found: Vec<Column> = sql_query(query).load(&mut bench.conn).expect("the catalogue");
            let found: BTreeSet<String> = found.into_iter().map(|column| column.name).collect();
            let registered: Vec<String> = tables()
                .flat_map(|table| table.columns().map(move |column| format!("{}.{column}", table.name)))
                .collect();
            let unique: BTreeSet<String> = registered.iter().cloned().collect();
            assert_eq!(unique.len(), registered.len(), "a column is registered twice");
            let unexplained: Vec<&String> = found.difference(&unique).collect();
            assert!(unexplained.is_empty(), "register in the module's fields.rs: {unexplained:?}");
            assert_eq!(unique, found);
        });
    }

    #[test]
    fn a_field_goes_to_listed_recipients_only_and_says_why_it_is_kept() {
        for field in tables().flat_map(|table| table.personal) {
            for recipient in field.recipients {
                assert!(recipients::find(recipient).is_some(), "{}: {recipient}", field.column);
            }
            assert!(field.purpose.ends_with('.') && field.purpose.len() > 10, "{}: {}", field.column, field.purpose);
            assert!(!field.sensitive, "{}: nothing sensitive is asked for (clause 2.2.1)", field.column);
        }
    }

    #[test]
    fn what_recipients_get_is_named_by_the_registry() {
        for recipient in recipients::ALL {
            let gets = tables().flat_map(|table| table.personal).any(|field| field.recipients.contains(&recipient.key));
            assert!(gets, "no registered field goes to {}", recipient.key);
        }
    }

    #[test]
    fn every_category_has_its_level_of_protection() {
        let document = include_str!("../../docs/SECURITY.md");
        let table = document.split_once("## Levels of protection").map_or("", |(_, rest)| rest);
        let table = table.split("\n## ").next().unwrap_or_default();
        for level in ["| secret |", "| personal |", "| operational |", "| public |"] {
            assert!(table.contains(level), "docs/SECURITY.md has no row {level}");
        }
        let categories: BTreeSet<&str> =
            tables().flat_map(|table| table.personal).map(|field| field.category.as_str()).collect();
        for category in categories {
            let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains(category)).count();
            assert_eq!(rows, 1, "docs/SECURITY.md, \"Levels of protection\", names {category} in {rows} rows");
        }
    }
}
