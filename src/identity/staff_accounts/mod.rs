//! Accounts of staff, made and repaired from the command line only: there is no sign-up for them.

pub mod actions;
mod store;

use zeroize::Zeroizing;

use crate::db::{DbError, TxError};
use crate::env::{Env, HashError};
use crate::identity::credentials::error::PasswordError;
use crate::identity::credentials::model::{NewPassword, words_of_email};
use crate::identity::factors::totp::TotpSecret;
use crate::identity::registrations::sign_up::rules;
use crate::kernel::email_address::{EmailAddress, EmailError};
use crate::kernel::ids::{Id, StaffMember};
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
    let phc = env.hasher.hash(password.reveal()).await?;
    let secret = new.totp_secret.map_or_else(TotpSecret::generate, TotpSecret::from_bytes);
    let (own, role) = (env.clone(), new.role);
    env.db
        .write(move |conn| {
            let id = actions::insert(conn, &own, &actions::Member { email: &email, name: &name, role, phc: &phc })?;
            let codes = actions::enrol(conn, &own, &id, &secret)?;
            Ok(enrolment(&own, id, (&secret, codes), email.key()))
        })
        .await
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
    use crate::env::testing::on_each_database_async;

    fn ines(password: &str) -> NewStaffMember<'_> {
        NewStaffMember {
            email: "ines@example.org",
            name: "Ines Moreau",
            role: Role::Billing,
            password,
            totp_secret: None,
        }
    }

    #[test]
    fn staff_are_made_once_and_their_secret_can_be_replaced() {
        on_each_database_async(|bench| async move {
            let bench = bench; // whole: its folder must outlive the test
            let env = &bench.env;
            assert!(matches!(create(env, &ines("short")).await, Err(StaffError::Password(_))));
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
}
