//! `steward catalog`: what is sold, from a file that the operator keeps.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, Failure, logging};
use crate::billing::catalog::loading::{self, LoadError, Loaded};
use crate::context::{Need, open};

/// Options of `catalog`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring plans and prices to what a file says; again changes nothing, and a price that changed is replaced
    Load {
        /// JSON file with the plans, in the form of config/demo-catalogue.json
        file: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    let Command::Load { file } = &options.command;
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let plans = loading::parse(&text).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let env = open(common.settings(&common.sources())?, Need::Current)?;
    let loaded = actix_web::rt::System::new().block_on(async {
        let inside = env.clone();
        env.db.write::<_, LoadError, _>(move |conn| loading::load(conn, &inside, &plans)).await
    });
    show(&loaded.map_err(|error| Failure::Failed(format!("{name}: {error}")))?);
    Ok(())
}

fn show(loaded: &Loaded) {
    for change in &loaded.changes {
        println!("{change}");
    }
    for code in &loaded.not_in_file {
        println!("{code}: not in the file, left as it is");
    }
    println!("{}", if loaded.changes.is_empty() { "Nothing to change." } else { "Loaded." });
}
