//! `steward work`: jobs only, beside processes that serve.

use clap::Args;

use super::serve::stop_signal;
use super::{Common, Failure, logging};
use crate::context::{Need, open};
use crate::platform::jobs::run_until_idle;
use crate::server::Services;

/// Options of `work`.
#[derive(Args)]
pub struct Options {
    /// Work what is due now, then end
    #[arg(long)]
    once: bool,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("info");
    let settings = common.settings(&common.sources())?;
    let services = Services::new(open(settings, Need::Current)?)?;
    let once = options.once;
    actix_web::rt::System::new().block_on(async move {
        if once {
            let drained = run_until_idle(services.handlers().into(), &services.env).await;
            let drained = drained.map_err(|error| Failure::Failed(error.to_string()))?;
            println!("{} done, {} failed", drained.done, drained.failed);
            return Ok(());
        }
        let working = services.work();
        stop_signal().await?;
        working.stop().await;
        Ok(())
    })
}
