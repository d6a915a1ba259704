//! `steward account`: help for customers who cannot get in, after the operator has made sure who asks.

use clap::{Args, Subcommand};

use super::{Common, Failure, logging};
use crate::context::{Need, open};
use crate::identity::factor_resets::command;
use crate::identity::factor_resets::error::ResetError;
use crate::identity::factor_resets::model::Case;
use crate::kernel::email_address::EmailAddress;

/// Options of `account`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Remove every second factor of a customer who lost them all, once the waiting period is over
    ResetFactors {
        /// Their e-mail address
        #[arg(long, value_parser = address)]
        email: EmailAddress,
        /// Where it is written down how you made sure who asks, such as the number of a ticket; they can read it
        #[arg(long, value_parser = case)]
        case: Case,
    },
    /// Take that back: the factors stay
    KeepFactors {
        /// Their e-mail address
        #[arg(long, value_parser = address)]
        email: EmailAddress,
    },
}

fn address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|error| error.to_string())
}

fn case(text: &str) -> Result<Case, &'static str> {
    text.parse()
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Current)?;
    let done = actix_web::rt::System::new().block_on(async {
        match &options.command {
            Command::ResetFactors { email, case } => command::order(&env, email, case).await.map(|order| {
                format!(
                    "Ordered. It takes effect on {}. The owner is told by mail now, and a freeze, a factor that still \
                     works or `steward account keep-factors` stops it.",
                    order.due_at
                )
            }),
            Command::KeepFactors { email } => {
                command::take_back(&env, email).await.map(|()| "Taken back. The owner is told by mail.".to_owned())
            }
        }
    })?;
    println!("{done}");
    Ok(())
}

impl From<ResetError> for Failure {
    fn from(error: ResetError) -> Self {
        Self::Failed(error.to_string())
    }
}
