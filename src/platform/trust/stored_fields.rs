//! The macro by which a module declares what its columns are (types: [`crate::kernel::field_registry`]).

/// Declares `TABLES` of a module. Naming a column that the schema lacks does not compile.
///
/// ```text
/// stored_fields! {
///     accounts {
///         personal {
///             phone: Contact, "To call you about your account.", Consent, Account, Holder, [];
///         }
///         operational { id, version }
///     }
/// }
/// ```
/// A personal column reads: category, purpose, basis, retention, source, recipients; `sensitive` before the semicolon
/// marks what needs express consent.
#[macro_export]
macro_rules! stored_fields {
    ($($table:ident {
        personal { $($column:ident: $category:ident, $purpose:literal, $basis:ident, $kept:ident $(($amount:literal))?,
            $source:ident, [$($recipient:literal),*] $(, $mark:ident)?;)* }
        operational { $($plain:ident),* $(,)? }
    })+) => {
        /// What the columns of this module's tables are, for the field registry.
        pub const TABLES: &[$crate::kernel::field_registry::Table] = &[$($crate::kernel::field_registry::Table {
            name: stringify!($table),
            personal: &[$($crate::kernel::field_registry::Field {
                column: stringify!($column),
                category: $crate::kernel::field_registry::Category::$category,
                purpose: $purpose,
                basis: $crate::kernel::field_registry::LegalBasis::$basis,
                retention: $crate::kernel::field_registry::Retention::$kept $(($amount))?,
                source: $crate::kernel::field_registry::Source::$source,
                recipients: &[$($recipient),*],
                sensitive: $crate::stored_fields!(@sensitive $($mark)?),
            }),*],
            operational: &[$(stringify!($plain)),*],
        }),+];
        const _: () = { $($(let _ = $crate::db::schema::$table::$column;)* $(let _ = $crate::db::schema::$table::$plain;)*)+ };
    };
    (@sensitive sensitive) => { true };
    (@sensitive) => { false };
}
