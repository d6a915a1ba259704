//! What identity asks of the feature above it: to open an account for a proved sign-up, and a few words about its
//! holder. `accounts` implements both; `context` injects them.

use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::kernel::ids::{Account, Id};
use crate::kernel::im_id::ImId;
use crate::kernel::locale_tag::LocaleTag;
use crate::kernel::person_name::PersonName;
use crate::kernel::phone::Phone;
use crate::kernel::postal_address::PostalAddress;
use crate::kernel::time_zone::TimeZone;
use crate::kernel::website::Website;

/// What a person entered at sign-up, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredProfile {
    /// How to address them, and the name on invoices.
    pub name: PersonName,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Postal address.
    pub address: Option<PostalAddress>,
    /// Website.
    pub website: Option<Website>,
    /// Instant-messaging ids.
    pub im_ids: Vec<ImId>,
    /// Language.
    pub locale: LocaleTag,
    /// Time zone.
    pub time_zone: TimeZone,
}

/// Opens accounts. The principal of the same id exists already, and so does the account's own key.
pub trait AccountOpening: Send + Sync {
    /// Inserts the account, in the caller's transaction.
    ///
    /// # Errors
    /// The database failed.
    fn open(
        &self,
        conn: &mut DbConnection,
        env: &Env,
        account: &Id<Account>,
        profile: &RegisteredProfile,
    ) -> Result<(), DbError>;
}

/// Knows about holders what sign-in pages and the password check need.
pub trait HolderFacts: Send + Sync {
    /// The display name; `None` where the account is gone.
    ///
    /// # Errors
    /// The database failed.
    fn display_name(&self, conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<String>, DbError>;

    /// Words that must not make up the holder's password: name, IM handles, website.
    ///
    /// # Errors
    /// The database failed.
    fn personal_words(&self, conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<String>, DbError>;
}
