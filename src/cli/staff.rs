//! `steward staff`: members of staff are made and repaired here only; there is no sign-up for them.

use clap::{Args, Subcommand};

use super::{Common, Failure, logging};
use crate::context::{Need, open};
use crate::env::Env;
use crate::identity::staff_accounts::{self, Enrolment, ListedMember, NewStaffMember, StaffError};
use crate::kernel::lang::Lang;
use crate::kernel::permission::{ROLES, Role};

/// Options of `staff`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a member of staff; prints the second factor once, and mails a link to choose a password
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
        /// Language of their pages and mails: en, de or zh-Hans; they can change it under Settings [default: what their
        /// browser asks for, and the installation's for mails]
        #[arg(long, value_parser = language)]
        language: Option<Lang>,
        /// File that holds a first password, where no mail is sent yet; without it they choose one by a mailed link
        #[arg(long)]
        password_file: Option<std::path::PathBuf>,
    },
    /// Show everybody on the staff
    List,
    /// Take a member of staff's access away at once: their sessions end, and they cannot sign in
    Disable {
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
    /// Give it back; password and second factor are as they were
    Enable {
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
    /// Give a member of staff a new second factor; prints it once and ends their sessions
    ResetFactor {
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
}

fn language(text: &str) -> Result<Lang, String> {
    text.parse().map_err(|()| format!("expected one of {}", Lang::ALL.map(Lang::as_str).join(", ")))
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
    actix_web::rt::System::new().block_on(act(&env, options.command))
}

async fn act(env: &Env, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create { email, name, role, language, password_file } => {
            let given = password_file.map(std::fs::read_to_string).transpose()?;
            show(&match &given {
                Some(text) => {
                    let password = text.trim_end_matches(['\r', '\n']);
                    let new =
                        NewStaffMember { email: &email, name: &name, role, language, password, totp_secret: None };
                    staff_accounts::create(env, &new).await?
                }
                None => staff_accounts::invite(env, (&email, &name), role, language).await?,
            });
            if given.is_none() {
                println!("\nA link to choose a password goes to {email} by mail; /reset sends another.");
            }
        }
        Command::ResetFactor { email } => show(&staff_accounts::reset_totp(env, &email).await?),
        Command::List => staff_accounts::list(env).await?.iter().for_each(list),
        Command::Disable { email } => match staff_accounts::disable(env, &email).await? {
            Some(ended) => println!("Disabled. {ended} sessions ended."),
            None => println!("Was disabled already."),
        },
        Command::Enable { email } => match staff_accounts::enable(env, &email).await? {
            true => println!("Enabled."),
            false => println!("Was not disabled."),
        },
    }
    Ok(())
}

fn list(member: &ListedMember) {
    let access = member.disabled_at.map_or_else(|| "enabled".to_owned(), |at| format!("disabled since {at}"));
    let seen = member.last_seen_at.map_or_else(|| "never seen".to_owned(), |at| format!("last seen {at}"));
    println!("{}\t{}\t{}\t{access}\t{seen}", member.email, member.role.as_str(), member.name);
}

impl From<StaffError> for Failure {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Db(_) | StaffError::Hash(_) => Self::Failed(error.to_string()),
            other => Self::Usage(other.to_string()),
        }
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
