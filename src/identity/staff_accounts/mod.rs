//! Accounts of staff, made and repaired from the command line only: there is no sign-up for them. What they choose for
//! themselves is the language of their pages and mails.

pub mod actions;
pub mod api;
pub mod pages;
mod settings;
mod store;

use zeroize::Zeroizing;

pub use store::ListedMember;

use crate::db::{DbError, TxError};
use crate::env::{Env, HashError, random};
use crate::identity::credentials::choosing;
use crate::identity::credentials::error::{PasswordError, Refused};
use crate::identity::credentials::model::{NewPassword, words_of_email};
use crate::identity::factors::totp::TotpSecret;
use crate::identity::principals::model::PrincipalId;
use crate::identity::registrations::sign_up::rules;
use crate::kernel::email_address::{EmailAddress, EmailError};
use crate::kernel::ids::{Id, StaffMember};
use crate::kernel::lang::Lang;
use crate::kernel::permission::Role;
use crate::kernel::person_name::{NameError, PersonName};

/// A member of staff to be.
pub struct NewStaffMember<'a> {
    /// The address they sign in with.
    pub email: &'a str,
    /// What colleagues call them.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// The language of their pages and mails, until they choose another; without one, what browser and installation say.
    pub language: Option<Lang>,
    /// Their first password.
    pub password: &'a str,
    /// A secret of 20 bytes for their authenticator app; a fresh one when left out.
    pub totp_secret: Option<[u8; 20]>,
}

/// What is shown once, to be put into an authenticator app.
pub struct Enrolment {
    /// Who.
    pub id: Id<StaffMember>,
    /// The secret in base 32.
    pub totp_secret: String,
    /// The same as an address for a QR code.
    pub otpauth_url: String,
    /// Ten codes for the day when the app is lost.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

/// Why a member of staff is not made.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The address is none.
    #[error("email: {0}")]
    Email(#[from] EmailError),
    /// The name is none.
    #[error("name: {0}")]
    Name(#[from] NameError),
    /// The password is refused.
    #[error("password: {0}")]
    Password(#[from] PasswordError),
    /// Somebody has this address already.
    #[error("this address has an account already")]
    Taken,
    /// Nobody on the staff has this address.
    #[error("nobody on the staff has this address")]
    Unknown,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Refused> for StaffError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Password(error) => Self::Password(error),
            Refused::Hash(error) => Self::Hash(error),
        }
    }
}

impl TxError for StaffError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_contention())
    }
}

/// Makes a member of staff with password and second factor.
///
/// # Errors
/// See [`StaffError`].
pub async fn create(env: &Env, new: &NewStaffMember<'_>) -> Result<Enrolment, StaffError> {
    let (email, name) = (EmailAddress::parse(new.email)?, PersonName::parse(new.name)?);
    let mut rules = rules(env);
    rules.personal.extend(words_of_email(email.key()));
    rules.personal.push(name.as_str().to_owned());
    let password = NewPassword::parse(new.password, &rules)?;
    let phc = choosing::hash(env, &password).await?;
    let secret = new.totp_secret.map_or_else(TotpSecret::generate, TotpSecret::from_bytes);
    let (own, role, language) = (env.clone(), new.role, new.language);
    env.db
        .write(move |conn| {
            let member = actions::Member { email: &email, name: &name, role, language, phc: &phc };
            let id = actions::insert(conn, &own, &member)?;
            let codes = actions::enrol(conn, &own, &id, &secret)?;
            Ok(enrolment(&own, id, (&secret, codes), email.key()))
        })
        .await
}

/// Makes a member of staff who chooses a password by a mailed link: until then the account has one that nobody knows, and
/// signing in is refused.
///
/// # Errors
/// See [`StaffError`].
pub async fn invite(
    env: &Env,
    (email, name): (&str, &str),
    role: Role,
    language: Option<Lang>,
) -> Result<Enrolment, StaffError> {
    let secret = random::token("");
    let password = secret.reveal();
    let made = create(env, &NewStaffMember { email, name, role, language, password, totp_secret: None }).await?;
    let (own, owner) = (env.clone(), PrincipalId::Staff(made.id.clone()));
    env.db.write::<_, StaffError, _>(move |conn| Ok(actions::invite(conn, &own, &owner)?)).await?;
    Ok(made)
}

