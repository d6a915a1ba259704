//! `steward serve`: pages, API and jobs in one process, until SIGTERM or SIGINT.

use std::net::TcpListener;

use clap::Args;

use super::{Common, Failure, logging};
use crate::config::{ConfigError, Mode};
use crate::context::{Need, open};
use crate::server::{self, Services};

/// Options of `serve`.
#[derive(Args)]
pub struct Options {
    /// Leave the jobs to other processes (`steward work`)
    #[arg(long)]
    no_work: bool,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("info");
    let settings = common.settings(&common.sources())?;
    let env = open(settings, Need::Current)?;
    if env.mode() == Mode::Live && env.breached.is_none() {
        tracing::warn!(target: "steward::identity", "passwords.breached_list is empty: breached passwords can be chosen");
    }
    let listener = listen(&env.settings.http.listen.to_string())?;
    server::install_metrics();
    let services = Services::new(env)?;
    let work = !options.no_work;
    actix_web::rt::System::new().block_on(async move {
        let server = server::start(&services, listener)?;
        let working = work.then(|| services.work());
        eprintln!("steward: serving {}", services.env.settings.base_url());
        stop_signal().await?;
        server.stop().await;
        if let Some(working) = working {
            working.stop().await;
        }
        Ok(())
    })
}

/// Binds an address; a failure names the key.
///
/// # Errors
/// The address is taken or not ours.
pub fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| ConfigError::new("http.listen", format!("{address}: {error}")).into())
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// Signals cannot be listened for.
pub async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    Ok(())
}
