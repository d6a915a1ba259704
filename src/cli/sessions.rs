//! `steward sessions`: signs people out, without freezing anybody.

use clap::{Args, Subcommand};

use super::{Common, Failure, logging};
use crate::context::{Need, open};
use crate::identity::sessions::command;
use crate::kernel::email_address::EmailAddress;

/// Options of `sessions`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// End every session of one person, customer or staff, or of everybody
    End {
        #[command(flatten)]
        whose: Whose,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// E-mail address of the person
    #[arg(long, value_parser = address)]
    email: Option<EmailAddress>,
    /// Everybody, customers and staff
    #[arg(long)]
    everybody: bool,
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
    let Command::End { whose } = &options.command;
    let ended = actix_web::rt::System::new().block_on(async {
        match &whose.email {
            Some(email) => command::end_of(&env, email).await,
            None => command::end_everybodys(&env).await.map(Some),
        }
    })?;
    let ended = ended.ok_or_else(|| Failure::Failed("nobody has this address".to_owned()))?;
    println!("{ended} sessions ended.");
    Ok(())
}
