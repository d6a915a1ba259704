//! The command line: one file for each subcommand. Exit codes: 0 done, 1 findings or failure, 2 wrong usage or
//! configuration.

mod account;
mod bill;
mod catalog;
mod demo;
mod logging;
mod mail_returned;
mod migrate;
mod openapi;
mod sandbox;
mod seed;
mod serve;
mod sessions;
mod staff;
mod verify;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{ConfigError, Settings, Sources, load};
use crate::context::StartError;

/// Self-hosted customer accounts and billing whose privacy policy is executable.
#[derive(Parser)]
#[command(name = "steward", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every subcommand.
#[derive(Args, Clone)]
pub struct Common {
    /// Directory of the SQLite file, key ring, mail and sandbox journal [default: ./steward-data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Configuration file (TOML); every key is documented in config/default.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Start everything embedded and seeded, to try the product out
    Demo(demo::Options),
    /// Serve pages and API, and work jobs
    Serve(serve::Options),
    /// Work jobs only, beside processes that serve
    Work(work::Options),
    /// Apply pending migrations; fix the mode of a new database
    Migrate(migrate::Options),
    /// Issue what is due, exactly once however often it runs
    Bill(bill::Options),
    /// Compute invoices, ledger, payments and the audit chain again; exit code 1 on findings
    Verify(verify::Options),
    /// Bring plans and prices to what a file says
    Catalog(catalog::Options),
    /// Make, list, disable and repair accounts of staff
    Staff(staff::Options),
    /// Help a customer who lost every second factor
    Account(account::Options),
    /// Sign people out: one person, or everybody
    Sessions(sessions::Options),
    /// Note that mail to an account's address came back, as a later report says
    MailReturned(mail_returned::Options),
    /// Fill a test installation with made-up accounts
    Seed(seed::Options),
    /// Run the Stripe-speaking sandbox alone
    Sandbox(sandbox::Options),
    /// Print the OpenAPI document, or write the generated reference
    Openapi(openapi::Options),
}

/// Why a command ends with something else than 0.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or configuration: exit code 2.
    Usage(String),
    /// It was tried and failed: exit code 1.
    Failed(String),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Db(_) | StartError::Unreachable(_) => Self::Failed(error.to_string()),
            other => Self::Usage(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<crate::db::DbError> for Failure {
    fn from(error: crate::db::DbError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

/// Parses the arguments and runs the command.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Demo(options) => demo::run(&cli.common, options),
        Command::Serve(options) => serve::run(&cli.common, &options),
        Command::Work(options) => work::run(&cli.common, &options),
        Command::Migrate(options) => migrate::run(&cli.common, &options),
        Command::Bill(options) => bill::run(&cli.common, &options),
        Command::Verify(options) => verify::run(&cli.common, &options),
        Command::Catalog(options) => catalog::run(&cli.common, &options),
        Command::Staff(options) => staff::run(&cli.common, options),
        Command::Account(options) => account::run(&cli.common, &options),
        Command::Sessions(options) => sessions::run(&cli.common, &options),
        Command::MailReturned(options) => mail_returned::run(&cli.common, &options),
        Command::Seed(options) => seed::run(&cli.common, &options),
        Command::Sandbox(options) => sandbox::run(&cli.common, &options),
        Command::Openapi(options) => openapi::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => {
            eprintln!("steward: {text}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(text)) => {
            eprintln!("steward: {text}");
            ExitCode::FAILURE
        }
    }
}

impl Common {
    /// Where configuration comes from, with these options on top.
    #[must_use]
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::process();
        if let Some(file) = &self.config {
            sources.file = Some(file.clone());
        }
        if let Some(dir) = &self.data_dir {
            sources = sources.with("data_dir", dir.display().to_string());
        }
        sources
    }

    /// Loads the configuration, warning about variables that name no key.
    ///
    /// # Errors
    /// A key that cannot be used.
    pub fn settings(&self, sources: &Sources) -> Result<Settings, Failure> {
        let (settings, unknown) = load(sources)?;
        for name in unknown {
            eprintln!("steward: warning: {name} names no configuration key");
        }
        Ok(settings)
    }
}
