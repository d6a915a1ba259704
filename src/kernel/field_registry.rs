//! The types of the field registry (policy clause 3): what each stored column is, why it is kept, how long, and who
//! gets it. Each module declares its own tables in its `fields.rs` with [`stored_fields!`](crate::stored_fields);
//! `privacy::registry` puts them together, and a test compares the whole with both migrated databases, so a column that
//! nobody explained fails the build.

use std::fmt;

/// What kind of information about a person a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Who somebody is.
    Identity,
    /// How to reach them.
    Contact,
    /// What they prove themselves by.
    Credentials,
    /// How they like things.
    Preferences,
    /// What they did and from where.
    Activity,
    /// What we wrote to each other.
    Communication,
    /// What they bought, owe and paid.
    Billing,
    /// What they agreed to, and what was done with their data.
    Evidence,
}

impl Category {
    /// The word for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::Credentials => "credentials",
            Self::Preferences => "preferences",
            Self::Activity => "activity",
            Self::Communication => "communication",
            Self::Billing => "billing",
            Self::Evidence => "evidence",
        }
    }
}

/// Why we may keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegalBasis {
    /// The contract cannot be kept without it.
    Contract,
    /// The law asks for it.
    Law,
    /// Keeping the service safe, and being able to prove what happened.
    LegitimateInterest,
    /// Its owner chose to give it.
    Consent,
}

impl LegalBasis {
    /// The words for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Law => "law",
            Self::LegitimateInterest => "legitimate interest",
            Self::Consent => "your choice",
        }
    }
}

/// Where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Its owner.
    Holder,
    /// The browser or program its owner used.
    Browser,
    /// The product made it.
    Product,
    /// The payment processor.
    Processor,
}

impl Source {
    /// The words for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "you",
            Self::Browser => "your browser",
            Self::Product => "our service",
            Self::Processor => "the payment processor",
        }
    }
}

/// How long it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// As long as the account, and erased with it.
    Account,
    /// As long as the account and this many years more.
    AccountAndYears(u8),
    /// So many years.
    Years(u8),
    /// So many months.
    Months(u8),
    /// So many days.
    Days(u8),
    /// So many hours.
    Hours(u8),
    /// Until it has served or expired.
    UntilUsed,
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account => f.write_str("as long as the account"),
            Self::AccountAndYears(years) => write!(f, "as long as the account and {years} years more"),
            Self::Years(years) => write!(f, "{years} years"),
            Self::Months(months) => write!(f, "{months} months"),
            Self::Days(1) => f.write_str("one day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Hours(hours) => write!(f, "{hours} hours"),
            Self::UntilUsed => f.write_str("until used or expired"),
        }
    }
}

/// A column about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub column: &'static str,
    /// What kind of information.
    pub category: Category,
    /// What it is used for, as a sentence.
    pub purpose: &'static str,
    /// Why we may.
    pub basis: LegalBasis,
    /// How long.
    pub retention: Retention,
    /// Where from.
    pub source: Source,
    /// Keys of the recipients it may go to.
    pub recipients: &'static [&'static str],
    /// Whether it is of the kinds that need express consent (clause 2.2.1).
    pub sensitive: bool,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Columns about a person.
    pub personal: &'static [Field],
    /// Columns that say nothing about a person by themselves: ids, states, amounts of the catalogue, times of upkeep.
    pub operational: &'static [&'static str],
}

impl Table {
    /// Every column.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.personal.iter().map(|field| field.column).chain(self.operational.iter().copied())
    }
}
