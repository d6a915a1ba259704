//! `steward seed`: a test installation with made-up accounts, for trying things out and for measuring.

use clap::Args;

use super::{Common, Failure, logging};
use crate::accounts::Accounts;
use crate::billing::catalog::actions::{demo_catalogue, seed};
use crate::config::Mode;
use crate::context::{Need, open};
use crate::db::{DbConnection, DbError};
use crate::env::Env;
use crate::identity::ports::{AccountOpening, RegisteredProfile};
use crate::identity::principals::model::{PrincipalId, Status};
use crate::identity::principals::store::{self as principals, NewPrincipal};
use crate::kernel::email_address::EmailAddress;
use crate::kernel::ids::{Account, Id};
use crate::kernel::locale_tag::LocaleTag;
use crate::kernel::person_name::PersonName;
use crate::kernel::time_zone::TimeZone;
use crate::platform::changes;
use crate::platform::trust::policy;

/// Accounts of one transaction.
const BATCH: usize = 100;

/// Options of `seed`.
#[derive(Args)]
pub struct Options {
    /// How many verified accounts to make: seed-000001@example.test and so on
    #[arg(long, default_value_t = 10)]
    accounts: usize,
    /// The password of all of them
    #[arg(long)]
    password: String,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Migrated(Mode::Test))?;
    let made = actix_web::rt::System::new().block_on(async {
        // One hash for all: this is test data, and a thousand hashes would take a minute.
        let phc = env.hasher.hash(&options.password).await.map_err(|error| Failure::Failed(error.to_string()))?;
        let inside = env.clone();
        env.db.write::<_, DbError, _>(move |conn| seed(conn, &inside, &demo_catalogue())).await?;
        let mut made = 0;
        for first in (1..=options.accounts).step_by(BATCH) {
            let last = (first + BATCH - 1).min(options.accounts);
            let (inside, phc) = (env.clone(), phc.clone());
            made += env.db.write::<_, DbError, _>(move |conn| batch(conn, &inside, first..=last, &phc)).await?;
        }
        Ok::<_, Failure>(made)
    })?;
    println!("{made} accounts made.");
    Ok(())
}

fn batch(
    conn: &mut DbConnection,
    env: &Env,
    numbers: std::ops::RangeInclusive<usize>,
    phc: &str,
) -> Result<usize, DbError> {
    let version = policy::current_number(conn)?;
    let mut made = 0;
    for number in numbers {
        let email = EmailAddress::parse(&format!("seed-{number:06}@example.test")).map_err(unusable)?;
        if principals::find_by_email(conn, email.key())?.is_some() {
            continue;
        }
        let id: Id<Account> = env.id();
        let now = env.now();
        let principal = PrincipalId::Holder(id.clone());
        principals::insert(
            conn,
            &NewPrincipal {
                id: &principal,
                kind: "holder",
                email: email.as_str(),
                email_key: email.key(),
                password_phc: phc,
                status: Status::Active,
                created_at: now,
                verified_at: now,
            },
        )?;
        changes::create_key(conn, env, &id)?;
        Accounts.open(conn, env, &id, &profile(number)?)?;
        policy::accept(conn, &id, version, now)?;
        made += 1;
    }
    Ok(made)
}

fn profile(number: usize) -> Result<RegisteredProfile, DbError> {
    Ok(RegisteredProfile {
        name: PersonName::parse(&format!("Seed {number}")).map_err(unusable)?,
        phone: None,
        address: None,
        website: None,
        im_ids: Vec::new(),
        locale: LocaleTag::parse("en").map_err(unusable)?,
        time_zone: TimeZone::parse("UTC").map_err(unusable)?,
    })
}

fn unusable(error: impl std::fmt::Display) -> DbError {
    DbError::Other(format!("seed data: {error}"))
}
