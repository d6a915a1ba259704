//! `steward sandbox`: the Stripe-speaking server alone, for trying an integration.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use url::Url;

use super::serve::{listen, stop_signal};
use super::{Common, Failure, logging};
use crate::processor::sandbox::{self, SandboxConfig};

/// Options of `sandbox`.
#[derive(Args)]
pub struct Options {
    /// Loopback address to listen on
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// File that keeps everything over restarts; in memory without it
    #[arg(long)]
    journal: Option<PathBuf>,
    /// Secret key that clients authenticate with
    #[arg(long, default_value = "sk_test_sandbox")]
    secret_key: String,
    /// Where events are delivered
    #[arg(long)]
    webhook_url: Option<Url>,
    /// Signs the deliveries
    #[arg(long, default_value = "whsec_sandbox")]
    webhook_secret: String,
    /// Opens the control API under /_control
    #[arg(long, default_value = "control_sandbox")]
    control_token: String,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(_: &Common, options: &Options) -> Result<(), Failure> {
    logging::start("warn");
    if !options.listen.ip().is_loopback() {
        return Err(Failure::Usage("--listen: the sandbox answers on loopback only".to_owned()));
    }
    let listener = listen(&options.listen.to_string())?;
    let port = listener.local_addr()?.port();
    let public_url = Url::parse(&format!("http://localhost:{port}")).map_err(anyhow::Error::from)?;
    let config = SandboxConfig {
        public_url,
        journal: options.journal.clone(),
        secret_key: SecretString::from(options.secret_key.clone()),
        publishable_key: options.secret_key.replacen("sk_", "pk_", 1),
        webhook_secret: SecretString::from(options.webhook_secret.clone()),
        webhook_url: options.webhook_url.clone(),
        control_token: SecretString::from(options.control_token.clone()),
    };
    actix_web::rt::System::new().block_on(async move {
        let running = sandbox::start(listener, config).await?;
        println!("Sandbox at {}", running.url());
        stop_signal().await?;
        running.stop().await;
        Ok(())
    })
}
