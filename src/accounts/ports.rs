//! What accounts does for identity, which stands below and knows of accounts only by these traits.

use super::model::{Preferences, Profile};
use super::store;
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::ports::{AccountOpening, HolderFacts, RegisteredProfile};
use crate::kernel::ids::{Account, Id};
use crate::kernel::im_id::ImId;
use crate::kernel::personal::Personal;

/// Opens the account of a proved sign-up, and tells identity the few words it needs about holders.
#[derive(Debug, Clone, Copy)]
pub struct Accounts;

impl AccountOpening for Accounts {
    fn open(
        &self,
        conn: &mut DbConnection,
        env: &Env,
        account: &Id<Account>,
        profile: &RegisteredProfile,
    ) -> Result<(), DbError> {
        let text = |text: &str| Personal::new(text.to_owned());
        let profile = Profile {
            name: text(profile.name.as_str()),
            phone: profile.phone.as_ref().map(|phone| text(phone.as_str())),
            address: profile.address.as_ref().map(|address| Personal::new(address.to_input())),
            website: profile.website.as_ref().map(|website| text(website.as_str())),
            contacts: Personal::default(),
            im_ids: Personal::new(profile.im_ids.iter().map(ImId::to_input).collect()),
            locale: profile.locale.as_str().to_owned(),
            time_zone: profile.time_zone.as_str().to_owned(),
            preferences: Preferences::default(),
        };
        store::insert(conn, account, &profile, env.now())
    }
}

impl HolderFacts for Accounts {
    fn display_name(&self, conn: &mut DbConnection, account: &Id<Account>) -> Result<Option<String>, DbError> {
        store::find_name(conn, account)
    }

    fn personal_words(&self, conn: &mut DbConnection, account: &Id<Account>) -> Result<Vec<String>, DbError> {
        let profile = match store::find(conn, account) {
            Ok((account, _)) => account.profile,
            Err(DbError::NotFound) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut words = vec![profile.name.into_revealed()];
        words.extend(profile.website.map(Personal::into_revealed));
        words.extend(profile.im_ids.into_revealed().into_iter().map(|id| id.handle));
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::testing;
    use crate::env::testing::on_each_database;

    #[test]
    fn a_sign_up_becomes_the_account_and_is_known_by_its_words() {
        on_each_database(|mut bench| {
            let id = testing::principal(&mut bench);
            let registered = RegisteredProfile {
                name: "Ada".parse().expect("a name"),
                phone: Some("+6561234567".parse().expect("a number")),
                address: None,
                website: Some("ada.example".parse().expect("an address")),
                im_ids: Vec::new(),
                locale: "de".parse().expect("a tag"),
                time_zone: "Asia/Singapore".parse().expect("a zone"),
            };
            assert_eq!(Accounts.display_name(&mut bench.conn, &id).expect("asked"), None);
            Accounts.open(&mut bench.conn, &bench.env, &id, &registered).expect("opened");
            let (account, _) = store::find(&mut bench.conn, &id).expect("there");
            assert_eq!((account.version, account.profile.locale.as_str()), (1, "de"));
            assert_eq!(account.profile.phone.map(Personal::into_revealed).as_deref(), Some("+6561234567"));
            assert_eq!(Accounts.display_name(&mut bench.conn, &id).expect("asked").as_deref(), Some("Ada"));
            assert_eq!(Accounts.personal_words(&mut bench.conn, &id).expect("asked"), ["Ada", "https://ada.example/"]);
            assert!(Accounts.open(&mut bench.conn, &bench.env, &id, &registered).is_err(), "once only");
        });
    }
}