/// Gives a member of staff a new secret for their authenticator app and new recovery codes in the place of every factor
/// they had, and ends their sessions.
///
/// # Errors
/// See [`StaffError`].
pub async fn reset_totp(env: &Env, email: &str) -> Result<Enrolment, StaffError> {
    let email = EmailAddress::parse(email)?;
    let (own, secret) = (env.clone(), TotpSecret::generate());
    env.db
        .write(move |conn| {
            let id = actions::find(conn, &email)?.ok_or(StaffError::Unknown)?;
            let codes = actions::reset(conn, &own, &id, &secret)?;
            Ok(enrolment(&own, id, (&secret, codes), email.key()))
        })
        .await
}

/// Takes the access of a member of staff away; answers how many sessions ended, or `None` when it was away already.
///
/// # Errors
/// See [`StaffError`].
pub async fn disable(env: &Env, email: &str) -> Result<Option<usize>, StaffError> {
    let (own, email) = (env.clone(), EmailAddress::parse(email)?);
    env.db
        .write(move |conn| {
            let id = actions::find(conn, &email)?.ok_or(StaffError::Unknown)?;
            Ok(actions::disable(conn, &own, &id)?)
        })
        .await
}

/// Gives it back; `false` when it was not away.
///
/// # Errors
/// See [`StaffError`].
pub async fn enable(env: &Env, email: &str) -> Result<bool, StaffError> {
    let (own, email) = (env.clone(), EmailAddress::parse(email)?);
    env.db
        .write(move |conn| {
            let id = actions::find(conn, &email)?.ok_or(StaffError::Unknown)?;
            Ok(actions::enable(conn, &own, &id)?)
        })
        .await
}

/// Everybody on the staff.
///
/// # Errors
/// The database failed.
pub async fn list(env: &Env) -> Result<Vec<ListedMember>, StaffError> {
    Ok(env.db.read(store::list).await?)
}

