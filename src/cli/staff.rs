//! `steward staff`: members of staff are made and repaired here only; there is no sign-up for them.

use clap::{Args, Subcommand};

use super::{Common, Failure, logging};
use crate::context::{Need, open};
use crate::identity::staff_accounts::{self, Enrolment, NewStaffMember};
use crate::kernel::permission::{ROLES, Role};

/// Options of `staff`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a member of staff; asks for the password, prints the second factor once
    Create {
        /// E-mail address to sign in with
        #[arg(long)]
        email: String,
        /// What colleagues call them
        #[arg(long)]
        name: String,
        /// billing, support, privacy, counsel, approver, auditor or admin
        #[arg(long, value_parser = role)]
        role: Role,
        /// File that holds the password, instead of asking for it
        #[arg(long)]
        password_file: Option<std::path::PathBuf>,
    },
    /// Give a member of staff a new second factor; prints it once and ends their sessions
    ResetFactor {
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|()| {
        let names: Vec<&str> = ROLES.iter().map(Role::as_str).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: Options) -> Result<(), Failure> {
    logging::start("warn");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Current)?;
    let made = actix_web::rt::System::new().block_on(async {
        match options.command {
            Command::Create { email, name, role, password_file } => {
                let password = password(password_file)?;
                let new = NewStaffMember { email: &email, name: &name, role, password: &password, totp_secret: None };
                staff_accounts::create(&env, &new).await.map_err(|error| Failure::Usage(error.to_string()))
            }
            Command::ResetFactor { email } => {
                staff_accounts::reset_totp(&env, &email).await.map_err(|error| Failure::Usage(error.to_string()))
            }
        }
    })?;
    show(&made);
    Ok(())
}

fn password(file: Option<std::path::PathBuf>) -> Result<String, Failure> {
    match file {
        Some(path) => Ok(std::fs::read_to_string(path)?.trim_end_matches(['\r', '\n']).to_owned()),
        None => Ok(rpassword::prompt_password("Password: ")?),
    }
}

fn show(made: &Enrolment) {
    println!("{}\n", made.id);
    println!("Second factor, shown this once. Put it into an authenticator app:\n");
    println!("  secret   {}", made.totp_secret);
    println!("  address  {}", made.otpauth_url);
    println!("\nRecovery codes, for the day when the app is lost; each works once:\n");
    for code in &made.recovery_codes {
        println!("  {}", code.as_str());
    }
}
