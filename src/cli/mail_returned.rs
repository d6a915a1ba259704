//! `steward mail-returned`: mail that was taken first and came back later, as a report to the operator says.

use clap::Args;

use super::{Common, Failure, logging};
use crate::accounts::freshness::actions;
use crate::context::{Need, open};
use crate::kernel::email_address::EmailAddress;

/// Options of `mail-returned`.
#[derive(Args)]
pub struct Options {
    /// The e-mail address that mail came back from
    #[arg(value_parser = address)]
    address: EmailAddress,
}

fn address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|error| error.to_string())
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Current)?;
    let (own, address) = (env.clone(), options.address.clone());
    let marked = actix_web::rt::System::new()
        .block_on(async { env.db.write(move |conn| actions::returned(conn, &own, &address)).await })?;
    if !marked {
        return Err(Failure::Failed("no account has this address".to_owned()));
    }
    println!("Marked. Its owner sees it when signed in, and is asked in a month whether the address is right.");
    Ok(())
}