fn enrolment(
    env: &Env,
    id: Id<StaffMember>,
    (secret, recovery_codes): (&TotpSecret, Vec<Zeroizing<String>>),
    account: &str,
) -> Enrolment {
    let otpauth_url = secret.url(&env.settings.product.name, account).unwrap_or_default();
    Enrolment { id, totp_secret: secret.base32(), otpauth_url, recovery_codes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::schema::{jobs, mails};
    use crate::env::BreachedList;
    use crate::env::testing::{on_each_database, on_each_database_async};
    use crate::identity::principals::{actions as states, store as principals};
    use crate::identity::recovery::actions as recovery;
    use crate::kernel::deed::Deed;
    use diesel::prelude::*;

    fn ines(password: &str) -> NewStaffMember<'_> {
        NewStaffMember {
            email: "ines@example.org",
            name: "Ines Moreau",
            role: Role::Billing,
            language: None,
            password,
            totp_secret: None,
        }
    }

    fn list_of(password: &str) -> BreachedList {
        use sha1::{Digest, Sha1};
        let hash: String = Sha1::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), format!("{hash}:1\n")).expect("written");
        BreachedList::open(file.path()).expect("a list")
    }

    #[test]
    fn staff_are_made_once_and_their_secret_can_be_replaced() {
        on_each_database_async(|bench| async move {
            let bench = bench; // whole: its folder must outlive the test
            let env = &bench.env;
            assert!(matches!(create(env, &ines("short")).await, Err(StaffError::Password(_))));
            let list = Env { breached: Some(list_of("violet tram under Tuesday")), ..env.clone() };
            let refused = create(&list, &ines("violet tram under Tuesday")).await;
            assert!(matches!(refused, Err(StaffError::Password(PasswordError::Breached))));
            let made = create(env, &ines("violet tram under Tuesday")).await.unwrap_or_else(|error| panic!("{error}"));
            assert!(made.otpauth_url.contains(&made.totp_secret));
            assert!(matches!(create(env, &ines("violet tram under Tuesday")).await, Err(StaffError::Taken)));
            let replaced = reset_totp(env, "INES@example.org").await.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(replaced.id, made.id);
            assert_ne!(replaced.totp_secret, made.totp_secret);
            assert_eq!((made.recovery_codes.len(), replaced.recovery_codes.len()), (10, 10));
            assert!(made.recovery_codes.iter().all(|code| !replaced.recovery_codes.contains(code)));
            assert!(matches!(reset_totp(env, "nobody@example.org").await, Err(StaffError::Unknown)));
        });
    }

    #[test]
    fn who_is_invited_signs_in_with_a_password_of_their_own_only() {
        on_each_database_async(|mut bench| async move {
            let env = bench.env.clone();
            let made = invite(&env, ("ines@example.org", "Ines Moreau"), Role::Billing, Some(Lang::De)).await;
            let owner = PrincipalId::Staff(made.unwrap_or_else(|error| panic!("{error}")).id);
            let standing = principals::hold(&mut bench.conn, &owner).expect("asked").expect("there").0;
            assert!(standing.needs_reset, "the secret that was made is no password to keep");
            recovery::mail(&mut bench.conn, &env, &owner, false).expect("mailed");
            let kinds: Vec<String> = mails::table.select(mails::kind).load(&mut bench.conn).expect("listed");
            assert_eq!(kinds, ["reset_password"]);
            let jobs = jobs::table.filter(jobs::kind.eq(recovery::MAIL.name())).count();
            assert_eq!(jobs.get_result(&mut bench.conn), Ok(1_i64));
            let again = invite(&env, ("ines@example.org", "Ines Moreau"), Role::Billing, Some(Lang::De)).await;
            assert!(matches!(again, Err(StaffError::Taken)));
        });
    }

    #[test]
    fn access_is_taken_away_with_every_session_and_given_back() {
        on_each_database_async(|mut bench| async move {
            let env = bench.env.clone();
            let made = create(&env, &ines("violet tram under Tuesday")).await.unwrap_or_else(|error| panic!("{error}"));
            let owner = PrincipalId::Staff(made.id.clone());
            let listed = list(&env).await.expect("listed");
            assert_eq!((listed.len(), listed[0].disabled_at, listed[0].last_seen_at), (1, None, None));
            assert_eq!(disable(&env, "INES@example.org").await.expect("disabled"), Some(0));
            assert_eq!(disable(&env, "ines@example.org").await.expect("asked"), None);
            assert_eq!(list(&env).await.expect("listed")[0].disabled_at, Some(env.now()));
            for deed in [Deed::SignIn, Deed::Session, Deed::Reset] {
                assert!(!states::allows(&mut bench.conn, &owner, deed).expect("asked"), "{deed:?}");
            }
            // A link asked for meanwhile is not even mailed.
            recovery::mail(&mut bench.conn, &env, &owner, false).expect("asked");
            assert_eq!(mails::table.count().get_result(&mut bench.conn), Ok(0_i64));
            assert!(enable(&env, "ines@example.org").await.expect("enabled"));
            assert!(!enable(&env, "ines@example.org").await.expect("asked"));
            assert!(states::allows(&mut bench.conn, &owner, Deed::SignIn).expect("asked"));
            assert!(matches!(disable(&env, "nobody@example.org").await, Err(StaffError::Unknown)));
        });
    }

    #[test]
    fn the_database_disables_no_customer() {
        on_each_database(|mut bench| {
            let ada = PrincipalId::Holder(crate::accounts::testing::open(&mut bench, "Ada").account);
            let now = bench.env.now();
            assert!(principals::disable(&mut bench.conn, &ada, now).is_err());
        });
    }
}
