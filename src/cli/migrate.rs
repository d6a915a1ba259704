//! `steward migrate`: applies pending migrations and fixes the mode of a new database.

use clap::{Args, ValueEnum};

use super::{Common, Failure};
use crate::config::Mode;
use crate::context::{Need, open};

/// Options of `migrate`.
#[derive(Args)]
pub struct Options {
    /// What a new database is for; fixed for good
    #[arg(long, value_enum)]
    mode: Option<NewMode>,
}

#[derive(Clone, Copy, ValueEnum)]
enum NewMode {
    Live,
    Test,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    let settings = common.settings(&common.sources())?;
    let need = match options.mode {
        Some(NewMode::Live) => Need::Migrated(Mode::Live),
        Some(NewMode::Test) => Need::Migrated(Mode::Test),
        None => Need::MigratedAsIs,
    };
    let env = open(settings, need)?;
    println!("The database is current, in {} mode.", env.mode().as_str());
    Ok(())
}
